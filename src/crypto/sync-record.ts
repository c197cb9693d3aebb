import type { Bytes } from '../base/bytes.ts'
import { sameBytes } from '../sync/wire/codec.ts'
import { type Content, decodeContent, encodeContent } from '../sync/wire/content.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import { pad, unpad } from '../sync/wire/padding.ts'
import { decodeRecord, encodeHeader, encodeRecord, type RecordHeader, recordStatement } from '../sync/wire/record.ts'
import { type DeviceLog, findDevice } from './device-log.ts'
import type { Keyring } from './epoch-key.ts'
import { open, type Sign, seal, sha256, verify } from './primitives.ts'

/** A record whose account, device and signature hold. Only `verifyRecord` makes one. */
export type VerifiedRecord = {
  readonly header: RecordHeader
  readonly headerBytes: Bytes
  readonly sealed: Bytes
  /** Names it: what the next record of its device has as `prev`. */
  readonly hash: Bytes
}

/** A record whose hash is known, so that the next one can be sealed while this one is being signed. */
export type SealedRecord = { readonly hash: Bytes; readonly bytes: Promise<Bytes> }

/** Seals a record, and has it signed. `key`: of its item. The IV is fresh unless a test gives it. */
export const sealRecord = async (
  key: CryptoKey,
  sign: Sign,
  header: RecordHeader,
  content: Content,
  iv?: Bytes,
): Promise<SealedRecord> => {
  const headerBytes = encodeHeader(header)
  const sealed = await seal(key, pad(encodeContent(content)), headerBytes, iv)
  const statement = recordStatement(headerBytes, await sha256(sealed))
  const bytes = sign(statement).then((signature) => encodeRecord({ headerBytes, sealed, signature }))
  // Whoever waits for it hears of it.
  bytes.catch(() => undefined)
  return { hash: await sha256(statement), bytes }
}

/** Seals and signs a record. Answers it with its hash. The IV is fresh unless a test gives it. */
export const writeRecord = async (
  keyring: Keyring,
  sign: Sign,
  header: Omit<RecordHeader, 'account'>,
  content: Content,
  iv?: Bytes,
): Promise<{ readonly bytes: Bytes; readonly hash: Bytes }> => {
  const key = await keyring.itemKey(header.epoch, header.item)
  const { hash, bytes } = await sealRecord(key, sign, { ...header, account: keyring.account }, content, iv)
  return { bytes: await bytes, hash }
}

/** Throws `SyncFault` where a record is not one of this account by a device of its log. */
export const verifyRecord = async (log: DeviceLog, bytes: Uint8Array): Promise<VerifiedRecord> => {
  const { header, headerBytes, sealed, signature } = decodeRecord(bytes)
  if (!sameBytes(header.account, log.account)) throw new SyncFault('RECORD_OF_ANOTHER_ACCOUNT')
  const device = findDevice(log, header.device)
  if (device === undefined) throw new SyncFault('RECORD_DEVICE_UNKNOWN')
  const statement = recordStatement(headerBytes, await sha256(sealed))
  if (!(await verify(device.key, signature, statement))) throw new SyncFault('RECORD_SIGNATURE_WRONG')
  const hash = await sha256(statement)
  if (device.revoked !== undefined) {
    const { seq, hash: last } = device.revoked
    if (header.seq > seq || (header.seq === seq && !sameBytes(hash, last))) {
      throw new SyncFault('RECORD_DEVICE_REVOKED')
    }
  }
  return { header, headerBytes, sealed, hash }
}

/** Whether what the author had seen goes with the log, and whether it sealed with the key of that time. */
const checkView = ({ hashes, epochAfter }: DeviceLog, { header }: VerifiedRecord, { view }: Content): void => {
  const hash = hashes[view.logLength - 1]
  // The log is read before records are, so whoever has seen more of it was shown another.
  if (hash === undefined || !sameBytes(hash, view.logHead)) throw new SyncFault('LOG_FORKED')
  if (header.epoch < (epochAfter[view.logLength - 1] ?? 0)) throw new SyncFault('EPOCH_LOWERED')
}

/** What is in a record. Throws `SyncFault`. */
export const openRecord = async (keyring: Keyring, log: DeviceLog, record: VerifiedRecord): Promise<Content> => {
  const key = await keyring.itemKey(record.header.epoch, record.header.item)
  const padded = await open(key, record.sealed, record.headerBytes)
  if (padded === undefined) throw new SyncFault('RECORD_UNREADABLE')
  const content = decodeContent(unpad(padded))
  checkView(log, record, content)
  return content
}
