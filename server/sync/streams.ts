import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { listenToNodes } from './nodes.ts'
import { createStream, type Stream } from './stream.ts'

/** Between two looks where nobody tells of anything; milliseconds. Also how soon a session that has ended is noticed. */
const interval = 2000
/** Between two questions whether another process has written into the file of SQLite. Each takes microseconds. */
const glance = 250
/** Streams of one account at one node. */
export const mostStreams = 64

/** Does something again and again, each time when the last is done. Answers how to stop. */
const repeat = (milliseconds: number, work: () => Promise<void>): (() => void) => {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const next = (): void => {
    if (isOver) return
    timer = setTimeout(() => void work().finally(next), milliseconds)
    timer.unref()
  }
  next()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/**
 * The streams of a node (Server-Sent Events, HTML §9.2). What they tell is what is in the database: nothing that happens at another
 * node or while nobody looks is lost. `url`: of PostgreSQL, where the other nodes say what is new.
 */
export const createSyncStreams = (store: Store, url: string | undefined) => {
  const streams = new Set<Stream>()
  /** Accounts that are to be looked at. */
  const woken = new Set<string>()
  let isLooking = false
  let isClosed = false
  let stopWatching: (() => void) | undefined

  const endAll = (): void => {
    for (const stream of streams) stream.end()
  }

  /** One look at a time; accounts that are woken meanwhile are looked at in the next. */
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    try {
      while (woken.size > 0) {
        const accountIds = [...woken]
        woken.clear()
        const states = await store.sync.states(accountIds)
        for (const stream of streams) stream.tell(states.get(stream.accountId))
      }
    } catch {
      // A database that is away ends the streams; whoever listens comes again.
      endAll()
    } finally {
      isLooking = false
    }
  }

  const announce = (accountId: string): void => {
    if (![...streams].some((stream) => stream.accountId === accountId)) return
    woken.add(accountId)
    void look()
  }
  const stopListening = url === undefined ? async () => undefined : listenToNodes(url, announce)

  const lookAtAll = async (): Promise<void> => {
    for (const { accountId } of streams) woken.add(accountId)
    await look()
    const live = await store.sessions
      .live([...new Set([...streams].map(({ sessionId }) => sessionId))])
      .catch(() => undefined)
    for (const stream of streams) {
      if (live?.has(stream.sessionId) === true) stream.beat()
      else stream.end()
    }
  }

  /** While there are streams. */
  const watch = (): (() => void) => {
    const stopLooking = repeat(interval, lookAtAll)
    if (url !== undefined) return stopLooking
    // Asked before the first look: what comes after it is another.
    let seen = store.fileVersion().catch(() => undefined)
    const stopGlancing = repeat(glance, async () => {
      const before = await seen
      seen = store.fileVersion().catch(() => undefined)
      if ((await seen) !== before) await lookAtAll()
    })
    return () => {
      stopLooking()
      stopGlancing()
    }
  }

  const follow = (stream: Stream): void => {
    streams.add(stream)
    stopWatching ??= watch()
    woken.add(stream.accountId)
    void look()
  }
  const add = (stream: Stream): void => {
    if (isClosed) stream.end()
    else follow(stream)
  }
  const remove = (stream: Stream): void => {
    streams.delete(stream)
    if (streams.size > 0) return
    stopWatching?.()
    stopWatching = undefined
  }

  return {
    announce,
    count: (): number => streams.size,

    /** A stream for this session. Undefined where its account has too many, and none of them is of this session and gives way. */
    open(session: Session): Response | undefined {
      const others = [...streams].filter(({ accountId }) => accountId === session.accountId)
      if (others.length >= mostStreams) {
        const oldest = others.find(({ sessionId }) => sessionId === session.id)
        if (oldest === undefined) return undefined
        oldest.end()
      }
      const body = createStream(session, { add, remove })
      return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
    },

    /** Streams end, and none begins: the node goes, and whoever listens comes to another. */
    async close(): Promise<void> {
      isClosed = true
      endAll()
      await stopListening()
    },
  }
}

export type SyncStreams = ReturnType<typeof createSyncStreams>
