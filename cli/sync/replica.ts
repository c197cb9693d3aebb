import { type Bytes, toBase64url } from '../../src/base/bytes.ts'
import { checkGoesOn, type DeviceLog, type LogAnchor, verifyLog } from '../../src/crypto/device-log.ts'
import type { Keyring } from '../../src/crypto/epoch-key.ts'
import { deviceIdOf } from '../../src/crypto/primitives.ts'
import { mergeUpdates } from '../../src/notebook/note-document.ts'
import { isReadable, wholeUpdate } from '../../src/notebook/note-sync.ts'
import {
  addEntry,
  keysOfMember,
  type LogSource,
  neverRead,
  putOut,
  readServerLog,
  renewKeys,
} from '../../src/sync/account.ts'
import { createEngine, type Engine, type Outcome } from '../../src/sync/engine.ts'
import { exchangeAll } from '../../src/sync/exchange.ts'
import type { HttpTransport } from '../../src/sync/http-transport.ts'
import { createKeyrings, type EpochKeys, type Identity } from '../../src/sync/keys.ts'
import type { Progress } from '../../src/sync/pages.ts'
import type { Chain, SyncMemory, SyncTransport, WrappedKey } from '../../src/sync/ports.ts'
import { sameBytes } from '../../src/sync/wire/codec.ts'
import { SyncFault } from '../../src/sync/wire/faults.ts'
import { Failure } from '../failure.ts'
import { freshSession } from '../fresh-session.ts'
import { alone, readSession, type Session } from '../session-file.ts'
import { type Database, fileOfAccount, openDatabase } from './database.ts'
import { anchorAt, chainOf, identityOf, keepKeys, keysOf } from './identity.ts'
import { createTransport } from './server.ts'
import { createSyncStore, makeOwner } from './store.ts'

const LOOKED_AT = 'looked-at'

/** The replica at rest: what it remembers, with the log of it verified and the keys of that log. */
export type AtRest = { readonly memory: SyncMemory; readonly log: DeviceLog; readonly keyring: Keyring }

export type ReplicaDeps = {
  readonly database: Database
  readonly transport: SyncTransport & Pick<HttpTransport, 'addToLog'>
  readonly self: Identity
  readonly account: Bytes
  /** Where the log stood when this machine came into it. */
  readonly anchor: LogAnchor | undefined
  readonly keys: EpochKeys
  readonly chain: Chain
  readonly keep: (keys: EpochKeys) => Promise<void>
  readonly progress?: (progress: Progress) => void
}

/** The replica of this machine: its notes, exchanged with the server by the engine that the worker has, too. */
export const createReplica = (deps: ReplicaDeps) => {
  const { database, transport, self, account, chain, progress = () => undefined } = deps
  let { keys } = deps
  const learn = async (more: EpochKeys): Promise<void> => {
    await deps.keep(more)
    keys = more
  }
  const store = createSyncStore(database, Date.now)
  const rings = () => createKeyrings(self, keys, learn)
  let ring = rings()
  const keyring = (log: DeviceLog, wraps: readonly WrappedKey[]): Promise<Keyring> => {
    // The keys that are here are of one account, and no other's log is taken for its.
    if (!sameBytes(log.account, account)) throw new SyncFault('LOG_FORKED')
    if (deps.anchor !== undefined) checkGoesOn(log, deps.anchor)
    return ring(log, wraps)
  }
  const engine: Engine = createEngine({
    store,
    transport,
    device: self,
    chain,
    keyring,
    merge: (changes) => mergeUpdates([...changes]),
    whole: wholeUpdate,
    isReadable,
    progress,
  })

  /** The device log at the server. It has to go on from what was read of it here. */
  const logAtServer: LogSource = {
    ...neverRead(transport),
    known: async () => ({ account, entries: (await store.read())?.log ?? [] }),
  }

  /** Undefined where nothing was exchanged yet. */
  const atRest = async (): Promise<AtRest | undefined> => {
    const memory = await store.read()
    if (memory === undefined || memory.log.length === 0) return undefined
    const log = await verifyLog(memory.log)
    return { memory, log, keyring: await keyring(log, []) }
  }

  return {
    database,
    store,
    transport,
    self,
    atRest,
    keys: () => keys,
    /** Reads all that is new, and sends all that waits. */
    async exchange(): Promise<Outcome> {
      const looks = {
        clock: Date.now,
        last: async () => Number(database.kept(LOOKED_AT) ?? Number.NaN) || null,
        note: async () => database.keep(LOOKED_AT, String(Date.now())),
        hasAside: async () => (await store.quarantined()).length > 0,
      }
      const outcome = await exchangeAll(engine, looks)
      const here = await atRest()
      // A device was removed, and nobody has begun a new epoch yet.
      const more = here?.log.isRotationDue === true ? await renewKeys(logAtServer, keys, self, Date.now()) : undefined
      if (more !== undefined) {
        await learn(more)
        ring = rings()
      }
      return outcome
    },
    /** Says in the device log that a device is removed. The next exchange begins the epoch that makes necessary. */
    async expel(signKey: Bytes): Promise<void> {
      const device = await deviceIdOf(signKey)
      const known = (await store.read())?.devices[toBase64url(device)]
      const last = { device, seq: known?.seq ?? 0, hash: known?.hash ?? new Uint8Array(32) }
      await addEntry(logAtServer, (server) => putOut(server, last, self, Date.now()))
    },
    /** After the server has lost something: makes everything that is here wait to be sent. */
    uploadMine: () => engine.uploadMine(),
  }
}

export type Replica = ReturnType<typeof createReplica>

/** The keys of the account, where another device has let this one in. Throws SYNC_OFF, SYNC_LOCKED. */
const enter = async (session: Session, transport: HttpTransport, self: Identity) => {
  if (session.sync !== undefined) return { account: session.sync.account, keys: keysOf(session) }
  const server = await readServerLog(neverRead(transport))
  if (server === undefined) throw new Failure('SYNC_OFF')
  const keys = await keysOfMember(server, self, anchorAt(session, server.log.account))
  if (keys.size === 0) throw new Failure('SYNC_LOCKED')
  await keepKeys(session, server.log.account, keys)
  return { account: server.log.account, keys }
}

/** The notes of the account that this machine has keys of; no other command writes to what sync remembers meanwhile. */
export const withReplica = <T>(
  work: (replica: Replica) => Promise<T>,
  progress?: ReplicaDeps['progress'],
): Promise<T> =>
  alone(async () => {
    const session = await freshSession()
    const [transport, self] = [createTransport(session), await identityOf(session)]
    const { account, keys } = await enter(session, transport, self)
    const database = openDatabase(fileOfAccount(account))
    try {
      makeOwner(database, self.id)
      const keep = (more: EpochKeys) => keepKeys(session, account, more)
      const [chain, anchor] = [chainOf(session), anchorAt(session, account)]
      const shared = { database, transport, self, account, anchor, keys, chain, keep }
      return await work(createReplica(progress === undefined ? shared : { ...shared, progress }))
    } finally {
      database.close()
    }
  }, 'sync-lock')

/** The notes as they are here, also where the server is away or the session has ended. */
export const withNotes = async <T>(work: (database: Database) => T | Promise<T>): Promise<T> => {
  const session = await readSession()
  if (session === undefined) throw new Failure('NOT_SIGNED_IN')
  if (session.sync === undefined) throw new Failure('SYNC_LOCKED')
  const database = openDatabase(fileOfAccount(session.sync.account))
  try {
    return await work(database)
  } finally {
    database.close()
  }
}
