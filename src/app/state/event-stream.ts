/** Longer than any event of ours: what grows beyond it is none. */
const LONGEST = 64 * 1024

/**
 * Reads Server-Sent Events (HTML §9.2) out of a text that comes in pieces, and gives the data of each. Comments, and fields
 * that nobody here asks for, are passed over; an event that is cut off by the end of the stream is none.
 */
export const createEventReader = (onEvent: (data: string) => void): ((piece: string) => void) => {
  let rest = ''
  let data: string[] = []
  let isFirst = true

  const take = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent(data.join('\n'))
      data = []
      return
    }
    const colon = line.indexOf(':')
    const [name, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)]
    if (name === 'data') data.push(value.startsWith(' ') ? value.slice(1) : value)
  }

  return (piece) => {
    rest += isFirst ? piece.replace(/^\uFEFF/u, '') : piece
    if (piece !== '') isFirst = false
    // A CR at the end may be half of a CR LF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/u)
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    if (rest.length + data.reduce((size, line) => size + line.length, 0) <= LONGEST) return
    rest = ''
    data = []
  }
}
