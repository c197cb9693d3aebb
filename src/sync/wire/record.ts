import { type Bytes, concat, utf8 } from '../../base/bytes.ts'
import { checkVersion, createReader, u8, u32, u64 } from './codec.ts'
import { SyncFault } from './faults.ts'

/** What a record holds. A backup has kinds of its own, so that none of it can be passed off as synced. */
export const recordKinds = { changes: 1, file: 2, checkpoint: 3, backupChanges: 65, backupFile: 66 } as const

/** What anybody may know of a record. */
export type RecordHeader = {
  /** SHA-256 of the first entry of the device log: 32 bytes. */
  readonly account: Bytes
  readonly epoch: number
  /** 16 bytes. */
  readonly item: Bytes
  /** 16 bytes. */
  readonly device: Bytes
  /** Counts the records of this device, from 1. */
  readonly seq: number
  /** The hash of the record of this device before; zeros before the first. */
  readonly prev: Bytes
  readonly kind: number
}

/** A record in its parts. */
export type WireRecord = {
  readonly header: RecordHeader
  readonly headerBytes: Bytes
  /** `iv (12) | ciphertext | tag (16)`. */
  readonly sealed: Bytes
  readonly signature: Bytes
}

export const recordVersion = 1
export const headerLength = 110
const signatureLength = 64
const least = 12 + 16
/** Bytes of a whole record at most; one that is larger is refused. */
export const largestRecord = 4 * 1024 * 1024

export const encodeHeader = (header: RecordHeader): Bytes => {
  const { account, epoch, item, device, seq, prev, kind } = header
  return concat(u8(recordVersion), account, u32(epoch), item, device, u64(seq), prev, u8(kind))
}

const decodeHeader = (bytes: Bytes): RecordHeader => {
  const reader = createReader(bytes)
  checkVersion(reader.u8(), recordVersion)
  const [account, epoch, item, device] = [reader.bytes(32), reader.u32(), reader.bytes(16), reader.bytes(16)]
  return { account, epoch, item, device, seq: reader.u64(), prev: reader.bytes(32), kind: reader.u8() }
}

export const encodeRecord = ({ headerBytes, sealed, signature }: Omit<WireRecord, 'header'>): Bytes =>
  concat(headerBytes, sealed, signature)

/** Takes a record apart. Throws `SyncFault`: of a newer version, of none that ever was, or malformed. */
export const decodeRecord = (bytes: Uint8Array): WireRecord => {
  if (bytes.length > 0) checkVersion(bytes[0] ?? 0, recordVersion)
  if (bytes.length < headerLength + least + signatureLength || bytes.length > largestRecord) {
    throw new SyncFault('MALFORMED')
  }
  const reader = createReader(bytes)
  const headerBytes = reader.bytes(headerLength)
  const sealed = reader.bytes(reader.left - signatureLength)
  return { header: decodeHeader(headerBytes), headerBytes, sealed, signature: reader.rest() }
}

/** What a device signs, and what its hash, SHA-256, names the record: `sealedHash` is SHA-256 of `sealed`. */
export const recordStatement = (headerBytes: Bytes, sealedHash: Bytes): Bytes =>
  concat(utf8('holdfast record v1'), headerBytes, sealedHash)
