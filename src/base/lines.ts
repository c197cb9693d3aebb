/** Longer lines are no protocol of ours, in characters. */
const longest = 4_000_000

/** Splits a text that comes in pieces into lines, which end with LF, CRLF or CR. */
export const createLines = () => {
  let rest = ''
  /** A CR at the end of a piece may be half of a CRLF. */
  const take = (isLast: boolean): readonly string[] => {
    const found: string[] = []
    let from = 0
    for (let at = 0; at < rest.length; at += 1) {
      const letter = rest[at]
      if (letter !== '\n' && letter !== '\r') continue
      if (letter === '\r' && at === rest.length - 1 && !isLast) break
      found.push(rest.slice(from, at))
      if (letter === '\r' && rest[at + 1] === '\n') at += 1
      from = at + 1
    }
    rest = rest.slice(from)
    if (rest.length > longest) throw new RangeError('A line does not end.')
    return found
  }
  return {
    /** The lines that are whole now. Throws RangeError where a line does not end. */
    push(piece: string): readonly string[] {
      rest += piece
      return take(false)
    },
    /** What is left at the end of the text. */
    end(): readonly string[] {
      const found = take(true)
      const last = rest === '' ? found : [...found, rest]
      rest = ''
      return last
    },
  }
}
