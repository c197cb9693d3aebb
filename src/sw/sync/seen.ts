import { Dexie } from 'dexie'
import { type Bytes, concat, toBase64url } from '../../base/bytes.ts'
import type { NotesDatabase } from '../../data/database.ts'
import type { SeenRow } from '../../data/sync-rows.ts'
import type { RecordName } from '../../sync/ports.ts'
import type { Head } from '../../sync/wire/log-entry.ts'

// The hashes of the records that were seen. Those of numbers one after the other are in one row: a page of records is read and written
// with a few requests, and not with one for each.

const size = 32
/** Numbers that lie further apart are asked for by themselves, so that what lies between them is not read. */
const apart = 500

const byDevice = <T extends RecordName>(names: readonly T[]): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(
    [...names].sort((one, other) => one.seq - other.seq),
    ({ device }) => toBase64url(device),
  )

/** Cuts what is in the order of its numbers wherever one is further from the one before. */
const cut = <T extends RecordName>(names: readonly T[], distance: number): readonly (readonly T[])[] => {
  const parts: T[][] = []
  for (const one of names) {
    const [part, before] = [parts.at(-1), parts.at(-1)?.at(-1)]
    if (part === undefined || before === undefined || one.seq > before.seq + distance) parts.push([one])
    else part.push(one)
  }
  return parts
}

/** A page of the app can write here, so a row may hold anything. */
const isRow = ({ hash }: SeenRow): boolean => hash instanceof Uint8Array && hash.length % size === 0

/** The rows in which numbers from `first` to `last` are, in their order. */
const rowsFrom = async ({ seen }: NotesDatabase, device: string, first: number, last: number) => {
  const within = (from: unknown, to: number, isWith: boolean) =>
    seen.where('[device+seq]').between([device, from], [device, to], true, isWith)
  const [before, rows] = await Promise.all([
    within(Dexie.minKey, first, false).last(),
    within(first, last, true).toArray(),
  ])
  return [...(before === undefined ? [] : [before]), ...rows].filter(isRow)
}

const hashIn = (rows: readonly SeenRow[], seq: number): Bytes | undefined => {
  const row = rows.findLast((one) => one.seq <= seq)
  const at = row === undefined ? 0 : (seq - row.seq) * size
  return row === undefined || at >= row.hash.length ? undefined : row.hash.slice(at, at + size)
}

/** The hashes of those of these records that were seen. */
export const readSeen = async (database: NotesDatabase, names: readonly RecordName[]): Promise<readonly Head[]> => {
  const parts = [...byDevice(names)].flatMap(([device, all]) => cut(all, apart).map((part) => ({ device, part })))
  const found = parts.map(async ({ device, part }) => {
    const rows = await rowsFrom(database, device, part[0]?.seq ?? 0, part.at(-1)?.seq ?? 0)
    return part.flatMap((name) => {
      const hash = hashIn(rows, name.seq)
      return hash === undefined ? [] : [{ device: name.device, seq: name.seq, hash }]
    })
  })
  return (await Promise.all(found)).flat()
}

/** Notes hashes, each of which stays what it was. */
export const noteSeen = async (database: NotesDatabase, heads: readonly Head[]): Promise<void> => {
  if (heads.length === 0) return
  const known = byDevice(await readSeen(database, heads))
  const rows = [...byDevice(heads)].flatMap(([device, all]) => {
    const numbers = new Set(known.get(device)?.map(({ seq }) => seq))
    const fresh = all.filter(({ seq }) => !numbers.has(seq))
    return cut(fresh, 1).map((run): SeenRow => {
      return { device, seq: run[0]?.seq ?? 0, hash: concat(...run.map(({ hash }) => hash)) }
    })
  })
  if (rows.length > 0) await database.seen.bulkPut(rows)
}
