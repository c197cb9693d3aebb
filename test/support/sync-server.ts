import { type Bytes, toBase64url } from '../../src/base/bytes.ts'
import { type RecordsPage, type SyncTransport, TransportError, type WrappedKey } from '../../src/sync/ports.ts'
import { contains } from '../../src/sync/ranges.ts'
import { sameBytes } from '../../src/sync/wire/codec.ts'
import type { Head } from '../../src/sync/wire/log-entry.ts'
import { decodeRecord, recordKinds, recordStatement } from '../../src/sync/wire/record.ts'

export type StoredRecord = { readonly position: number; readonly record: Bytes; readonly hash: string } & Pick<
  Head,
  'device' | 'seq'
> & { readonly kind: number; readonly prev: string }

const digest = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

const read = async (record: Bytes) => {
  const { header, headerBytes, sealed } = decodeRecord(record)
  const hash = toBase64url(await digest(recordStatement(headerBytes, await digest(sealed))))
  const { device, seq, kind } = header
  return { record, hash, device, seq, kind, prev: toBase64url(header.prev) }
}

const fromText = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64url'))
const zeros = toBase64url(new Uint8Array(32))

/** A server of sync in memory, with the rules of the real one (server/sync). What it holds can be looked at, and tampered with. */
export const createSyncServer = () => {
  const held = {
    log: [] as Bytes[],
    wraps: [] as WrappedKey[],
    records: [] as StoredRecord[],
    position: 0,
    heads: new Map<string, { seq: number; hash: string }>(),
    chunks: new Map<string, Bytes>(),
    /** Chunks that were sent, again or not. */
    puts: 0,
  }

  const headOf = (device: Bytes): Head | undefined => {
    const head = held.heads.get(toBase64url(device))
    return head === undefined ? undefined : { device, seq: head.seq, hash: fromText(head.hash) }
  }
  const conflict = (device: Bytes): TransportError => {
    const head = headOf(device)
    return new TransportError({ type: 'conflict', ...(head === undefined ? {} : { head }) })
  }

  const place = (incoming: Awaited<ReturnType<typeof read>>): void => {
    const id = toBase64url(incoming.device)
    const head = held.heads.get(id)
    if (incoming.seq <= (head?.seq ?? 0)) {
      const found = held.records.find(({ device, seq }) => seq === incoming.seq && sameBytes(device, incoming.device))
      if (found !== undefined && found.hash !== incoming.hash) throw conflict(incoming.device)
      return
    }
    const isNext = incoming.seq === (head?.seq ?? 0) + 1 && incoming.prev === (head?.hash ?? zeros)
    if (!isNext && incoming.kind !== recordKinds.checkpoint) throw conflict(incoming.device)
    held.position += 1
    held.records.push({ ...incoming, position: held.position })
    held.heads.set(id, { seq: incoming.seq, hash: incoming.hash })
  }

  const transport: SyncTransport & { addToLog(entry: Bytes, wraps: readonly WrappedKey[]): Promise<void> } = {
    log: async (after) => ({ entries: held.log.slice(after), wraps: held.wraps }),
    async addToLog(entry, wraps) {
      held.log.push(entry)
      held.wraps.push(...wraps)
    },
    async records(after, limit): Promise<RecordsPage> {
      const found = held.records.filter(({ position }) => position > after)
      const heads = [...held.heads].map(([device, { seq, hash }]) => ({
        device: fromText(device),
        seq,
        hash: fromText(hash),
      }))
      return { records: found.slice(0, limit), position: held.position, isLast: found.length <= limit, heads }
    },
    async post(records) {
      const incoming = await Promise.all(records.map(read))
      const before = { position: held.position, records: [...held.records], heads: new Map(held.heads) }
      try {
        for (const one of incoming) place(one)
      } catch (error) {
        Object.assign(held, before)
        throw error
      }
      return { position: held.position }
    },
    compact: () => Promise.reject(new TransportError({ type: 'signed-out' })),
    chunks: async (item) =>
      [...held.chunks.keys()]
        .filter((key) => key.startsWith(`${toBase64url(item)} `))
        .map((key) => fromText(key.split(' ')[1] ?? '')),
    async putChunk(item, hash, bytes) {
      held.puts += 1
      held.chunks.set(`${toBase64url(item)} ${toBase64url(hash)}`, bytes)
    },
    async getChunk(item, hash) {
      const found = held.chunks.get(`${toBase64url(item)} ${toBase64url(hash)}`)
      if (found === undefined) throw new TransportError({ type: 'refused' })
      return found
    },
  }
  /** As the device of this id asks. */
  const as = (id: Bytes): SyncTransport => ({
    ...transport,
    async compact(checkpoint, superseded) {
      const own = (one: StoredRecord) => sameBytes(one.device, id)
      const found = held.records.find((one) => own(one) && one.seq === checkpoint)
      if (found?.kind !== recordKinds.checkpoint) throw new TransportError({ type: 'refused' })
      held.records = held.records.filter((one) => !own(one) || one.seq >= checkpoint || !contains(superseded, one.seq))
    },
  })
  return { held, transport, as }
}

export type SyncServer = ReturnType<typeof createSyncServer>
