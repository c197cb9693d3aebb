import type { NotesDatabase } from '../../data/database.ts'
import { settle } from '../../data/note-updates.ts'
import { noteName } from '../../notebook/item-name.ts'
import type { Update } from '../../notebook/note-document.ts'
import { noSnapshot } from '../../notebook/note-sync.ts'
import { type NoteHere, type Offer, offerOf, restoredInto, wholeNote } from '../../notebook/synced-note.ts'

// One note in the tables. All of it runs in a transaction of the caller's, over `synced` and the tables of notes.

/** Tables that the changes of notes go through. */
export const noteTables = ['notes', 'updates', 'versions', 'changed', 'synced', 'offered'] as const

const updatesOf = async (database: NotesDatabase, id: string): Promise<Update[]> =>
  (await database.updates.where('noteId').equals(id).toArray()).map(({ update }) => update)

/** Of many notes in few requests: each of them costs as much as the work on a note. `changed`: names of what is not handed on. */
export const lookAt = async (
  database: NotesDatabase,
  ids: readonly string[],
  changed: ReadonlySet<string> = new Set(),
): Promise<readonly (NoteHere & { id: string })[]> => {
  const names = ids.map(noteName)
  const [rows, handedOn] = await Promise.all([database.notes.bulkGet([...ids]), database.synced.bulkGet(names)])
  return Promise.all(
    ids.map(async (id, at) => {
      const [row, before] = [rows[at], handedOn[at]]
      // What was never here has no changes either.
      const updates = row === undefined && before === undefined ? [] : await updatesOf(database, id)
      return { id, row, handedOn: before, isChanged: changed.has(noteName(id)), updates }
    }),
  )
}

type NewUpdate = { readonly noteId: string; readonly update: Update }

/** Of changes it does not matter: who has a note open reads that one again. */
export const addUpdates = (database: NotesDatabase, updates: readonly NewUpdate[]): PromiseLike<unknown> =>
  database.updates.bulkAdd([...updates])

/** The same of notes that are to be handed on: rows that were written in haste are what their changes say. */
const lookAtSettled = async (database: NotesDatabase, ids: readonly string[]): ReturnType<typeof lookAt> => {
  const here = await lookAt(database, ids)
  const hasty = here.filter(({ row }) => Reflect.get(Object(row), 'settled') === false).map(({ id }) => id)
  if (hasty.length === 0) return here
  for (const id of hasty) await settle(database, id)
  return lookAt(database, ids)
}

/** What others have not got of each of these notes; undefined where that is nothing. `now`: for those that were removed. */
export const offersOf = async (
  database: NotesDatabase,
  ids: readonly string[],
  now: number,
): Promise<readonly (Offer | undefined)[]> => {
  const found = (await lookAtSettled(database, ids)).map(({ id, ...here }) => ({ id, ...offerOf(here, now) }))
  await addUpdates(
    database,
    found.flatMap(({ id, added }) => added.map((update) => ({ noteId: id, update }))),
  )
  return found.map(({ offer }) => offer)
}

/** The whole of a note as one change, or undefined where it is gone. */
export const wholeOf = async (database: NotesDatabase, id: string): Promise<Update | undefined> => {
  const [here] = await lookAtSettled(database, [id])
  if (here?.row === undefined) return undefined
  const { body, added } = wholeNote(here.row, here.updates)
  await addUpdates(
    database,
    added.map((update) => ({ noteId: id, update })),
  )
  return body
}

/** Of a note that is gone for good. */
export const forget = async (database: NotesDatabase, id: string): Promise<void> => {
  await database.notes.delete(id)
  await database.updates.where('noteId').equals(id).delete()
  await database.versions.where('noteId').equals(id).delete()
  await database.changed.delete(noteName(id))
  await database.synced.put({ name: noteName(id), snapshot: noSnapshot, isGone: true })
}

/** Every note, the whole of each. */
export const noteItems = async (database: NotesDatabase, step: () => void) => {
  const items: { name: string; kind: 'changes'; body: Update }[] = []
  for (const id of await database.notes.toCollection().primaryKeys()) {
    const body = await database.transaction('rw', [...noteTables], async () => wholeOf(database, id))
    step()
    if (body !== undefined) items.push({ name: noteName(id), kind: 'changes', body })
  }
  return items
}

/**
 * Takes in a note of a backup, where `apply`, as a change that was made here: so it goes to the other devices as well. Answers
 * whether it brings something. `now`: of a note whose times nobody has told.
 */
export const restoreNote = (
  database: NotesDatabase,
  id: string,
  body: Update,
  apply: boolean,
  now: number,
): Promise<boolean> =>
  Promise.resolve(
    database.transaction('rw', database.notes, database.updates, async () => {
      const restored = restoredInto(id, await database.notes.get(id), await updatesOf(database, id), body, now)
      if (restored === undefined || !apply) return restored !== undefined
      await database.updates.bulkAdd(restored.updates.map((update) => ({ noteId: id, update })))
      await database.notes.put(restored.row)
      return true
    }),
  )
