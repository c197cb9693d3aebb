import type { Bytes } from '../../src/base/bytes.ts'
import type { RecordsPage, SyncTransport, WrappedKey } from '../../src/sync/ports.ts'
import type { SyncServer } from './sync-server.ts'

type Log = { readonly entries: readonly Bytes[]; readonly wraps: readonly WrappedKey[] }

/** What a server that lies makes of its answers. */
export type Misdeed = {
  readonly log?: (log: Log, after: number) => Log | Promise<Log>
  readonly page?: (page: RecordsPage, after: number) => RecordsPage
  readonly chunk?: (bytes: Bytes) => Bytes
}

type Records = RecordsPage['records']

const flip = (bytes: Bytes, at: number): Bytes => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
const end = (bytes: Bytes, from: number): number => bytes.length - from
const mapRecord =
  (position: number, change: (record: Bytes) => Bytes) =>
  (page: RecordsPage): RecordsPage => ({
    ...page,
    records: page.records.map((one) => (one.position === position ? { ...one, record: change(one.record) } : one)),
  })
const withRecords =
  (change: (records: Records) => Records) =>
  (page: RecordsPage): RecordsPage => {
    const records = change(page.records)
    return { ...page, records, position: Math.max(page.position, records.at(-1)?.position ?? 0) }
  }

/** The record at a position, changed in one field. Offsets are of docs/sync.md, "Records". */
export const flips = {
  version: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 0)) }),
  account: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 1)) }),
  epoch: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 36)) }),
  item: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 37)) }),
  device: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 53)) }),
  seq: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 76)) }),
  prev: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 77)) }),
  kind: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 109)) }),
  iv: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 110)) }),
  ciphertext: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, 130)) }),
  tag: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, end(record, 65))) }),
  signature: (at: number): Misdeed => ({ page: mapRecord(at, (record) => flip(record, end(record, 1))) }),
} as const

/** Gives one record in the place of another. */
export const replace = (at: number, record: Bytes): Misdeed => ({ page: mapRecord(at, () => record) })

/** Puts the ciphertext of one record under the header of another. */
export const swapCiphertexts = (one: number, other: number): Misdeed => ({
  page: withRecords((records) => {
    const found = (position: number) => records.find((each) => each.position === position)?.record ?? new Uint8Array()
    const mixed = (header: Bytes, body: Bytes) => new Uint8Array([...header.slice(0, 110), ...body.slice(110)])
    return records.map((each) => {
      if (each.position === one) return { ...each, record: mixed(each.record, found(other)) }
      return each.position === other ? { ...each, record: mixed(each.record, found(one)) } : each
    })
  }),
})

/** Keeps one record back. */
export const drop = (at: number): Misdeed => ({
  page: withRecords((records) => records.filter(({ position }) => position !== at)),
})

/** Gives an old record once more, as if it were new. */
export const replay = (at: number, as: number): Misdeed => ({
  page: (page) => {
    const old = page.records.find(({ position }) => position === at)
    return old === undefined ? page : withRecords((records) => [...records, { ...old, position: as }])(page)
  },
})

/** Gives two records in each other's place. */
export const reorder = (one: number, other: number): Misdeed => ({
  page: withRecords((records) => {
    const record = (position: number) => records.find((each) => each.position === position)?.record ?? new Uint8Array()
    return records.map((each) => {
      if (each.position === one) return { ...each, record: record(other) }
      return each.position === other ? { ...each, record: record(one) } : each
    })
  }),
})

/** Answers as if there were less than there is. */
export const rollBack = (to: number): Misdeed => ({
  page: (page) => ({
    ...page,
    position: to,
    records: page.records.filter(({ position }) => position <= to),
    heads: [],
  }),
})

/** Positions that go back. */
export const backwards: Misdeed = { page: withRecords((records) => [...records].reverse()) }

/** Hides what one device wrote after a record, as if it had never written it. */
export const hideAfter = (at: number): Misdeed => ({
  page: withRecords((records) =>
    records.filter(({ position }) => position <= at || position === records.at(-1)?.position),
  ),
})

/** The log as it was so many entries ago. */
export const shortenLog = (length: number): Misdeed => ({
  log: (log, after) => ({ ...log, entries: log.entries.slice(0, Math.max(0, length - after)) }),
})

/** An entry of the server's own making behind the log. */
export const addToLog = (entry: Bytes): Misdeed => ({ log: (log) => ({ ...log, entries: [...log.entries, entry] }) })

/** Another entry in the place of one. */
export const replaceInLog = (index: number, entry: Bytes): Misdeed => ({
  log: (log, after) => ({ ...log, entries: log.entries.map((own, at) => (at + after === index ? entry : own)) }),
})

/** Keys of the server's own. */
export const wraps = (made: (wraps: readonly WrappedKey[]) => readonly WrappedKey[]): Misdeed => ({
  log: (log) => ({ ...log, wraps: made(log.wraps) }),
})

export const flipChunk: Misdeed = { chunk: (bytes) => flip(bytes, 40) }

/** A server that is honest until it is told what to lie about. */
export const createHostile = (server: SyncServer, device: Bytes) => {
  const honest = server.as(device)
  let misdeed: Misdeed = {}
  const transport: SyncTransport = {
    ...honest,
    async log(after) {
      const log = await honest.log(after)
      return misdeed.log?.(log, after) ?? log
    },
    async records(after, limit) {
      const page = await honest.records(after, limit)
      return misdeed.page?.(page, after) ?? page
    },
    async getChunk(item, hash) {
      const bytes = await honest.getChunk(item, hash)
      return misdeed.chunk?.(bytes) ?? bytes
    },
  }
  return {
    transport,
    lie(next: Misdeed): void {
      misdeed = next
    },
  }
}
