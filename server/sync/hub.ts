import type { Client } from 'pg'
import { syncChannel } from '../store/sync.ts'

type Listener = () => void

/** Tells whoever listens to an account that there is something new, at once. What it misses is found by looking now and then. */
export type SyncHub = {
  announce(accountId: string): void
  /** Answers how to stop. */
  subscribe(accountId: string, listener: Listener): () => void
  isClosed(): boolean
  /** Streams end, and none begins. */
  close(): Promise<void>
}

/** Milliseconds until a connection that was lost is tried again. */
const again = 2000

/** Hears what the other nodes say (PostgreSQL, LISTEN), by a connection of its own. Answers how to stop. */
const listen = (url: string, hear: (accountId: string) => void): (() => Promise<void>) => {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const connect = async (): Promise<void> => {
    // The driver is loaded where it is used.
    const { default: pg } = await import('pg')
    if (isClosed) return
    const own = new pg.Client({ connectionString: url, application_name: 'holdfast events', keepAlive: true })
    client = own
    const retry = () => {
      if (isClosed || client !== own) return
      client = undefined
      void own.end().catch(() => undefined)
      timer = setTimeout(() => void connect(), again)
      timer.unref()
    }
    own.on('error', retry)
    own.on('end', retry)
    own.on('notification', ({ payload }) => hear(payload ?? ''))
    await own
      .connect()
      .then(() => own.query(`listen ${syncChannel}`))
      .catch(retry)
  }
  void connect()
  return async () => {
    isClosed = true
    clearTimeout(timer)
    await client?.end().catch(() => undefined)
  }
}

/** `url`: of PostgreSQL, where there may be other nodes. */
export const createSyncHub = (url: string | undefined): SyncHub => {
  const listeners = new Map<string, Set<Listener>>()
  const announce = (accountId: string): void => {
    for (const listener of listeners.get(accountId) ?? []) listener()
  }
  const stop = url === undefined ? async () => undefined : listen(url, announce)
  let isClosed = false
  return {
    announce,
    isClosed: () => isClosed,
    subscribe(accountId, listener) {
      const own = listeners.get(accountId) ?? new Set()
      listeners.set(accountId, own.add(listener))
      return () => {
        own.delete(listener)
        if (own.size === 0) listeners.delete(accountId)
      }
    },
    async close() {
      isClosed = true
      for (const accountId of [...listeners.keys()]) announce(accountId)
      await stop()
    },
  }
}
