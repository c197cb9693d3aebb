/**
 * The first element of the page with this role and accessible name (WAI-ARIA, HTML-AAM; the part of them that our pages
 * use) that a user could get at: it shows, and no modal dialog is before it. Runs in the page, so it stands alone: asking
 * Firefox for its own tree takes most of a second each time.
 */
export const findAccessible = (role: string, name: string | undefined): Element | null => {
  const native: Readonly<Record<string, string>> = {
    button: 'button, summary, input[type=button], input[type=submit]',
    checkbox: 'input[type=checkbox]',
    dialog: 'dialog',
    heading: 'h1, h2, h3, h4, h5, h6',
    img: 'img',
    link: 'a[href]',
    list: 'ul, ol',
    listitem: 'li',
    main: 'main',
    navigation: 'nav',
    radio: 'input[type=radio]',
    region: 'section[aria-label], section[aria-labelledby]',
    searchbox: 'input[type=search]',
    status: 'output',
    textbox: 'input:not([type]), input[type=text], input[type=email], textarea',
  }
  const namedByContent = new Set(['button', 'heading', 'link', 'menuitem', 'option', 'tab'])
  const plain = (text: string | null | undefined) => (text ?? '').replace(/\s+/g, ' ').trim()

  const contentOf = (node: Node): string => {
    if (node instanceof Text) return node.data
    if (!(node instanceof Element) || node.ariaHidden === 'true' || !node.checkVisibility()) return ''
    if (node instanceof HTMLImageElement) return node.alt
    return [...node.childNodes].map(contentOf).join(' ')
  }
  const nameOf = (element: Element): string => {
    const labelledBy = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/)
    const label = labelledBy.map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
    const labels = 'labels' in element && element.labels instanceof NodeList ? [...element.labels] : []
    const candidates = [
      label,
      element.ariaLabel,
      labels.map((one) => one.textContent).join(' '),
      namedByContent.has(role) ? contentOf(element) : '',
      element.getAttribute('alt'),
      element.getAttribute('value'),
      element.getAttribute('title'),
    ]
    return candidates.map(plain).find((candidate) => candidate !== '') ?? ''
  }
  const modal = document.querySelector('dialog:modal')
  const own = native[role]
  const selector = own === undefined ? `[role="${role}"]` : `:is(${own}):not([role]), [role="${role}"]`
  const matches = (element: Element) =>
    element.checkVisibility() && (modal?.contains(element) ?? true) && (name === undefined || nameOf(element) === name)
  return [...document.querySelectorAll(selector)].find(matches) ?? null
}
