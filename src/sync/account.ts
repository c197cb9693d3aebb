import { type Bytes, toBase64url } from '../base/bytes.ts'
import {
  anchorOf,
  checkGoesOn,
  type DeviceLog,
  epochOf,
  findDevice,
  type LogAnchor,
  recoveryAction,
  verifyLog,
  writeLogEntry,
} from '../crypto/device-log.ts'
import { commitmentOf, newEpochKey, wrapEpochKey } from '../crypto/epoch-key.ts'
import type { RecoveryKey } from '../crypto/recovery-key.ts'
import { admit, type EpochKeys, type Identity, type KeyHolder, type LogPost, rotate, unwrapKeys } from './keys.ts'
import { TransportError, type WrappedKey } from './ports.ts'
import { sameBytes } from './wire/codec.ts'
import { SyncFault } from './wire/faults.ts'
import type { Head } from './wire/log-entry.ts'

/** What the server has of the account: its device log, verified, and the keys that are wrapped for its devices. */
export type ServerLog = {
  readonly entries: readonly Bytes[]
  readonly log: DeviceLog
  readonly wraps: readonly WrappedKey[]
}

/** What is known here of the log: which account it is of, and its entries as far as they were read. */
export type LogKnown = { readonly account: Bytes | undefined; readonly entries: readonly Bytes[] }

export type LogSource = {
  known(): Promise<LogKnown>
  log(after: number): Promise<{ readonly entries: readonly Bytes[]; readonly wraps: readonly WrappedKey[] }>
  addToLog(entry: Bytes, wraps: readonly WrappedKey[]): Promise<void>
}

/** For who reads the log for the first time: nothing of it is known here. */
export const neverRead = (source: Omit<LogSource, 'known'>): LogSource => ({
  log: (after) => source.log(after),
  addToLog: (entry, wraps) => source.addToLog(entry, wraps),
  known: async () => ({ account: undefined, entries: [] }),
})

/** Keys are wrapped for whoever is in the log: it has to be the one that is known here. */
const checkKnown = ({ account, entries: known }: LogKnown, { entries, log }: ServerLog): void => {
  if (account !== undefined && !sameBytes(log.account, account)) throw new SyncFault('LOG_FORKED')
  const last = known.at(-1)
  if (last === undefined) return
  const now = entries[known.length - 1]
  if (now === undefined) throw new SyncFault('LOG_ROLLED_BACK')
  if (!sameBytes(now, last)) throw new SyncFault('LOG_FORKED')
}

/** Undefined where the account has none yet. Throws `SyncFault` where it is false, or another one than is known here. */
export const readServerLog = async (source: LogSource): Promise<ServerLog | undefined> => {
  const { entries, wraps } = await source.log(0)
  if (entries.length === 0) return undefined
  const server = { entries, log: await verifyLog(entries), wraps }
  checkKnown(await source.known(), server)
  return server
}

export const isIn = (log: DeviceLog, id: Bytes): boolean => {
  const device = findDevice(log, id)
  return device !== undefined && device.revoked === undefined
}

/** The first entry of a new account, with the key of its first epoch wrapped for this device. `time`: milliseconds since 1970. */
export const openAccount = async (self: Identity, time: number): Promise<LogPost & { readonly anchor: LogAnchor }> => {
  const key = newEpochKey()
  const action = { type: 'open', device: self.about, commitment: await commitmentOf(key) } as const
  const entry = await writeLogEntry(undefined, action, self, time)
  const log = await verifyLog([entry])
  const recipient = { id: self.id, exchangeKey: self.about.exchangeKey }
  const wrapped = await wrapEpochKey(log.account, 1, key, recipient)
  return { entry, wraps: [{ epoch: 1, recipient: self.id, wrapped }], anchor: anchorOf(log) }
}

/**
 * The keys of a device that has come into this log as `anchor` says; none where it has still to be let in. That a log names a device
 * is not enough: whoever has read its public keys can write one that does. Throws `SyncFault`.
 */
