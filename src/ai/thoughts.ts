/** The marks between which models without a field of its own for it think aloud, before they answer. */
const marks = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
] as const

/**
 * Takes out what a model thinks aloud at the beginning of its answer, and the empty lines around it. Further on the marks
 * are text like any other.
 */
export const createThoughts = () => {
  let state: 'start' | 'thinking' | 'said' = 'start'
  let held = ''
  let closing = ''
  const step = (): string => {
    if (state === 'start') {
      const begun = held.trimStart()
      const mark = marks.find(([open]) => begun.startsWith(open))
      if (mark !== undefined) {
        held = begun.slice(mark[0].length)
        closing = mark[1]
        state = 'thinking'
      } else if (begun !== '' && !marks.some(([open]) => open.startsWith(begun))) state = 'said'
      else return ''
    }
    if (state === 'thinking') {
      const at = held.indexOf(closing)
      if (at < 0) {
        held = held.slice(-closing.length)
        return ''
      }
      held = held.slice(at + closing.length)
      state = 'start'
      return step()
    }
    const said = held
    held = ''
    return said
  }
  let isBegun = false
  const trimmed = (said: string): string => {
    const out = isBegun ? said : said.trimStart()
    isBegun ||= out !== ''
    return out
  }
  return {
    push(piece: string): string {
      held += piece
      return trimmed(step())
    },
    /** What was held back in the end because it could have been a mark. */
    end(): string {
      return state === 'start' ? trimmed(held) : ''
    },
  }
}
