import type { Session } from '../store/sessions.ts'
import type { SyncState } from '../store/sync.ts'

/** Between two signs of life; milliseconds. */
const heartbeat = 15_000
/** A stream ends after this long, and whoever listens comes again, with new credentials. */
const longest = 15 * 60_000
/** Parts that may be left unread before a stream ends. */
const mostUnread = 64

/** What somebody listens to. */
export type Stream = {
  readonly accountId: string
  readonly sessionId: string
  /** Tells what is now, where it was not told before. */
  tell(state: SyncState | undefined): void
  /** Shows that it is alive, where it was long silent, and ends it where its time is over. */
  beat(): void
  end(): void
}

type Ends = { add(stream: Stream): void; remove(stream: Stream): void }

/** The bytes of one stream, from when it is made until it ends: by its reader, its session, its time, or the node. */
export const createStream = ({ accountId, id }: Session, { add, remove }: Ends): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const end = Date.now() + longest
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let told = ''
  let spokenAt = Date.now()

  const stop = (): void => {
    controller = undefined
    remove(stream)
  }
  const say = (text: string): void => {
    if (controller === undefined) return
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(encoder.encode(text))
      spokenAt = Date.now()
    } else {
      // Nobody reads it any more.
      stream.end()
    }
  }
  const stream: Stream = {
    accountId,
    sessionId: id,
    tell(state) {
      if (state === undefined) return
      const { position, logLength } = state
      const text = `data: ${JSON.stringify({ position, logLength })}\n\n`
      if (text === told) return
      told = text
      say(text)
    },
    beat() {
      if (Date.now() > end) stream.end()
      else if (Date.now() - spokenAt > heartbeat) say(':\n\n')
    },
    end() {
      const open = controller
      stop()
      open?.close()
    },
  }
  const start = (given: ReadableStreamDefaultController<Uint8Array>): void => {
    controller = given
    say('retry: 2000\n\n')
    add(stream)
  }
  return new ReadableStream({ start, cancel: stop }, { highWaterMark: mostUnread })
}
