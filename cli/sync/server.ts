import { createHttpTransport, type HttpTransport } from '../../src/sync/http-transport.ts'
import { answerOf } from '../api.ts'
import { freshSession, isFresh } from '../fresh-session.ts'
import type { Session } from '../session-file.ts'

/** A batch of records, or a chunk of a file, takes longer than a question; in milliseconds. */
const limit = 60_000

/** The server as this device asks it, its session renewed in between where that is needed. */
export const createTransport = (session: Session): HttpTransport => {
  let current = session
  return createHttpTransport(async (path, sent) => {
    if (!isFresh(current)) current = await freshSession()
    return answerOf(current, path, { ...sent, limit })
  })
}
