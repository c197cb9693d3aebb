import { addressIn, attributeOf } from './dom.ts'

const dropped = new Set(
  [
    'style link noscript template object embed applet select textarea button canvas svg param source track map area',
    'progress meter datalist',
  ]
    .join(' ')
    .split(' '),
)

/** The class of a box of a list of tasks, in the copy. */
export const TASK_BOX = 'holdfast-task-box'

/** Text that browsers never show, and that says what is shown: the source of a formula. */
export const isUnseenText = (name: string): boolean => name === 'annotation'

/** Elements that are not text, or only of use where they run. */
export const isDropped = (name: string): boolean => dropped.has(name)

/** No `name`, and no `id` of a picture: in the copy as well they would answer in place of the document. */
const attributes = [
  'alt title lang dir class role itemprop itemtype itemscope property content rel colspan rowspan align start',
  'datetime data-lang data-language encoding aria-hidden',
]
  .join(' ')
  .split(' ')

/** The tag that stands for an element in the copy. An element of the page's own making is a block or a part of a line. */
export const tagFor = (element: Element, name: string): string => {
  if (name === 'form' || name === 'frameset' || name === 'dialog') return 'div'
  if (name === 'slot') return 'span'
  if (!name.includes('-')) return /^[a-z][a-z0-9]*$/.test(name) ? name : 'span'
  return getComputedStyle(element).display.startsWith('inline') ? 'span' : 'div'
}

/** The address of the picture that is shown, which need not be the one in the markup. */
const pictureOf = (element: Element): string | null => {
  const current: unknown = Reflect.get(element, 'currentSrc')
  return typeof current === 'string' && current !== '' ? current : attributeOf(element, 'src')
}

/** Copies what is of use of the attributes, with whole addresses. */
export const copyAttributes = (base: string, element: Element, name: string, made: Element): void => {
  for (const attribute of attributes) {
    const value = attributeOf(element, attribute)
    if (value !== null && value.length < 5000) made.setAttribute(attribute, value)
  }
  const id = attributeOf(element, 'id')
  if (id !== null && name !== 'img') made.setAttribute('id', id)
  if (name === 'meta') made.setAttribute('name', attributeOf(element, 'name') ?? '')
  const link = name === 'a' ? addressIn(base, attributeOf(element, 'href'), ['http:', 'https:', 'mailto:']) : undefined
  if (link !== undefined) made.setAttribute('href', link)
  const picture = name === 'img' ? addressIn(base, pictureOf(element), ['http:', 'https:', 'data:']) : undefined
  if (picture !== undefined) made.setAttribute('src', picture)
}
