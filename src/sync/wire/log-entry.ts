import { type Bytes, concat, utf8 } from '../../base/bytes.ts'
import { checkVersion, createReader, type Reader, sized, text, u8, u32, u64 } from './codec.ts'
import { SyncFault } from './faults.ts'

/** A device as the log has it. */
export type LogDevice = {
  /** Ed25519, 32 bytes. */
  readonly signKey: Bytes
  /** X25519, 32 bytes. */
  readonly exchangeKey: Bytes
  readonly name: string
  readonly platform: string
}

/** The last record of a device that counts. */
export type Head = { readonly device: Bytes; readonly seq: number; readonly hash: Bytes }

export type LogAction =
  | { readonly type: 'open'; readonly device: LogDevice; readonly commitment: Bytes }
  | { readonly type: 'add'; readonly device: LogDevice }
  | { readonly type: 'rename'; readonly device: Bytes; readonly name: string }
  | { readonly type: 'revoke'; readonly last: Head }
  | { readonly type: 'rotate'; readonly epoch: number; readonly commitment: Bytes; readonly sealedBefore: Bytes }
  | {
      readonly type: 'recovery'
      readonly signKey: Bytes
      readonly exchangeKey: Bytes
      /** By the recovery key, of `recoveryStatement`. */
      readonly proof: Bytes
    }

export type LogEntry = {
  /** Counts from 0. */
  readonly index: number
  /** The hash of the entry before; zeros before the first. */
  readonly prev: Bytes
  /** Milliseconds since 1970 by the clock of who signs. Shown and never judged by. */
  readonly time: number
  /** The id of a device, or of the recovery key: 16 bytes. */
  readonly signer: Bytes
  readonly action: LogAction
}

export type SignedLogEntry = {
  readonly entry: LogEntry
  /** What is signed, and what its hash, SHA-256, names the entry. */
  readonly body: Bytes
  readonly signature: Bytes
}

const version = 1
const prefix = utf8('holdfast log')
/** Bytes of an entry at most. */
export const largestLogEntry = 4096
const longestName = 400

const codes = { open: 1, add: 2, rename: 3, revoke: 4, rotate: 5, recovery: 6 } as const

const encodeDevice = ({ signKey, exchangeKey, name, platform }: LogDevice): Bytes =>
  concat(signKey, exchangeKey, text(name), text(platform))

const decodeDevice = (reader: Reader): LogDevice => ({
  signKey: reader.bytes(32),
  exchangeKey: reader.bytes(32),
  name: reader.text(longestName),
  platform: reader.text(longestName),
})

export const encodeHead = ({ device, seq, hash }: Head): Bytes => concat(device, u64(seq), hash)

export const decodeHead = (reader: Reader): Head => ({
  device: reader.bytes(16),
  seq: reader.u64(),
  hash: reader.bytes(32),
})

const encodeAction = (action: LogAction): Bytes => {
  switch (action.type) {
    case 'open':
      return concat(encodeDevice(action.device), action.commitment)
    case 'add':
      return encodeDevice(action.device)
    case 'rename':
      return concat(action.device, text(action.name))
    case 'revoke':
      return encodeHead(action.last)
    case 'rotate':
      return concat(u32(action.epoch), action.commitment, sized(action.sealedBefore))
    case 'recovery':
      return concat(action.signKey, action.exchangeKey, action.proof)
  }
}

const decodeAction = (code: number, reader: Reader): LogAction => {
  switch (code) {
    case codes.open:
      return { type: 'open', device: decodeDevice(reader), commitment: reader.bytes(32) }
    case codes.add:
      return { type: 'add', device: decodeDevice(reader) }
    case codes.rename:
      return { type: 'rename', device: reader.bytes(16), name: reader.text(longestName) }
    case codes.revoke:
      return { type: 'revoke', last: decodeHead(reader) }
    case codes.rotate:
      return { type: 'rotate', epoch: reader.u32(), commitment: reader.bytes(32), sealedBefore: reader.sized(60) }
    case codes.recovery:
      return {
        type: 'recovery',
        signKey: reader.bytes(32),
        exchangeKey: reader.bytes(32),
        proof: reader.bytes(64),
      }
    default:
      throw new SyncFault('VERSION_NEWER')
  }
}

/** What a recovery key signs: the account that it is of, and the log that it was named after. `prev`: the hash of its last entry. */
export const recoveryStatement = (account: Bytes, index: number, prev: Bytes): Bytes =>
  concat(utf8('holdfast recovery v1'), account, u32(index), prev)

/** The bytes of an entry that are signed. */
export const encodeLogBody = ({ index, prev, time, signer, action }: LogEntry): Bytes =>
  concat(prefix, u8(version), u32(index), prev, u64(time), signer, u8(codes[action.type]), sized(encodeAction(action)))

export const encodeLogEntry = ({ body, signature }: Omit<SignedLogEntry, 'entry'>): Bytes => concat(body, signature)

/** Takes an entry apart. Throws `SyncFault`: of a newer version, or malformed. */
export const decodeLogEntry = (bytes: Uint8Array): SignedLogEntry => {
  if (bytes.length > largestLogEntry || bytes.length < 64) throw new SyncFault('MALFORMED')
  const body = new Uint8Array(bytes.slice(0, -64))
  const reader = createReader(body)
  if (reader.bytes(prefix.length).some((byte, at) => byte !== prefix[at])) throw new SyncFault('MALFORMED')
  checkVersion(reader.u8(), version)
  const [index, prev, time, signer] = [reader.u32(), reader.bytes(32), reader.u64(), reader.bytes(16)]
  const code = reader.u8()
  const payload = createReader(reader.sized(largestLogEntry))
  reader.end()
  const action = decodeAction(code, payload)
  payload.end()
  return { entry: { index, prev, time, signer, action }, body, signature: new Uint8Array(bytes.slice(-64)) }
}
