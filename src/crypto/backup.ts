import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { checkVersion, createReader, type Reader, sameBytes, sized, u8, u16, u32, u64 } from '../sync/wire/codec.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import { decodeHead, encodeHead, type Head, largestLogEntry } from '../sync/wire/log-entry.ts'
import { largestRecord, recordKinds } from '../sync/wire/record.ts'
import { chunkSize } from './blob.ts'
import { type DeviceLog, epochOf, findDevice, memoryOf, verifyLog } from './device-log.ts'
import { createKeyring, type Keyring, keysBefore, unwrapEpochKey } from './epoch-key.ts'
import { decodeNamed, encodeNamed, itemIdOf, type NamedPayload } from './item.ts'
import { type Sign, sha256, verify } from './primitives.ts'
import type { RecoveryKey } from './recovery-key.ts'
import { openRecord, verifyRecord, writeRecord } from './sync-record.ts'

/** One thing in a backup: the whole of a note, of the settings, or what is known of a file. */
export type BackupItem = NamedPayload & { readonly kind: 'changes' | 'file' }

export type BackupSource = {
  readonly log: DeviceLog
  readonly logEntries: readonly Bytes[]
  readonly keyring: Keyring
  /** The key of the present epoch, wrapped for the recovery key. */
  readonly wrapped: Bytes
  readonly device: { readonly id: Bytes; readonly sign: Sign }
  readonly heads: readonly Head[]
  /** Milliseconds since 1970. */
  readonly time: number
  readonly items: readonly BackupItem[]
  /** Chunks as they are sent. */
  readonly chunks: readonly Bytes[]
  /** Is called for each thing that is sealed. */
  readonly step?: () => void
}

const magic = utf8('holdfast backup\n')
const version = 1
const wrappedLength = 80
const nothing = new Uint8Array(32)

const kinds = { changes: recordKinds.backupChanges, file: recordKinds.backupFile } as const

const statement = async (parts: readonly Uint8Array[]): Promise<Bytes> => {
  const hashes: Bytes[] = []
  for (const part of parts) hashes.push(await sha256(part))
  return concat(utf8('holdfast backup v1'), await sha256(...hashes))
}

const writeRecords = async (source: BackupSource): Promise<Bytes[]> => {
  const { log, keyring, device, heads, items } = source
  const { length: logLength, head: logHead } = memoryOf(log)
  const records: Bytes[] = []
  let prev: Bytes = nothing
  for (const [at, { kind, ...named }] of items.entries()) {
    const item = await itemIdOf(log.account, named.name)
    const header = { epoch: epochOf(log), item, device: device.id, seq: at + 1, prev, kind: kinds[kind] }
    const content = { view: { logLength, logHead, heads: at === 0 ? heads : [] }, payload: encodeNamed(named) }
    const { bytes, hash } = await writeRecord(keyring, device.sign, header, content)
    records.push(bytes)
    prev = hash
    source.step?.()
  }
  return records
}

/** Writes a backup, in parts that follow each other. It opens with the words of recovery and nothing else. */
export const writeBackup = async (source: BackupSource): Promise<readonly Bytes[]> => {
  const { log, logEntries, wrapped, device, heads, time, chunks } = source
  const records = await writeRecords(source)
  const head = concat(
    magic,
    u8(version),
    log.account,
    u64(time),
    u32(epochOf(log)),
    wrapped,
    u32(logEntries.length),
    ...logEntries.map(sized),
    u16(heads.length),
    ...heads.map(encodeHead),
    u32(records.length),
    u32(chunks.length),
  )
  const parts = [head, ...records.map(sized), ...chunks.map(sized)]
  return [...parts, concat(device.id, await device.sign(await statement(parts)))]
}

type Parts = {
  readonly account: Bytes
  readonly time: number
  readonly epoch: number
  readonly wrapped: Bytes
  readonly log: readonly Bytes[]
  readonly heads: readonly Head[]
  readonly records: readonly Bytes[]
  readonly chunks: readonly Bytes[]
  readonly signer: Bytes
  readonly signature: Bytes
  /** As they were signed. */
  readonly signed: readonly Bytes[]
}

const many = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read)

