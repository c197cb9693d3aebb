import type { Bytes } from '../base/bytes.ts'
import { type DeviceLog, epochOf, recipientsOf, writeLogEntry } from '../crypto/device-log.ts'
import {
  commitmentOf,
  createKeyring,
  type Keyring,
  keysBefore,
  newEpochKey,
  sealBefore,
  unwrapEpochKey,
  wrapEpochKey,
} from '../crypto/epoch-key.ts'
import type { Sign } from '../crypto/primitives.ts'
import type { WrappedKey } from './ports.ts'
import { sameBytes } from './wire/codec.ts'
import { SyncFault } from './wire/faults.ts'
import type { LogDevice } from './wire/log-entry.ts'

/** Who receives keys: a device, or the recovery key. */
export type KeyHolder = { readonly id: Bytes; readonly exchange: CryptoKeyPair }

/** This device as it signs and receives keys. What it uses cannot be exported. */
export type Identity = KeyHolder & { readonly sign: Sign; readonly about: LogDevice }

/** Raw keys by epoch: for the vault, and nothing else. */
export type EpochKeys = ReadonlyMap<number, Bytes>

/** All keys of a log from the one that is wrapped for `holder`. Throws `SyncFault`. */
export const unwrapKeys = async (
  log: DeviceLog,
  wraps: readonly WrappedKey[],
  holder: KeyHolder,
): Promise<EpochKeys> => {
  const epoch = log.epochs.at(-1)
  const wrap = wraps.find((one) => one.epoch === epoch?.epoch && sameBytes(one.recipient, holder.id))
  if (epoch === undefined || wrap === undefined) throw new SyncFault('EPOCH_UNKNOWN')
  const key = await unwrapEpochKey(log.account, epoch, holder, wrap.wrapped)
  return keysBefore(log.account, log.epochs, epoch.epoch, key)
}

/**
 * The keyring of a device as its log grows. `known`: what the vault has; `learned` is told of new keys before they are used, to put
 * them there.
 */
export const createKeyrings = (holder: KeyHolder, known: EpochKeys, learned: (keys: EpochKeys) => Promise<void>) => {
  let keys = known
  let ring: Keyring | undefined
  return async (log: DeviceLog, wraps: readonly WrappedKey[]): Promise<Keyring> => {
    if (ring?.has(epochOf(log)) === true) return ring
    if (!keys.has(epochOf(log))) {
      keys = await unwrapKeys(log, wraps, holder)
      await learned(keys)
    }
    ring = await createKeyring(log.account, keys)
    return ring
  }
}

type Signer = { readonly id: Bytes; readonly sign: Sign }

/** An entry and the keys that go with it, to be posted together. */
export type LogPost = { readonly entry: Bytes; readonly wraps: readonly WrappedKey[] }

const wrapFor = async (log: DeviceLog, epoch: number, key: Bytes, to: { id: Bytes; exchangeKey: Bytes }) => ({
  epoch,
  recipient: to.id,
  wrapped: await wrapEpochKey(log.account, epoch, key, to),
})

/** The entry that lets a device in, with the present key wrapped for it. `time`: milliseconds since 1970. */
export const admit = async (
  log: DeviceLog,
  key: Bytes,
  device: LogDevice & { readonly id: Bytes },
  signer: Signer,
  time: number,
): Promise<LogPost> => {
  const { id, ...about } = device
  const entry = await writeLogEntry(log, { type: 'add', device: about }, signer, time)
  return { entry, wraps: [await wrapFor(log, epochOf(log), key, { id, exchangeKey: device.exchangeKey })] }
}

/** The entry that begins a new epoch with a new random key, which everybody who was not removed gets. */
export const rotate = async (
  log: DeviceLog,
  oldKey: Bytes,
  signer: Signer,
  time: number,
): Promise<LogPost & { readonly key: Bytes }> => {
  const [epoch, key] = [epochOf(log) + 1, newEpochKey()]
  const [commitment, before] = [await commitmentOf(key), await sealBefore(log.account, epoch, key, oldKey)]
  const entry = await writeLogEntry(log, { type: 'rotate', epoch, commitment, sealedBefore: before }, signer, time)
  return { entry, key, wraps: await Promise.all(recipientsOf(log).map((to) => wrapFor(log, epoch, key, to))) }
}
