import * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url } from '../../base/bytes.ts'
import { epochOf, verifyLog } from '../../crypto/device-log.ts'
import { deviceIdOf } from '../../crypto/primitives.ts'
import { newRecoveryWords, readRecoveryWords, recoveryKeyOf } from '../../crypto/recovery-key.ts'
import { fileName, newStamp, noteName } from '../../data/changed.ts'
import { notesDatabase } from '../../data/database.ts'
import { mergeUpdates } from '../../notebook/note-document.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { SyncProblem, SyncRun, SyncState, WordsProblem, WordsReply } from '../../protocol/sync-state.ts'
import { createEngine } from '../../sync/engine.ts'
import { createHttpTransport } from '../../sync/http-transport.ts'
import { createKeyrings, type EpochKeys, unwrapKeys } from '../../sync/keys.ts'
import { createRunner } from '../../sync/runner.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import type { Records } from '../records.ts'
import type { CreateSync, JoinedDevice, SyncHandlers } from '../sync-part.ts'
import {
  addEntry,
  isIn,
  letIn,
  nameKit,
  openAccount,
  putOut,
  readServerLog,
  renew,
  type ServerLog,
  textOf,
} from './account.ts'
import { fetchFiles, sendFiles } from './files.ts'
import { type Identity, readIdentity } from './identity.ts'
import { problemOf, toError } from './problems.ts'
import { ACCOUNT, createSyncStore, MEMORY, SYNCED_AT } from './store.ts'

type SyncRecord = Records['sync']

const keysOf = ({ keys }: SyncRecord): EpochKeys => new Map(keys.map(({ epoch, key }) => [epoch, key]))
const listOf = (keys: EpochKeys): SyncRecord['keys'] => [...keys].map(([epoch, key]) => ({ epoch, key }))

