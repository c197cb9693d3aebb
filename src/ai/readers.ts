import { createLines } from '../base/lines.ts'
import { createEvents, type ServerEvent } from '../base/server-events.ts'
import { failed, type Part, type Reader } from './protocol.ts'

const unreadable: readonly Part[] = [failed({ code: 'AI_UNREADABLE' })]

/** What a parser makes of a piece; lines without end are no answer. */
const guarded = (work: () => readonly Part[]): readonly Part[] => {
  try {
    return work()
  } catch {
    return unreadable
  }
}

/** One JSON value in each line. */
export const lineReader = (read: (line: string) => readonly Part[]): Reader => {
  const lines = createLines()
  const take = (found: readonly string[]) => found.filter((line) => line.trim() !== '').flatMap(read)
  return {
    push: (piece) => guarded(() => take(lines.push(piece))),
    end: () => guarded(() => take(lines.end())),
  }
}

/** Server-sent events. */
export const eventReader = (read: (event: ServerEvent) => readonly Part[]): Reader => {
  const events = createEvents()
  return {
    push: (piece) => guarded(() => events.push(piece).flatMap(read)),
    end: () => guarded(() => events.end().flatMap(read)),
  }
}
