import { createLines } from './lines.ts'

/** One server-sent event (HTML, §9.2.6). */
export type ServerEvent = { readonly event: string; readonly data: string }

/** Reads an event stream that comes in pieces. What is not ended by an empty line is dropped, as the standard has it. */
export const createEvents = () => {
  const lines = createLines()
  let event = ''
  let data: string[] = []
  let isFirst = true
  const field = (line: string): void => {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /u, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
  }
  const take = (found: readonly string[]): readonly ServerEvent[] => {
    const events: ServerEvent[] = []
    for (const line of found) {
      // A byte order mark may stand before everything.
      const text = isFirst ? line.replace(/^\uFEFF/u, '') : line
      isFirst = false
      if (text !== '') {
        field(text)
        continue
      }
      if (data.length > 0) events.push({ event: event === '' ? 'message' : event, data: data.join('\n') })
      event = ''
      data = []
    }
    return events
  }
  return {
    push: (piece: string): readonly ServerEvent[] => take(lines.push(piece)),
    /** Some servers leave out the empty line after the last event. */
    end: (): readonly ServerEvent[] => take([...lines.end(), '']),
  }
}