/** Sync of this device: its keys, its replica, and what a page may ask of both. */
export const createSync: CreateSync = (deps) => {
  const { vault, clock, keeper } = deps
  const provider = keeper.provider.id
  const database = notesDatabase()
  const store = createSyncStore(database, vault, clock)
  const transport = createHttpTransport((path, { method, body }) =>
    deps.ask(new URL(deps.base + path), {
      method,
      cache: 'no-store',
      ...(body === undefined
        ? {}
        : {
            body,
            headers: { 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' },
          }),
    }),
  )

  let record: SyncRecord | undefined
  let run: SyncRun = { type: 'idle' }
  let problem: SyncProblem | null = null
  let missing = 0
  let waiting = 0
  let kitAtServer: Bytes | undefined
  let keyrings: ReturnType<typeof createKeyrings> | undefined

  const keep = async (next: SyncRecord | undefined): Promise<void> => {
    await vault.commit(
      [{ kind: 'sync', provider, value: next }],
      () => keeper.live() !== undefined || next === undefined,
    )
    record = next
    keyrings = undefined
  }
  const learn = async (keys: EpochKeys): Promise<void> => {
    if (record !== undefined) await keep({ ...record, keys: listOf(keys) })
  }
  const count = async (): Promise<void> => {
    const before = waiting
    waiting = record === undefined || record.keys.length === 0 ? 0 : await store.outboxSize().catch(() => waiting)
    if (waiting !== before) deps.counted()
  }

  const kitState = (): 'none' | 'unconfirmed' | 'confirmed' => {
    if (record?.kit != null && (kitAtServer === undefined || sameBytes(record.kit.id, kitAtServer))) {
      return record.kit.confirmed ? 'confirmed' : 'unconfirmed'
    }
    return kitAtServer === undefined ? 'none' : 'confirmed'
  }

  const describe = async (): Promise<SyncState> => {
    if (vault.grade === 'memory') return { stage: 'unavailable' }
    if (record === undefined) return { stage: keeper.live() === undefined ? 'unavailable' : 'off' }
    if (record.keys.length === 0) return { stage: 'locked' }
    await count()
    const aside = Map.groupBy(await store.quarantined(), ({ code }) => code)
    const syncedAt = (await database.replica.get(SYNCED_AT))?.value
    return {
      stage: 'on',
      run,
      waiting,
      syncedAt: typeof syncedAt === 'number' ? syncedAt : null,
      kit: kitState(),
      problem: keeper.live() === undefined ? { type: 'signed-out', code: 'SESSION_EXPIRED' } : problem,
      aside: [...aside].map(([code, all]) => ({ code, count: all.length })),
      missing,
    }
  }
  const tell = async (): Promise<SyncState> => {
    const state = await describe()
    deps.announce(state)
    return state
  }

  const identity = () => readIdentity(vault, keeper)
  const ringFor = (self: Identity) => {
    keyrings ??= createKeyrings(self, record === undefined ? new Map() : keysOf(record), learn)
    return keyrings
  }

  const progress = (now: SyncRun): void => {
    run = now
    deps.hold(tell().catch(() => undefined))
  }

  const engineOf = (self: Identity) =>
    createEngine({
      store,
      transport,
      device: self,
      keyring: (log, wraps) => ringFor(self)(log, wraps),
      merge: (changes) => mergeUpdates([...changes]),
      progress,
    })

  /** A device was removed: what is written from now on is under a new key. */
  const renewWhereDue = async (self: Identity): Promise<void> => {
    const post = await addEntry(transport, (server) =>
      renew(server, record === undefined ? new Map() : keysOf(record), self, clock()),
    )
    if (post !== undefined && record !== undefined) {
      const keys = new Map(keysOf(record))
      keys.set(Math.max(0, ...keys.keys()) + 1, post.key)
      await learn(keys)
    }
  }

  const filesWith = async (self: Identity, signal: AbortSignal) => {
    const memory = await store.read()
    const log = await verifyLog(memory?.log ?? [])
    const keyring = await ringFor(self)(log, [])
    kitAtServer = log.recovery?.id
    const files = { database, transport, keyring, epoch: epochOf(log), signal }
    return {
      isRenewalDue: log.isRotationDue,
      ...files,
      progress: (type: 'sending-files' | 'receiving-files', done: number, total: number) =>
        progress({ type, done, total }),
    }
  }

  const exchange = async (signal: AbortSignal): Promise<void> => {
    await deps.ready()
    const self = await identity()
    const engine = engineOf(self)
    let outcome = await engine.exchange(signal)
    const files = await filesWith(self, signal)
    if ((await sendFiles(files)) > 0) outcome = await engine.exchange(signal)
    if (files.isRenewalDue) await renewWhereDue(self)
    await fetchFiles(files)
    missing = outcome.missing.length
    await database.replica.put({ id: SYNCED_AT, value: clock() })
  }

  const runner = createRunner<void>({
    run: exchange,
    random: deps.random,
    later(act, milliseconds) {
      const timer = setTimeout(act, milliseconds)
      return () => clearTimeout(timer)
    },
    changed(state) {
      if (state.type === 'running') run = { type: 'starting' }
      else run = { type: 'idle' }
      if (state.type === 'done') problem = null
      if (state.type === 'idle') problem = { type: 'stopped', code: 'SYNC_STOPPED' }
      if (state.type === 'failed') {
        problem = problemOf(state.error)
        if (problem.type === 'offline') deps.hold(deps.wakeWhenOnline())
      }
      deps.hold(tell().catch(() => undefined))
    },
  })

  const isOn = (): boolean => record !== undefined && record.keys.length > 0 && keeper.live() !== undefined
  const request = async (): Promise<void> => {
    if (isOn()) await runner.request()
  }
  const begin = (): void => {
    if (isOn()) deps.hold(runner.request())
  }

  /** The rows of a replica that is no more; what the notes say of themselves stays. */
  const startAnew = async (account: Bytes): Promise<void> => {
    const name = toBase64url(account)
    const { synced, offered, seen, own, aside, manifests, replica, changed, notes, attachments } = database
    await database.transaction(
      'rw',
      [synced, offered, seen, own, aside, manifests, replica, changed, notes, attachments],
      async () => {
        const same = (await replica.get(ACCOUNT))?.value === name
        await Promise.all([offered.clear(), seen.clear(), own.clear(), aside.clear(), replica.clear()])
        await replica.put({ id: ACCOUNT, value: name })
        if (same) return
        await Promise.all([synced.clear(), manifests.clear()])
        const names = [
          ...(await notes.toCollection().primaryKeys()).map(noteName),
          ...(await attachments.toCollection().primaryKeys()).map(fileName),
        ]
        await changed.bulkPut(names.map((one) => ({ name: one, stamp: newStamp() })))
      },
    )
  }

  const settle = async (server: ServerLog, keys: EpochKeys): Promise<void> => {
    await startAnew(server.log.account)
    const { sub = '' } = keeper.live()?.account ?? {}
    await keep({ sub, account: server.log.account, keys: listOf(keys), kit: null })
    kitAtServer = server.log.recovery?.id
    problem = null
  }

  const enable = async (): Promise<SyncState> => {
    if (vault.grade === 'memory') throw new HoldfastError('SYNC_UNAVAILABLE')
    if (keeper.live() === undefined) throw new HoldfastError('SESSION_EXPIRED')
    if (record !== undefined && record.keys.length > 0) return describe()
    await deps.ready()
    const self = await identity()
    let server = await readServerLog(transport)
    if (server === undefined) {
      const opened = await openAccount(self, clock())
      await transport.addToLog(opened.post.entry, opened.post.wraps)
      server = await readServerLog(transport)
    }
    if (server === undefined) throw new HoldfastError('SYNC_UNREACHABLE')
    await settle(server, isIn(server.log, self.id) ? await unwrapKeys(server.log, server.wraps, self) : new Map())
    begin()
    return tell()
  }

  /** The recovery key of words; or what is wrong with them. */
  const readWords = async (words: string) => {
    const entropy = readRecoveryWords(words)
    return entropy.ok ? { key: await recoveryKeyOf(entropy.value) } : { problem: entropy.error }
  }
  const answered = async (wrong: WordsProblem | null): Promise<WordsReply> => ({ state: await tell(), problem: wrong })
  const other: WordsProblem = { type: 'other' }

  const unlock = async (words: string): Promise<WordsReply> => {
    const read = await readWords(words)
    if (read.key === undefined) return answered(read.problem)
    const { key } = read
    await deps.ready()
    const self = await identity()
    const server = await readServerLog(transport)
    if (server?.log.recovery === undefined || !sameBytes(server.log.recovery.id, key.id)) return answered(other)
    const keys = await unwrapKeys(server.log, server.wraps, key)
    await addEntry(transport, (now) => letIn(now, keys, { ...self.about, id: self.id }, key, clock()))
    await settle((await readServerLog(transport)) ?? server, keys)
    if (record !== undefined) await keep({ ...record, kit: { id: key.id, confirmed: true } })
    begin()
    return answered(null)
  }

  const newKit = async (): Promise<{ words: string }> => {
    if (record === undefined || !isOn()) throw new HoldfastError('SYNC_OFF')
    const words = newRecoveryWords()
    const read = await readWords(words)
    if (read.key === undefined) throw new HoldfastError('INTERNAL')
    const { key } = read
    const self = await identity()
    const keys = keysOf(record)
    // Asked for through the interface of devices, which knows that a sign-in may be too old for it.
    const source = {
      log: transport.log,
      async addToLog(entry: Bytes, wraps: Parameters<typeof textOf>[0]) {
        await deps.api.signed('POST', '/sync/log', v.unknown(), { entry: toBase64url(entry), wraps: textOf(wraps) })
      },
    }
    await addEntry(source, (server) => nameKit(server, keys, key, self, clock()))
    await keep({ ...record, kit: { id: key.id, confirmed: false } })
    kitAtServer = key.id
    await tell()
    return { words }
  }

  const confirmKit = async (words: string): Promise<WordsReply> => {
    if (record === undefined) throw new HoldfastError('SYNC_OFF')
    const read = await readWords(words)
    if (read.key === undefined) return answered(read.problem)
    const known = record.kit?.id ?? kitAtServer
    if (known === undefined || !sameBytes(known, read.key.id)) return answered(other)
    await keep({ ...record, kit: { id: read.key.id, confirmed: true } })
    return answered(null)
  }

  const uploadMine = async (): Promise<SyncState> => {
    if (!isOn()) throw new HoldfastError('SYNC_OFF')
    const self = await identity()
    const names = (await database.manifests.where('state').equals('here').primaryKeys()).map(String)
    await engineOf(self).uploadMine()
    await database.transaction('rw', database.synced, database.changed, database.manifests, async () => {
      await database.manifests.bulkDelete(names)
      await database.changed.bulkPut(names.map((name) => ({ name, stamp: newStamp() })))
    })
    begin()
    return tell()
  }

  const disable = async (): Promise<SyncState> => {
    runner.cancel()
    await keep(undefined)
    await database.replica.delete(MEMORY)
    return tell()
  }

  const typed = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw toError(thrown)
    })

  const unsupported = async (): Promise<never> => {
    throw new HoldfastError('SYNC_UNAVAILABLE')
  }

  const handlers: SyncHandlers = {
    'sync.get': describe,
    'sync.enable': () => typed(enable()),
    'sync.disable': () => typed(disable()),
    async 'sync.run'() {
      begin()
      return describe()
    },
    async 'sync.stop'() {
      runner.cancel()
      return describe()
    },
    'sync.unlock': ({ words }) => typed(unlock(words)),
    'sync.newKit': () => typed(newKit()),
    'sync.confirmKit': ({ words }) => typed(confirmKit(words)),
    'sync.uploadMine': () => typed(uploadMine()),
    'sync.backup': unsupported,
    'sync.openBackup': unsupported,
    'sync.applyBackup': unsupported,
  }

  /** What the vault has, after the worker was started; keys of a session that is no more go. */
  const restore = async (): Promise<void> => {
    const found = await vault.read('sync', provider)
    record = found.at === 'here' ? found.value : undefined
  }

  return {
    handlers,
    waiting: () => waiting,
    run: request,
    async look() {
      const live = keeper.live()
      const state = keeper.state()
      const isAnother = live !== undefined && record !== undefined && live.account.sub !== record.sub
      const isRemoved = state.status === 'expired' && state.reason === 'device-removed'
      if (record === undefined) await restore()
      else if (isAnother || isRemoved || state.status === 'anonymous') {
        runner.cancel()
        await keep(undefined)
      }
      await count()
    },
    async admit(device: JoinedDevice) {
      if (record === undefined || !isOn()) return
      const [signKey, exchangeKey] = [fromBase64url(device.publicKey), fromBase64url(device.exchangeKey)]
      if (signKey === undefined || exchangeKey === undefined) return
      const self = await identity()
      const { name, platform } = device
      const about = { id: await deviceIdOf(signKey), signKey, exchangeKey, name, platform }
      const keys = keysOf(record)
      await typed(addEntry(transport, (server) => letIn(server, keys, about, self, clock())))
    },
    async expel(publicKey: string) {
      const signKey = fromBase64url(publicKey)
      if (signKey === undefined || !isOn()) return
      const self = await identity()
      const id = await deviceIdOf(signKey)
      const { seq, hash } = (await store.read())?.devices[toBase64url(id)] ?? { seq: 0, hash: new Uint8Array(32) }
      await typed(addEntry(transport, (server) => putOut(server, { device: id, seq, hash }, self, clock())))
      begin()
    },
  }
}
