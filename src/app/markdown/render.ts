import DOMPurify, { type Config } from 'dompurify'
import { marked } from 'marked'
import { t } from '../ui/language.ts'

const ATTACHMENT = 'attachment:'
/** Says which file of the note a picture or a link is. */
const NAMED = 'data-attachment'

/** What HTML in a note may be: text with its structure. Nothing that runs, styles, frames, or is sent. */
const rules = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: [
    'style',
    'form',
    'button',
    'select',
    'textarea',
    'dialog',
    'video',
    'audio',
    'source',
    'picture',
    'map',
  ],
  FORBID_ATTR: ['style', 'class', 'id', 'name', 'srcset', 'background', 'action', 'formaction', 'ping'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // The last two let other attributes be what they are: their values are no addresses.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|attachment):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/iu,
} satisfies Config

/** Where a link of a note may lead: not into the app. */
const leadsOut = /^(?:https?|mailto|tel):/iu

/** Only boxes of task lists, which nobody ticks here. */
const keepBoxes = (root: DocumentFragment): void => {
  for (const input of root.querySelectorAll('input')) {
    if (input.type !== 'checkbox') {
      input.remove()
      continue
    }
    input.disabled = true
    input.setAttribute('aria-label', input.checked ? t.taskDone : t.taskOpen)
  }
}

/** Every link opens elsewhere, and is told nothing of this page. */
const openElsewhere = (root: DocumentFragment): void => {
  for (const link of root.querySelectorAll('a[href]')) {
    const address = link.getAttribute('href') ?? ''
    if (!leadsOut.test(address)) {
      link.removeAttribute('href')
      if (address.startsWith(ATTACHMENT)) link.setAttribute(NAMED, address.slice(ATTACHMENT.length))
      continue
    }
    link.setAttribute('target', '_blank')
    link.setAttribute('rel', 'noopener noreferrer')
  }
}

/** Pictures of the note are named, for someone to put them in. Those of other sites are links: nothing is asked of them. */
const namePictures = (root: DocumentFragment): void => {
  for (const image of root.querySelectorAll('img')) {
    const address = image.getAttribute('src') ?? ''
    if (address.startsWith(ATTACHMENT)) {
      image.removeAttribute('src')
      image.setAttribute(NAMED, address.slice(ATTACHMENT.length))
      continue
    }
    const link = document.createElement('a')
    link.textContent = image.alt || address
    link.href = address
    if (leadsOut.test(address)) image.replaceWith(link)
    else image.replaceWith(image.alt)
  }
}

const asElement = (html: string, config: Config): HTMLElement => {
  const root = DOMPurify.sanitize(html, { ...config, RETURN_DOM: true })
  if (!(root instanceof HTMLElement)) throw new TypeError('It is no element.')
  return root
}

/** Safe HTML in a document of its own, in which nothing is loaded: pictures keep their addresses. */
export const purify = (html: string): HTMLElement => asElement(html, rules)

/** The same of a page that Holdfast has written, with what it says of its notes and the files in it. Not to be shown as it is. */
export const purifyOwn = (html: string): HTMLElement =>
  asElement(html, {
    USE_PROFILES: rules.USE_PROFILES,
    FORBID_TAGS: rules.FORBID_TAGS.filter((tag) => tag !== 'audio'),
    FORBID_ATTR: ['style', 'srcset'],
    ADD_DATA_URI_TAGS: ['a', 'audio'],
  })

/** Safe HTML as nodes, whatever it was. */
export const sanitize = (html: string): DocumentFragment => {
  const root = DOMPurify.sanitize(html, { ...rules, RETURN_DOM_FRAGMENT: true })
  keepBoxes(root)
  namePictures(root)
  openElsewhere(root)
  return root
}

/** Markdown (GFM) as nodes. HTML in it is text with its structure at most. */
export const renderMarkdown = (text: string): DocumentFragment =>
  sanitize(marked.parse(text, { async: false, gfm: true, breaks: true }))
