import { limits } from '../kinds.ts'
import {
  addressIn,
  attributeOf,
  baseOf,
  childrenOf,
  documentIn,
  isElement,
  isText,
  nameOf,
  rootOf,
  seenUnder,
  textOf,
} from './dom.ts'
import { copyAttributes, isDropped, isUnseenText, TASK_BOX, tagFor } from './element.ts'
import { isLarge, type Seen, seenOf } from './visibility.ts'

/** A copy of what is seen of a page, in a document without a window: nothing in it loads, and nothing in it runs. */
export type Copy = {
  readonly document: Document
  /** True where there is more than a clip may hold. */
  readonly cut: boolean
}

/** One walk over a page, with what is left of the bounds of a clip. */
export type Walk = {
  readonly to: Document
  readonly base: string
  readonly budget: { elements: number; characters: number }
  /** What is selected, where only that is wanted. */
  readonly range?: Range
  /** In the head of a page nothing is seen, and still it says what the page is. */
  readonly isHead?: boolean
}

/** Deeper than a parser goes: only a script makes such a tree, and what reads it would run out of stack. */
const deepest = 500

const selectedText = ({ range }: Walk, node: Node): string => {
  const text = textOf(node)
  if (range === undefined) return text
  const end = range.endContainer === node ? range.endOffset : text.length
  return text.slice(range.startContainer === node ? range.startOffset : 0, end)
}

const copyText = (walk: Walk, node: Node, into: Node): void => {
  const text = selectedText(walk, node).slice(0, Math.max(0, walk.budget.characters))
  walk.budget.characters -= text.length
  into.appendChild(walk.to.createTextNode(text))
}

/** A ticked or an empty box of a list of tasks. Other fields are not text. */
const copyField = (walk: Walk, field: Element, into: Node): void => {
  if (attributeOf(field, 'type') !== 'checkbox' || field.closest('li') === null) return
  const box = walk.to.createElement('span')
  box.className = TASK_BOX
  box.textContent = Reflect.get(field, 'checked') === true ? '☑' : '☐'
  into.appendChild(box)
}

/** What a page says of itself for machines. */
const copyJsonLd = (walk: Walk, script: Element, into: Node): void => {
  const text = textOf(script)
  if (attributeOf(script, 'type') !== 'application/ld+json' || text.length > 100_000) return
  const made = walk.to.createElement('script')
  made.setAttribute('type', 'application/ld+json')
  made.textContent = text
  into.appendChild(made)
}

/** What a frame shows where it may be read, else a link to it. */
const copyFrame = (walk: Walk, frame: Element, into: Node, depth: number): void => {
  if (!isLarge(frame)) return
  const inner = documentIn(frame)
  const body = inner === undefined ? undefined : childrenOf(rootOf(inner) ?? inner).findLast(isElement)
  const made = walk.to.createElement('div')
  into.appendChild(made)
  if (inner !== undefined && body !== undefined) {
    const { range: _, ...rest } = walk
    copyNodes({ ...rest, base: baseOf(inner) }, seenUnder(body), made, depth)
    return
  }
  const address = addressIn(walk.base, attributeOf(frame, 'src'), ['http:', 'https:'])
  if (address === undefined) return
  const link = walk.to.createElement('a')
  link.setAttribute('href', address)
  link.textContent = attributeOf(frame, 'title') || new URL(address).host
  made.appendChild(link)
}

/** A film or a sound is a link to it. */
const copyMedia = (walk: Walk, media: Element, into: Node): void => {
  const address = addressIn(walk.base, String(Reflect.get(media, 'currentSrc') || ''), ['http:', 'https:'])
  if (address === undefined) return
  const link = walk.to.createElement('a')
  link.setAttribute('href', address)
  link.textContent =
    attributeOf(media, 'title') || attributeOf(media, 'aria-label') || (address.split('/').at(-1) ?? '')
  into.appendChild(link)
}

const copyPlain = (walk: Walk, element: Element, name: string, into: Node, depth: number, seen: Seen): void => {
  const made = walk.to.createElement(tagFor(element, name))
  copyAttributes(walk.base, element, name, made)
  into.appendChild(made)
  if (depth >= deepest) copyText(walk, element, made)
  else copyNodes(walk, seenUnder(element), made, depth + 1, seen === 'all')
}

const copyElement = (walk: Walk, element: Element, into: Node, depth: number): void => {
  const name = nameOf(element)
  if (name === 'script') copyJsonLd(walk, element, into)
  if (name === 'script' || isDropped(name)) return
  const seen = walk.isHead === true || isUnseenText(name) ? 'all' : seenOf(element)
  if (seen === 'nothing') return
  walk.budget.elements -= 1
  if (name === 'input') copyField(walk, element, into)
  else if (name === 'iframe' || name === 'frame') copyFrame(walk, element, into, depth + 1)
  else if (name === 'video' || name === 'audio') copyMedia(walk, element, into)
  else copyPlain(walk, element, name, into, depth, seen)
}

/** Copies these nodes and all that is seen under them. */
export const copyNodes = (walk: Walk, nodes: readonly Node[], into: Node, depth: number, withText = true): void => {
  for (const node of nodes) {
    if (walk.budget.elements <= 0 || walk.budget.characters <= 0) return
    if (walk.range !== undefined && !walk.range.intersectsNode(node)) continue
    if (isText(node)) {
      if (withText) copyText(walk, node, into)
    } else if (isElement(node)) copyElement(walk, node, into, depth)
  }
}

export const startWalk = (): Walk => ({
  to: document.implementation.createHTMLDocument(),
  base: baseOf(document),
  budget: { elements: limits.elements, characters: limits.characters },
})

export const endWalk = ({ to, budget }: Walk): Copy => ({
  document: to,
  cut: budget.elements <= 0 || budget.characters <= 0,
})

/** A copy of the whole page: its head for what it says of itself, and its body. */
export const copyPage = (): Copy => {
  const walk = startWalk()
  const root = rootOf(document)
  for (const part of root === undefined ? [] : childrenOf(root).filter(isElement)) {
    if (nameOf(part) === 'head') copyNodes({ ...walk, isHead: true }, childrenOf(part), walk.to.head, 1)
    else copyNodes(walk, seenUnder(part), walk.to.body, 1)
  }
  const { lang = '' } = root instanceof HTMLElement ? root : {}
  if (lang !== '') walk.to.documentElement.lang = lang
  return endWalk(walk)
}