const readHead = (reader: Reader) => {
  if (!sameBytes(reader.bytes(magic.length), magic)) throw new SyncFault('MALFORMED')
  checkVersion(reader.u8(), version)
  const [account, time, epoch, wrapped] = [reader.bytes(32), reader.u64(), reader.u32(), reader.bytes(wrappedLength)]
  const log = many(reader.u32(), () => reader.sized(largestLogEntry))
  const heads = many(reader.u16(), () => decodeHead(reader))
  return { account, time, epoch, wrapped, log, heads, recordCount: reader.u32(), chunkCount: reader.u32() }
}

const readParts = (file: Uint8Array): Parts => {
  const reader = createReader(file)
  const { recordCount, chunkCount, ...about } = readHead(reader)
  const head = new Uint8Array(file.slice(0, file.length - reader.left))
  const records = many(recordCount, () => reader.sized(largestRecord))
  const chunks = many(chunkCount, () => reader.sized(chunkSize + 28))
  const [signer, signature] = [reader.bytes(16), reader.bytes(64)]
  reader.end()
  return { ...about, records, chunks, signer, signature, signed: [head, ...records.map(sized), ...chunks.map(sized)] }
}

/** What a backup holds, verified and opened. */
export type OpenedBackup = {
  readonly log: DeviceLog
  readonly logEntries: readonly Bytes[]
  readonly keyring: Keyring
  readonly keys: ReadonlyMap<number, Bytes>
  readonly heads: readonly Head[]
  readonly time: number
  readonly items: readonly BackupItem[]
  readonly chunks: readonly Bytes[]
}

const openItems = async (
  log: DeviceLog,
  keyring: Keyring,
  { records, signer }: Parts,
  step: () => void,
): Promise<BackupItem[]> => {
  const items: BackupItem[] = []
  let prev: Bytes = nothing
  for (const [at, bytes] of records.entries()) {
    const record = await verifyRecord(log, bytes)
    const { header, hash } = record
    const kind = header.kind === kinds.changes ? 'changes' : header.kind === kinds.file ? 'file' : undefined
    const isNext = header.seq === at + 1 && sameBytes(header.prev, prev) && sameBytes(header.device, signer)
    if (kind === undefined || !isNext) throw new SyncFault('BACKUP_DAMAGED')
    const { payload } = await openRecord(keyring, log, record)
    items.push({ kind, ...(await decodeNamed(log.account, header.item, payload)) })
    prev = hash
    step()
  }
  return items
}

const readable = (file: Uint8Array): Parts => {
  try {
    return readParts(file)
  } catch (cause) {
    if (cause instanceof SyncFault && cause.code === 'VERSION_NEWER') throw cause
    throw new SyncFault('BACKUP_DAMAGED', { cause })
  }
}

/**
 * Verifies a whole backup and opens it with the recovery key. Throws `SyncFault`: VERSION_NEWER, RECOVERY_WRONG_KEY,
 * BACKUP_DAMAGED, or what is wrong with its log or one of its records. `step` is called for each thing that is opened.
 */
export const openBackup = async (
  file: Uint8Array,
  recovery: RecoveryKey,
  step: () => void = () => undefined,
): Promise<OpenedBackup> => {
  const parts = readable(file)
  const log = await verifyLog(parts.log)
  if (!sameBytes(log.account, parts.account)) throw new SyncFault('BACKUP_DAMAGED')
  if (log.recovery === undefined || !sameBytes(log.recovery.id, recovery.id)) throw new SyncFault('RECOVERY_WRONG_KEY')
  const signer = findDevice(log, parts.signer)
  const isSigned = signer !== undefined && (await verify(signer.key, parts.signature, await statement(parts.signed)))
  const epoch = log.epochs[parts.epoch - 1]
  if (!isSigned || epoch === undefined) throw new SyncFault('BACKUP_DAMAGED')
  const key = await unwrapEpochKey(log.account, epoch, recovery, parts.wrapped)
  const keys = await keysBefore(log.account, log.epochs, parts.epoch, key)
  const keyring = await createKeyring(log.account, keys)
  const items = await openItems(log, keyring, parts, step)
  const { heads, time, chunks, log: logEntries } = parts
  return { log, logEntries, keyring, keys, heads, time, items, chunks }
}
