import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import type { SyncHub } from './hub.ts'

/** Between two looks where nobody tells of anything; milliseconds. Also how soon a session that has ended is noticed. */
const interval = 2000
/** Between two signs of life. */
const heartbeat = 15_000
/** A stream ends after this long, and whoever listens comes again, with new credentials. */
const longest = 15 * 60_000

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

/** What is now of an account, and again whenever it is more (Server-Sent Events, HTML §9.2). */
export const syncEvents = (store: Store, hub: SyncHub, session: Session): Response => {
  const { accountId, id } = session
  const encoder = new TextEncoder()
  const end = Date.now() + longest
  let told = ''
  let spokenAt = Date.now()
  let stop = (): void => undefined

  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const say = (text: string): void => {
      controller.enqueue(encoder.encode(text))
      spokenAt = Date.now()
    }
    const look = async (): Promise<void> => {
      if (hub.isClosed()) return finish()
      const [now, { position, logLength }] = await Promise.all([store.sessions.find(id), store.sync.state(accountId)])
      if (isOver) return
      if (now === undefined || now.revokedAt !== null || Date.now() > end) return finish()
      const text = frame({ position, logLength })
      if (text !== told) say(text)
      else if (Date.now() - spokenAt > heartbeat) say(':\n\n')
      told = text
    }
    let isOver = false
    const finish = (): void => {
      if (isOver) return
      stop()
      controller.close()
    }
    // A database that is away ends the stream; whoever listens comes again.
    const again = () => void look().catch(finish)
    const timer = setInterval(again, interval)
    const unsubscribe = hub.subscribe(accountId, again)
    stop = () => {
      isOver = true
      clearInterval(timer)
      unsubscribe()
    }
    say('retry: 2000\n\n')
    again()
  }
  const body = new ReadableStream<Uint8Array>({ start, cancel: () => stop() })
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
}
