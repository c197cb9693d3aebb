import { type Bytes, toBase64url } from '../base/bytes.ts'
import { sameBytes } from '../sync/wire/codec.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import {
  decodeLogEntry,
  encodeLogBody,
  encodeLogEntry,
  type Head,
  type LogAction,
  type LogDevice,
  recoveryStatement,
  type SignedLogEntry,
} from '../sync/wire/log-entry.ts'
import type { LogEpoch } from './epoch-key.ts'
import { deviceIdOf, importVerifyKey, type Sign, sha256, verify } from './primitives.ts'

export type KnownDevice = LogDevice & {
  readonly id: Bytes
  readonly key: CryptoKey
  /** Where it was removed: the last record of it that counts. */
  readonly revoked: Head | undefined
}

type Recovery = { readonly id: Bytes; readonly signKey: Bytes; readonly exchangeKey: Bytes; readonly key: CryptoKey }

/** A device log that was verified from its first entry to its last. Immutable. */
export type DeviceLog = {
  /** SHA-256 of the first entry; what the account is called in records. */
  readonly account: Bytes
  /** The hash of each entry. */
  readonly hashes: readonly Bytes[]
  /** By id, base64url; removed ones too. */
  readonly devices: ReadonlyMap<string, KnownDevice>
  readonly recovery: Recovery | undefined
  /** From the first. */
  readonly epochs: readonly LogEpoch[]
  /** A device was removed since the last rotation: what is written now should be under a new key. */
  readonly isRotationDue: boolean
  /** The epoch after each entry. */
  readonly epochAfter: readonly number[]
}

/** What a client remembers of the log, so that it is not shown another one. */
export type LogMemory = { readonly length: number; readonly head: Bytes }

/** What a client remembers before it has read a log: which account is its own, too. */
export type LogAnchor = LogMemory & { readonly account: Bytes }

export const anchorOf = (log: DeviceLog): LogAnchor => ({ account: log.account, ...memoryOf(log) })

export const memoryOf = ({ hashes }: DeviceLog): LogMemory => ({
  length: hashes.length,
  head: hashes.at(-1) ?? new Uint8Array(32),
})

export const epochOf = ({ epochs }: DeviceLog): number => epochs.length

export const findDevice = (log: DeviceLog, id: Bytes): KnownDevice | undefined => log.devices.get(toBase64url(id))

/** Those that keys are wrapped for: devices that were not removed, and the recovery key. */
export const recipientsOf = ({ devices, recovery }: DeviceLog): readonly { id: Bytes; exchangeKey: Bytes }[] => [
  ...[...devices.values()].filter(({ revoked }) => revoked === undefined),
  ...(recovery === undefined ? [] : [recovery]),
]

const known = async (device: LogDevice): Promise<KnownDevice> => {
  const id = await deviceIdOf(device.signKey)
  try {
    return { ...device, id, key: await importVerifyKey(device.signKey), revoked: undefined }
  } catch (cause) {
    throw new SyncFault('LOG_ENTRY_IMPOSSIBLE', { cause })
  }
}

const impossible = () => new SyncFault('LOG_ENTRY_IMPOSSIBLE')

const activeDevice = (log: DeviceLog, id: Bytes): KnownDevice => {
  const device = findDevice(log, id)
  if (device === undefined || device.revoked !== undefined) throw impossible()
  return device
}

const withDevice = (log: DeviceLog, device: KnownDevice): DeviceLog => ({
  ...log,
  devices: new Map(log.devices).set(toBase64url(device.id), device),
})

/** What an entry makes of the log. Throws LOG_ENTRY_IMPOSSIBLE. */
const apply = async (log: DeviceLog, action: LogAction): Promise<DeviceLog> => {
  switch (action.type) {
    case 'open':
      throw impossible()
    case 'add': {
      const device = await known(action.device)
      if (findDevice(log, device.id) !== undefined) throw impossible()
      return withDevice(log, device)
    }
    case 'rename':
      return withDevice(log, { ...activeDevice(log, action.device), name: action.name })
    case 'revoke':
      return {
        ...withDevice(log, { ...activeDevice(log, action.last.device), revoked: action.last }),
        isRotationDue: true,
      }
    case 'rotate': {
      const { epoch, commitment, sealedBefore } = action
      if (epoch !== log.epochs.length + 1) throw impossible()
      return { ...log, epochs: [...log.epochs, { epoch, commitment, sealedBefore }], isRotationDue: false }
    }
    case 'recovery': {
      const { signKey, exchangeKey, proof } = action
      const id = await deviceIdOf(signKey)
      if (findDevice(log, id) !== undefined) throw impossible()
      const key = await importVerifyKey(signKey).catch(() => undefined)
      if (key === undefined) throw impossible()
      const { length, head } = memoryOf(log)
      // Without it anybody could put the public key of a kit into a log of their own making.
      if (!(await verify(key, proof, recoveryStatement(log.account, length, head)))) {
        throw new SyncFault('LOG_SIGNATURE_WRONG')
      }
      return { ...log, recovery: { id, signKey, exchangeKey, key } }
    }
  }
}

