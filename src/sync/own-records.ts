import type { Bytes } from '../base/bytes.ts'
import { toBase64url } from '../base/bytes.ts'
import type { DeviceLog } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import { decodeNamed } from '../crypto/item.ts'
import { openRecord, verifyRecord } from '../crypto/sync-record.ts'
import { progressOf } from './incoming.ts'
import type { ChainEnd, SyncMemory, SyncTransport } from './ports.ts'
import { gapsOf, union } from './ranges.ts'
import { sameBytes } from './wire/codec.ts'
import { decodeRanges, type Range } from './wire/content.ts'
import { SyncFault } from './wire/faults.ts'
import { decodeRecord, recordKinds } from './wire/record.ts'

// What this device has at the server, as the server shows it and as its signature proves it. A page can write into every table of this
// device, so what is given up at the server is never decided by those.

/** A record of this device. `name` is empty for a checkpoint. */
export type OwnRecord = {
  readonly seq: number
  readonly kind: number
  readonly name: string
  /** Where it was asked for: the change, or the ranges of a checkpoint. */
  readonly body: Bytes
}

export type OwnReader = {
  readonly log: DeviceLog
  readonly keyring: Keyring
  readonly self: Bytes
  readonly transport: Pick<SyncTransport, 'records'>
}

const pageSize = 200

const readOne = async ({ log, keyring, self }: OwnReader, bytes: Bytes): Promise<OwnRecord | undefined> => {
  try {
    if (!sameBytes(decodeRecord(bytes).header.device, self)) return undefined
    const verified = await verifyRecord(log, bytes)
    const { seq, kind, item } = verified.header
    const { payload } = await openRecord(keyring, log, verified)
    if (kind === recordKinds.checkpoint) return { seq, kind, name: '', body: payload }
    return { seq, kind, ...(await decodeNamed(log.account, item, payload)) }
  } catch (error) {
    // It stays where it is: nobody gives up what cannot be read.
    if (error instanceof SyncFault) return undefined
    throw error
  }
}

const nothing = new Uint8Array()

/** Reads all that the server has. The change of a note is kept where `wants` says so, so that not everything is in memory. */
export const readOwn = async (
  reader: OwnReader,
  wants: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<readonly OwnRecord[]> => {
  const found: OwnRecord[] = []
  let after = 0
  for (let isLast = false; !isLast; ) {
    signal?.throwIfAborted()
    const page = await reader.transport.records(after, pageSize)
    for (const record of await Promise.all(page.records.map((one) => readOne(reader, one.record)))) {
      if (record === undefined) continue
      const isKept = record.kind === recordKinds.checkpoint || wants(record.name)
      found.push(isKept ? record : { ...record, body: nothing })
    }
    const last = page.records.at(-1)?.position ?? after
    if (!page.isLast && last <= after) throw new SyncFault('ORDER_WRONG')
    after = last
    isLast = page.isLast
  }
  return found
}

/** Numbers as ranges. */
export const rangesOf = (numbers: readonly number[]): readonly Range[] =>
  union(
    numbers.map((number): Range => [number, number]),
    [],
  )

/** What this device has said to be superseded: by what is remembered, and by what the server shows of its checkpoints. */
export const supersededBefore = (memory: SyncMemory, self: Bytes, own: readonly OwnRecord[]): readonly Range[] =>
  own
    .filter(({ kind }) => kind === recordKinds.checkpoint)
    .reduce((all, { body }) => union(all, decodeRanges(body)), progressOf(memory, toBase64url(self)).superseded)

/** The numbers up to `end` that the server has not got any more. */
export const lostOf = (own: readonly OwnRecord[], end: ChainEnd): readonly Range[] =>
  gapsOf(
    own.map(({ seq }) => seq),
    end.seq,
  )

/** Whether more was sealed than is remembered, or something else. */
export const isBehind = ({ seq, hash }: Pick<SyncMemory, 'seq' | 'hash'>, end: ChainEnd): boolean =>
  seq < end.seq || (seq === end.seq && seq > 0 && !sameBytes(hash, end.hash))

/** The last record of this device that anybody knows of: what lies beside its key, or what others have seen. */
export const furthest = (memory: SyncMemory, self: Bytes, end: ChainEnd): ChainEnd => {
  const claim = memory.claims[toBase64url(self)]
  return claim !== undefined && claim.seq > end.seq ? claim : end
}
