import { Dexie } from 'dexie'
import type { NotesDatabase } from '../../data/database.ts'
import type { SyncedRow } from '../../data/sync-rows.ts'
import { noteName } from '../../notebook/item-name.ts'
import type { Note } from '../../notebook/note.ts'
import { type ComingChange, type NoteHere, type Taken, takenInto } from '../../notebook/synced-note.ts'
import { addUpdates, forget, lookAt } from './items.ts'

// What came of many notes at once. All of it runs in a transaction of the caller's, over the tables that changes of notes go through.

/** Changes that came of a note. */
export type Coming = { readonly id: string; readonly changes: readonly ComingChange[] }

/** A note as it becomes. */
type Next = Taken & { readonly one: Coming }

/** Other tabs hear which rows were written where they are fewer than 50 at once (Dexie); of more, that it may be any. */
const told = 49

const inParts = <T, R>(
  all: readonly T[],
  size: number,
  work: (part: readonly T[], from: number) => PromiseLike<R>,
): Promise<R[]> => {
  const parts: PromiseLike<R>[] = []
  for (let at = 0; at < all.length; at += size) parts.push(work(all.slice(at, at + size), at))
  return Promise.all(parts)
}

const putUpdates = (database: NotesDatabase, notes: readonly Next[]): PromiseLike<unknown> =>
  addUpdates(
    database,
    notes.flatMap(({ one, updates }) => updates.map((update) => ({ noteId: one.id, update }))),
  )

const marksOf = (notes: readonly Next[]): readonly SyncedRow[] =>
  notes.flatMap(({ one, handedOn }) => (handedOn === undefined ? [] : [{ name: noteName(one.id), ...handedOn }]))

const nothingHere: NoteHere = { row: undefined, handedOn: undefined, isChanged: false, updates: [] }

/** The places of those rows that were not added, because there is one of their key. The others were. */
const refusedBy = async (adding: PromiseLike<unknown>, from = 0): Promise<readonly number[]> => {
  try {
    await adding
    return []
  } catch (error) {
    if (!(error instanceof Dexie.BulkError)) throw error
    return Object.keys(error.failuresByPos).map((place) => from + Number(place))
  }
}

/** Where they are as many as a good part of what is here, an open page reads everything anyway: which they are costs it more. */
const addRows = async (database: NotesDatabase, rows: readonly Note[]): Promise<readonly number[]> => {
  const isLot = rows.length > told && rows.length > (await database.notes.count()) / 8
  return (
    await inParts(rows, isLot ? rows.length : told, (part, from) => refusedBy(database.notes.bulkAdd(part), from))
  ).flat()
}

/** Takes in those of which nothing is here, without asking for them first: what is here refuses to be added. Answers the others. */
const addNew = async (database: NotesDatabase, coming: readonly Coming[], now: number): Promise<readonly Coming[]> => {
  if (coming.length === 0) return []
  const fresh = coming.flatMap((one): readonly Next[] => {
    const next = takenInto(one.id, nothingHere, one.changes, now)
    return next === undefined || next === 'gone' ? [] : [{ ...next, one }]
  })
  const rows = fresh.map(({ row }) => row)
  const [noRow, noMark] = await Promise.all([
    addRows(database, rows),
    refusedBy(database.synced.bulkAdd(marksOf(fresh))),
  ])
  // What was removed has a mark and no row; what nobody else has is the other way round.
  const only = (some: readonly number[], others: readonly number[]): readonly string[] =>
    some.filter((at) => !others.includes(at)).flatMap((at) => fresh[at]?.one.id ?? [])
  await database.notes.bulkDelete([...only(noMark, noRow)])
  await database.synced.bulkDelete(only(noRow, noMark).map(noteName))
  const refused = new Set([...noRow, ...noMark])
  const added = fresh.filter((_, at) => !refused.has(at))
  await putUpdates(database, added)
  const done = new Set(added.map(({ one }) => one))
  return coming.filter((one) => !done.has(one))
}

/** The same of notes that may be here. */
const takeOver = async (
  database: NotesDatabase,
  coming: readonly Coming[],
  changed: ReadonlySet<string>,
  now: number,
): Promise<void> => {
  const ids = coming.map(({ id }) => id)
  const here = await lookAt(database, ids, changed)
  const [notes, gone]: [Next[], string[]] = [[], []]
  for (const [at, one] of coming.entries()) {
    const next = takenInto(one.id, here[at] ?? nothingHere, one.changes, now)
    if (next === 'gone') gone.push(one.id)
    else if (next !== undefined) notes.push({ ...next, one })
  }
  const rows = notes.map(({ row }) => row)
  await Promise.all([
    putUpdates(database, notes),
    inParts(rows, told, (part) => database.notes.bulkPut(part)),
    database.synced.bulkPut(marksOf(notes)),
  ])
  for (const id of gone) await forget(database, id)
}

/** Where more than this was changed here, it is asked for what comes and not for all of it. */
const mostChanged = 500

/** The names of those that were changed here. */
const changedOf = async ({ changed }: NotesDatabase, coming: readonly Coming[]): Promise<ReadonlySet<string>> => {
  const some = await changed.limit(mostChanged).primaryKeys()
  if (some.length < mostChanged) return new Set(some)
  const rows = await changed.bulkGet(coming.map(({ id }) => noteName(id)))
  return new Set(rows.flatMap((row) => row?.name ?? []))
}

/** So many at once are likely to be new here. */
const many = 20

/** Takes in changes of notes, each of which is there once. `now`: of a note whose times nobody has told. */
export const takeIn = async (database: NotesDatabase, coming: readonly Coming[], now: number): Promise<void> => {
  if (coming.length === 0) return
  const changed = await changedOf(database, coming)
  const isChanged = ({ id }: Coming): boolean => changed.has(noteName(id))
  const news = coming.length < many ? [] : coming.filter((one) => !isChanged(one))
  const left = await addNew(database, news.slice(0, many), now)
  const others = news.slice(many)
  const rest = left.length < many / 2 ? await addNew(database, others, now) : others
  const known = news.length === 0 ? coming : [...coming.filter(isChanged), ...left, ...rest]
  if (known.length > 0) await takeOver(database, known, changed, now)
}