const signerKey = (log: DeviceLog, id: Bytes): CryptoKey => {
  if (log.recovery !== undefined && sameBytes(log.recovery.id, id)) return log.recovery.key
  const device = findDevice(log, id)
  if (device === undefined) throw new SyncFault('LOG_SIGNER_UNKNOWN')
  if (device.revoked !== undefined) throw new SyncFault('LOG_SIGNER_REVOKED')
  return device.key
}

const checkSignature = async (key: CryptoKey, { body, signature }: SignedLogEntry): Promise<void> => {
  if (!(await verify(key, signature, body))) throw new SyncFault('LOG_SIGNATURE_WRONG')
}

const nothing = new Uint8Array(32)

const openLog = async (signed: SignedLogEntry): Promise<DeviceLog> => {
  const { index, prev, signer, action } = signed.entry
  if (index !== 0 || !sameBytes(prev, nothing)) throw new SyncFault('LOG_CHAIN_BROKEN')
  if (action.type !== 'open') throw impossible()
  const device = await known(action.device)
  if (!sameBytes(device.id, signer)) throw new SyncFault('LOG_SIGNER_UNKNOWN')
  await checkSignature(device.key, signed)
  const account = await sha256(signed.body)
  return {
    account,
    hashes: [account],
    devices: new Map([[toBase64url(device.id), device]]),
    recovery: undefined,
    epochs: [{ epoch: 1, commitment: action.commitment, sealedBefore: new Uint8Array() }],
    isRotationDue: false,
    epochAfter: [1],
  }
}

/** The log with one more entry. Throws `SyncFault` where it does not follow. */
export const extendLog = async (log: DeviceLog | undefined, entry: Uint8Array): Promise<DeviceLog> => {
  const signed = decodeLogEntry(entry)
  if (log === undefined) return openLog(signed)
  const { index, prev, signer, action } = signed.entry
  const follows = index === log.hashes.length && sameBytes(prev, log.hashes.at(-1) ?? nothing)
  if (!follows) throw new SyncFault('LOG_CHAIN_BROKEN')
  await checkSignature(signerKey(log, signer), signed)
  const next = await apply(log, action)
  const hash = await sha256(signed.body)
  return { ...next, hashes: [...next.hashes, hash], epochAfter: [...next.epochAfter, next.epochs.length] }
}

/** That a log goes on from what is remembered of it. Throws `SyncFault`: LOG_ROLLED_BACK where it is shorter, LOG_FORKED. */
export const checkGoesOn = (log: DeviceLog, { length, head }: LogMemory): void => {
  const then = log.hashes[length - 1]
  if (then === undefined) throw new SyncFault('LOG_ROLLED_BACK')
  if (!sameBytes(then, head)) throw new SyncFault('LOG_FORKED')
}

/** Verifies a whole log, and that it goes on from what is remembered. Throws `SyncFault`. */
export const verifyLog = async (entries: readonly Uint8Array[], remembered?: LogMemory): Promise<DeviceLog> => {
  let log: DeviceLog | undefined
  for (const entry of entries) log = await extendLog(log, entry)
  if (log === undefined) throw new SyncFault(remembered === undefined ? 'MALFORMED' : 'LOG_ROLLED_BACK')
  if (remembered !== undefined) checkGoesOn(log, remembered)
  return log
}

/** The entry that names a recovery key, with the proof that this is of the account. */
export const recoveryAction = async (
  log: DeviceLog,
  { signKey, exchangeKey, sign }: { readonly signKey: Bytes; readonly exchangeKey: Bytes; readonly sign: Sign },
): Promise<LogAction> => {
  const { length, head } = memoryOf(log)
  const proof = await sign(recoveryStatement(log.account, length, head))
  return { type: 'recovery', signKey, exchangeKey, proof }
}

/** Writes and signs the next entry of a log, or the first. `time`: milliseconds since 1970. */
export const writeLogEntry = async (
  log: DeviceLog | undefined,
  action: LogAction,
  signer: { readonly id: Bytes; readonly sign: Sign },
  time: number,
): Promise<Bytes> => {
  const { length: index, head: prev } = log === undefined ? { length: 0, head: nothing } : memoryOf(log)
  const body = encodeLogBody({ index, prev, time, signer: signer.id, action })
  return encodeLogEntry({ body, signature: await signer.sign(body) })
}