export const keysOfMember = async (
  { log, wraps }: ServerLog,
  self: KeyHolder,
  anchor: LogAnchor | undefined,
): Promise<EpochKeys> => {
  if (anchor === undefined || !isIn(log, self.id)) return new Map()
  if (!sameBytes(log.account, anchor.account)) throw new SyncFault('LOG_FORKED')
  checkGoesOn(log, anchor)
  return unwrapKeys(log, wraps, self)
}

/** Something else was there first: who tries once more sees it. */
const isConflict = (thrown: unknown): boolean => thrown instanceof TransportError && thrown.problem.type === 'conflict'

/** Adds what `write` makes of the log as it is, and once more where another device was first; undefined: nothing is to be added. */
export const addEntry = async <T extends LogPost>(
  source: LogSource,
  write: (server: ServerLog) => Promise<T | undefined>,
  again = 3,
): Promise<T | undefined> => {
  const server = await readServerLog(source)
  const post = server === undefined ? undefined : await write(server)
  if (post === undefined) return undefined
  try {
    await source.addToLog(post.entry, post.wraps)
    return post
  } catch (thrown) {
    if (again === 0 || !isConflict(thrown)) throw thrown
    return addEntry(source, write, again - 1)
  }
}

const keyOf = (keys: EpochKeys, log: DeviceLog): Bytes | undefined => keys.get(epochOf(log))

/** Lets a device in that is not in the log yet, by a device of the log or the recovery key. */
export const letIn = async (
  { log }: ServerLog,
  keys: EpochKeys,
  device: Parameters<typeof admit>[2],
  signer: Parameters<typeof admit>[3],
  time: number,
): Promise<LogPost | undefined> => {
  const key = keyOf(keys, log)
  return key === undefined || findDevice(log, device.id) !== undefined
    ? undefined
    : admit(log, key, device, signer, time)
}

/** Says that a device is removed. `last`: the last record of it that counts. */
export const putOut = async (
  { log }: ServerLog,
  last: Head,
  self: Identity,
  time: number,
): Promise<LogPost | undefined> =>
  isIn(log, last.device)
    ? { entry: await writeLogEntry(log, { type: 'revoke', last }, self, time), wraps: [] }
    : undefined

/** The new epoch that a removal makes necessary; undefined where none is, or another device has begun it. */
const renew = async ({ log }: ServerLog, keys: EpochKeys, self: Identity, time: number) => {
  const key = keyOf(keys, log)
  if (!log.isRotationDue || key === undefined) return undefined
  return { ...(await rotate(log, key, self, time)), epoch: epochOf(log) + 1 }
}

/** After a removal: begins the new epoch, so that what is written from now on is under a new key. All keys, where there is one more. */
export const renewKeys = async (
  source: LogSource,
  keys: EpochKeys,
  self: Identity,
  time: number,
): Promise<EpochKeys | undefined> => {
  const post = await addEntry(source, (server) => renew(server, keys, self, time))
  return post === undefined ? undefined : new Map(keys).set(post.epoch, post.key)
}

/** The entry that names a recovery key, with the present key wrapped for it. */
export const nameKit = async (
  { log }: ServerLog,
  keys: EpochKeys,
  kit: RecoveryKey,
  self: Identity,
  time: number,
): Promise<LogPost | undefined> => {
  const key = keyOf(keys, log)
  if (key === undefined) return undefined
  const action = await recoveryAction(log, kit)
  const wrapped = await wrapEpochKey(log.account, epochOf(log), key, kit)
  return {
    entry: await writeLogEntry(log, action, self, time),
    wraps: [{ epoch: epochOf(log), recipient: kit.id, wrapped }],
  }
}

export const textOf = (wraps: readonly WrappedKey[]) =>
  wraps.map(({ epoch, recipient, wrapped }) => ({
    epoch,
    recipient: toBase64url(recipient),
    wrapped: toBase64url(wrapped),
  }))
