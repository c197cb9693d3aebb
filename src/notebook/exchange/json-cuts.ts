/** A part of an export, in the order in which they end. `kind`: of which list, or a piece of the bytes of a file. */
export type Cut = { readonly kind: 'notes' | 'attachments' | 'piece'; readonly text: string }

export type Cutter = {
  /** Takes the next piece of the text, and gives what ended in it. Throws where it is no JSON that can be cut. */
  push(text: string): readonly Cut[]
  /** What stands around the lists, with these empty. Undefined where the text has not ended. */
  end(): string | undefined
}

/** How deep a value may lie within another. */
const DEEPEST = 64

type List = 'notes' | 'attachments'
const isList = (key: string | undefined): key is List => key === 'notes' || key === 'attachments'

const marks = /["{}[\],:]/gu
const inText = /["\\]/gu

/**
 * Cuts the text of an export at the elements of its lists, and at the pieces of its files, so that no part of it is read in one
 * go that is as long as the whole. `onHead` gets what stands before the first list.
 */
export const createCutter = (onHead: (head: string) => void): Cutter => {
  /** What is open, with the key that was last named in it. */
  const open: { readonly kind: string; key: string }[] = []
  const buffers = { rest: '', element: '', piece: '' }
  let target: keyof typeof buffers = 'rest'
  let list: List = 'notes'
  let isText = false
  let isEscaped = false
  /** The last text that ended, which is a key where `:` comes next. */
  let word = ''
  let hasHead = false
  let cuts: Cut[] = []

  const cut = (kind: Cut['kind']): void => {
    const from = kind === 'piece' ? 'piece' : 'element'
    if (buffers[from].trim() !== '') cuts.push({ kind, text: buffers[from] })
    buffers[from] = ''
  }
  /** Opens `{` or `[`: where it is one of the lists, what follows goes elsewhere. */
  const enter = (mark: string): void => {
    const key = open.at(-1)?.key
    if (open.length >= DEEPEST) throw new RangeError('It is too deep.')
    open.push({ kind: mark, key: '' })
    buffers[target] += mark
    if (mark !== '[') return
    if (target === 'rest' && open.length === 2 && isList(key)) {
      if (!hasHead) onHead(`${buffers.rest}]}`)
      ;[hasHead, list, target] = [true, key, 'element']
    } else if (target === 'element' && open.length === 4 && list === 'attachments' && key === 'data') target = 'piece'
  }
  const leave = (mark: string): void => {
    if (open.pop()?.kind !== (mark === '}' ? '{' : '[')) throw new SyntaxError('It closes what is not open.')
    if (target === 'element' && open.length === 1) {
      cut(list)
      target = 'rest'
    } else if (target === 'piece' && open.length === 3) {
      cut('piece')
      target = 'element'
    }
    buffers[target] += mark
  }
  const meet = (mark: string): void => {
    if (mark === '{' || mark === '[') enter(mark)
    else if (mark === '}' || mark === ']') leave(mark)
    else if (mark === ',' && target === 'element' && open.length === 2) cut(list)
    else if (mark === ',' && target === 'piece' && open.length === 4) cut('piece')
    else {
      const top = open.at(-1)
      if (mark === ':' && top !== undefined) top.key = word
      buffers[target] += mark
    }
  }
  const push = (text: string): readonly Cut[] => {
    cuts = []
    let at = 0
    if (isEscaped && text !== '') {
      buffers[target] += text[0]
      at = 1
      isEscaped = false
    }
    while (at < text.length) {
      const next = isText ? inText : marks
      next.lastIndex = at
      const place = next.exec(text)?.index ?? text.length
      const mark = text[place] ?? ''
      const part = text.slice(at, place)
      if (isText && word.length < 100) word += part
      buffers[target] += part
      at = place + 1
      if (mark === '"') {
        buffers[target] += mark
        if (!isText) word = ''
        isText = !isText
      } else if (mark === '\\') {
        buffers[target] += text.slice(place, place + 2)
        at = place + 2
        isEscaped = at > text.length
        word += '\\'
      } else if (mark !== '') meet(mark)
    }
    return cuts
  }
  return { push, end: () => (open.length === 0 && !isText ? buffers.rest : undefined) }
}
