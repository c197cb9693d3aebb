import type { Bytes } from '../base/bytes.ts'
import type { DeviceLog } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import { takePage } from './incoming.ts'
import type { Commit, Quarantined, RecordsPage, SyncMemory, SyncStore, SyncTransport } from './ports.ts'
import { SyncFault } from './wire/faults.ts'

export type Progress = { readonly type: 'sending' | 'receiving'; readonly done: number; readonly total: number }

/** The log as far as it was read, its keys, and what is remembered with it. */
export type Known = { readonly log: DeviceLog; readonly keyring: Keyring; readonly memory: SyncMemory }

export type LogAnswer = Awaited<ReturnType<SyncTransport['log']>>

export type PagesDeps = {
  readonly store: Pick<SyncStore, 'hashesOf'>
  readonly transport: Pick<SyncTransport, 'records'>
  readonly self: Bytes
  readonly isReadable: (change: Bytes) => boolean
  readonly askLog: (memory: SyncMemory) => Promise<LogAnswer>
  readonly readLog: (
    memory: SyncMemory,
    asked: Promise<LogAnswer>,
    commit: (commit: Commit) => Promise<void>,
  ) => Promise<Known>
  readonly progress: (progress: Progress) => void
}

/** What all pages together came to. */
export type Pulled<T> = { readonly session: T; readonly received: number; readonly quarantined: readonly Quarantined[] }

/** As many as the server gives: what each page costs beside its records is paid less often. */
const pageSize = 500

/** `log`: what is new of it; undefined where the page is empty. `logLength`: what was known of it when that was asked for. */
type Asked = {
  readonly page: Promise<RecordsPage>
  readonly log: Promise<LogAnswer | undefined>
  readonly logLength: number
}
type Writes = { readonly write: SyncStore['commit']; readonly written: () => Promise<void> }

/** Reads what is new, page by page. */
export const createTakePages = ({ store, transport, self, isReadable, askLog, readLog, progress }: PagesDeps) => {
  /** A page, and after it the log: whatever the records on the page rely on is in that by now. */
  const ask = (position: number, memory: SyncMemory): Asked => {
    const page = transport.records(position, pageSize)
    const log = page.then(({ records }) => (records.length === 0 ? undefined : askLog(memory)))
    // What is wrong is told in its turn.
    for (const part of [page, log]) part.catch(() => undefined)
    return { page, log, logLength: memory.log.length }
  }
  const logOf = async ({ log, logLength }: Asked, memory: SyncMemory): Promise<LogAnswer> => {
    const answer = logLength === memory.log.length ? await log : undefined
    return answer ?? askLog(memory)
  }

  /** Takes in page after page. `write` stores what one comes to, after the one before; `written` waits for that. */
  return async <T extends Known>(session: T, { write, written }: Writes, signal?: AbortSignal): Promise<Pulled<T>> => {
    let { memory } = session
    let current: T = session
    const quarantined: Quarantined[] = []
    let received = 0
    const start = memory.position
    const hashesOf: SyncStore['hashesOf'] = async (records) => {
      await written()
      return store.hashesOf(records)
    }
    const log = async (commit: Commit): Promise<void> => {
      await write(commit)
      await written()
    }
    let coming = ask(start, memory)
    for (let isLast = false; !isLast; ) {
      signal?.throwIfAborted()
      const asked = coming
      const page = await asked.page
      const last = page.records.at(-1)
      if (last !== undefined) {
        current = { ...current, ...(await readLog(memory, logOf(asked, memory), log)) }
        memory = current.memory
        // The next page is on its way while this one is taken in.
        if (!page.isLast) coming = ask(last.position, memory)
      }
      const taken = await takePage({ ...current, self, hashesOf, isReadable }, memory, page)
      if (!page.isLast && taken.memory.position === memory.position) throw new SyncFault('ORDER_WRONG')
      if (page.records.length > 0 || taken.memory.position !== memory.position) await write(taken)
      memory = taken.memory
      received += taken.incoming.length
      quarantined.push(...taken.quarantined)
      isLast = page.isLast
      if (page.position > start) {
        progress({ type: 'receiving', done: memory.position - start, total: page.position - start })
      }
    }
    return { session: { ...current, memory }, received, quarantined }
  }
}
