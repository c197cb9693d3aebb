import type { Bytes } from '../../base/bytes.ts'
import { toBase64url } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type DeviceLog, epochOf, verifyLog } from '../../crypto/device-log.ts'
import type { Keyring } from '../../crypto/epoch-key.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { mergeUpdates } from '../../notebook/note-document.ts'
import { isReadable, wholeUpdate } from '../../notebook/note-sync.ts'
import type { SyncRun } from '../../protocol/sync-state.ts'
import { type LogSource, renewKeys } from '../../sync/account.ts'
import { createEngine } from '../../sync/engine.ts'
import { countOf, exchangeAll } from '../../sync/exchange.ts'
import { createHttpTransport, type HttpTransport } from '../../sync/http-transport.ts'
import type { Identity } from '../../sync/keys.ts'
import type { SyncMemory } from '../../sync/ports.ts'
import type { SyncDeps } from '../sync-part.ts'
import { createChain } from './chain.ts'
import { fetchFiles, sendFiles } from './files.ts'
import type { Held } from './held.ts'
import { readIdentity } from './identity.ts'
import { ACCOUNT, changeAll, createSyncStore, LOOKED_AT, MEMORY, SYNCED_AT } from './store.ts'

/** The replica at rest: what it remembers, with the log of it verified and the keys of that log. */
export type AtRest = { readonly memory: SyncMemory; readonly log: DeviceLog; readonly keyring: Keyring }

/** The replica of this device: notes and files, exchanged with the server. */
export type Replica = {
  readonly database: NotesDatabase
  readonly transport: HttpTransport
  /** The device log at the server. It has to go on from what was read of it here. */
  readonly logAtServer: LogSource
  /** Reads all that is new, and sends all that waits. Answers how many records the server holds back. */
  exchange(signal: AbortSignal): Promise<number>
  identity(): Promise<Identity>
  /** Undefined where nothing was exchanged yet. */
  atRest(self: Identity): Promise<AtRest | undefined>
  /** Makes the rows of sync those of this account and this device; the notes stay as they are. */
  startAnew(account: Bytes): Promise<void>
  /** After the server has lost something: makes everything that is here wait to be sent. */
  uploadMine(signal: AbortSignal): Promise<void>
  /** Forgets what it remembers; the notes stay. */
  forget(): Promise<void>
  waiting(): Promise<number>
  aside(): Promise<readonly { readonly code: string; readonly count: number }[]>
  /** When something was done last, in milliseconds since 1970. */
  time(what: string): Promise<number | null>
  noteTime(what: string): Promise<void>
  /** The newest backup that the server keeps, as it comes; undefined where there is none. */
  fetchBackup(): Promise<{ readonly time: number; readonly file: Response } | undefined>
  /** Gives the server a backup to keep. */
  keepBackup(file: Blob): Promise<void>
  /** The last record of a device that was taken in. */
  lastOf(device: Bytes): Promise<{ readonly device: Bytes; readonly seq: number; readonly hash: Bytes }>
}

const headersOf = (body: string | Bytes): Record<string, string> => ({
  'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
})

const transportOf = ({ ask, base }: SyncDeps): HttpTransport =>
  createHttpTransport((path, { method, body }) => {
    const content = body === undefined ? {} : { body, headers: headersOf(body) }
    return ask(new URL(base + path), { method, cache: 'no-store', ...content })
  })

const startAnew = async (database: NotesDatabase, account: Bytes): Promise<void> => {
  const name = toBase64url(account)
  const { synced, offered, seen, own, aside, manifests, replica, changed, notes, attachments, settings } = database
  const tables = [synced, offered, seen, own, aside, manifests, replica, changed, notes, attachments, settings]
  await database.transaction('rw', tables, async () => {
    const isSame = (await replica.get(ACCOUNT))?.value === name
    await Promise.all([offered, seen, own, aside, replica].map((table) => table.clear()))
    if (!isSame) {
      await Promise.all([synced.clear(), manifests.clear()])
      await changeAll(database)
    }
    await replica.put({ id: ACCOUNT, value: name })
  })
}

