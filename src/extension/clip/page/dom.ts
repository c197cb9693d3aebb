import { limits } from '../kinds.ts'

// A page can name an element `childNodes` or `title`, and a form or the document answers with that element. What is asked of
// the prototypes gets the true answer, also of a node of another frame.

const ask = (prototype: object, name: string, target: object): unknown => Reflect.get(prototype, name, target)

export const isElement = (node: Node): node is Element => ask(Node.prototype, 'nodeType', node) === Node.ELEMENT_NODE
export const isText = (node: Node): boolean => ask(Node.prototype, 'nodeType', node) === Node.TEXT_NODE

export const childrenOf = (node: Node): readonly Node[] => {
  const nodes = ask(Node.prototype, 'childNodes', node)
  return typeof nodes === 'object' && nodes !== null && Symbol.iterator in nodes ? [...(nodes as NodeList)] : []
}

/** The nodes that are seen under an element: those of its shadow, and those that fill a slot. */
export const seenUnder = (element: Element): readonly Node[] => {
  const shadow = ask(Element.prototype, 'shadowRoot', element)
  if (shadow instanceof ShadowRoot) return childrenOf(shadow)
  const filling = element instanceof HTMLSlotElement ? element.assignedNodes() : []
  return filling.length > 0 ? filling : childrenOf(element)
}

export const attributeOf = (element: Element, name: string): string | null =>
  Element.prototype.getAttribute.call(element, name)

/** The name of an element, small. */
export const nameOf = (element: Element): string => {
  const name = ask(Element.prototype, 'localName', element)
  return typeof name === 'string' ? name.toLowerCase() : ''
}

export const rootOf = (document: Document): Element | undefined => {
  const root = ask(Document.prototype, 'documentElement', document)
  return typeof root === 'object' && root !== null ? (root as Element) : undefined
}

export const textOf = (node: Node): string => {
  const text = ask(Node.prototype, 'textContent', node)
  return typeof text === 'string' ? text : ''
}

/** The address against which those in the page are read. A page may say nonsense here. */
export const baseOf = (document: Document): string => {
  const base = ask(Node.prototype, 'baseURI', document)
  return typeof base === 'string' && /^(https?|file):/.test(base) ? base : location.href
}

/** The document of a frame, where the page itself could read it too. */
export const documentIn = (frame: Element): Document | undefined => {
  try {
    const inner: unknown = Reflect.get(frame, 'contentDocument')
    return typeof inner === 'object' && inner !== null ? (inner as Document) : undefined
  } catch {
    return undefined
  }
}

/** The whole address of a link or a picture, or undefined where it is not of these schemes. */
export const addressIn = (base: string, text: string | null, schemes: readonly string[]): string | undefined => {
  if (text === null || text.length > limits.address || !URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  return schemes.includes(url.protocol) ? url.href : undefined
}
