import { type Copy, copyNodes, endWalk, startWalk, type Walk } from './copy.ts'
import { isElement, nameOf, seenUnder, textOf } from './dom.ts'

/** Half a table or half a list is copied as a table or a list. */
const whole = new Set(['pre', 'ul', 'ol', 'table', 'blockquote'])

const startOf = (range: Range): Node => {
  const common = range.commonAncestorContainer
  for (let node: Node | null = common; node !== null; node = node.parentNode) {
    if (isElement(node) && whole.has(nameOf(node))) return node
  }
  return common
}

const copyRange = (walk: Walk, range: Range): void => {
  const start = startOf(range)
  const isWhole = isElement(start) && whole.has(nameOf(start))
  const nodes = isElement(start) && !isWhole ? seenUnder(start) : [start]
  copyNodes({ ...walk, range }, nodes, walk.to.body, 1)
}

/** A copy of what is selected, or undefined where nothing is. */
export const copySelection = (): Copy | undefined => {
  const selection = window.getSelection()
  if (selection === null || selection.isCollapsed) return undefined
  const walk = startWalk()
  for (let index = 0; index < selection.rangeCount; index++) copyRange(walk, selection.getRangeAt(index))
  const { body } = walk.to
  return textOf(body).trim() === '' && body.querySelector('img') === null ? undefined : endWalk(walk)
}