/** `database`: of the notebook that is exchanged. */
export const createReplica = (
  deps: SyncDeps,
  held: Held,
  progress: (run: SyncRun) => void,
  database: NotesDatabase,
): Replica => {
  const { vault, keeper } = deps
  const clock: Clock = deps.clock
  const store = createSyncStore(database, vault, clock)
  const transport = transportOf(deps)
  const identity = () => readIdentity(vault, keeper)
  const logAtServer: LogSource = {
    log: transport.log,
    addToLog: transport.addToLog,
    async known() {
      const record = held.record()
      // What an account before this one has left is none of it, and what was read without being let in proves nothing.
      if (record === undefined || record.keys.length === 0) return { account: undefined, entries: [] }
      return { account: record.account, entries: (await store.read())?.log ?? [] }
    },
  }

  const engineOf = (self: Identity) =>
    createEngine({
      store,
      transport,
      device: self,
      chain: createChain(vault, keeper.provider.id),
      keyring: (log, wraps) => held.keyrings(self)(log, wraps),
      merge: (changes) => mergeUpdates([...changes]),
      whole: wholeUpdate,
      isReadable,
      progress,
    })

  const atRest = async (self: Identity): Promise<AtRest | undefined> => {
    const memory = await store.read()
    if (memory === undefined || memory.log.length === 0) return undefined
    const log = await verifyLog(memory.log)
    return { memory, log, keyring: await held.keyrings(self)(log, []) }
  }

  const time = async (what: string): Promise<number | null> => {
    const value = (await database.replica.get(what))?.value
    return typeof value === 'number' ? value : null
  }
  const noteTime = async (what: string): Promise<void> => {
    await database.replica.put({ id: what, value: clock() })
  }

  const looks = {
    clock,
    last: () => time(LOOKED_AT),
    note: () => noteTime(LOOKED_AT),
    hasAside: async () => (await database.aside.count()) > 0,
  }

  return {
    database,
    transport,
    logAtServer,
    identity,
    atRest,
    async exchange(signal) {
      await deps.ready()
      const self = await identity()
      const engine = engineOf(self)
      let outcome = await exchangeAll(engine, looks, signal)
      const here = await atRest(self)
      if (here !== undefined) {
        const { log, keyring } = here
        held.noteKit(log.recovery?.id)
        const keys = log.isRotationDue ? await renewKeys(logAtServer, held.keys(), self, clock()) : undefined
        if (keys !== undefined) await held.learn(keys)
        const tell = (type: 'sending-files' | 'receiving-files', done: number, total: number) =>
          progress({ type, done, total })
        const files = { database, transport, keyring, epoch: epochOf(log), signal, progress: tell }
        if ((await sendFiles(files)) > 0) outcome = await engine.exchange(signal)
        await fetchFiles(files)
      }
      await noteTime(SYNCED_AT)
      return countOf(outcome.missing)
    },
    startAnew: (account) => startAnew(database, account),
    async uploadMine(signal) {
      await engineOf(await identity()).uploadMine(signal)
    },
    async forget() {
      await database.replica.delete(MEMORY)
    },
    waiting: () => store.outboxSize(),
    async aside() {
      const all = Map.groupBy(await store.quarantined(), ({ code }) => code)
      const large = store.tooLarge()
      return [
        ...[...all].map(([code, records]) => ({ code, count: records.length })),
        ...(large === 0 ? [] : [{ code: 'NOTE_TOO_LARGE', count: large }]),
      ]
    },
    time,
    noteTime,
    async fetchBackup() {
      const [newest] = await transport.backups()
      return newest === undefined ? undefined : { time: newest.time, file: await transport.backup(newest.id) }
    },
    async keepBackup(file) {
      const headers = { 'content-type': 'application/octet-stream' }
      await deps.ask(new URL(`${deps.base}/sync/backup`), { method: 'PUT', body: file, headers })
    },
    async lastOf(device) {
      const { seq, hash } = (await store.read())?.devices[toBase64url(device)] ?? { seq: 0, hash: new Uint8Array(32) }
      return { device, seq, hash }
    },
  }
}
