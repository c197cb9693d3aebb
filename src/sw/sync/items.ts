import { noteName } from '../../data/changed.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { settle } from '../../data/note-updates.ts'
import { unmarked } from '../../notebook/note.ts'
import { foundingUpdate, mergeUpdates, type Update } from '../../notebook/note-document.ts'
import { goneUpdate, noSnapshot, openSynced, type SyncedDocument } from '../../notebook/note-sync.ts'

// One note in the tables. All of it runs in a transaction of the caller's, over `synced` and the tables of notes.

/** Tables that the changes of notes go through. */
export const noteTables = ['notes', 'updates', 'versions', 'changed', 'synced', 'offered'] as const

const updatesOf = async (database: NotesDatabase, id: string): Promise<Update[]> =>
  (await database.updates.where('noteId').equals(id).toArray()).map(({ update }) => update)

/** The changes of a note; where it has none yet, those that its row makes, which are stored. Undefined where there is no such note. */
const documentOf = async (database: NotesDatabase, id: string): Promise<SyncedDocument | undefined> => {
  const before = await database.notes.get(id)
  if (before === undefined) return undefined
  if (Reflect.get(before, 'settled') === false) await settle(database, id)
  const row = (await database.notes.get(id)) ?? before
  const updates = await updatesOf(database, id)
  const added: Update[] = []
  if (updates.length === 0) added.push(foundingUpdate({ ...unmarked, ...row }))
  const document = openSynced([...updates, ...added])
  const told = document.tell({ createdAt: row.createdAt, updatedAt: row.updatedAt })
  if (told !== undefined) added.push(told)
  await database.updates.bulkAdd(added.map((update) => ({ noteId: id, update })))
  return document
}

export type Offer = { readonly body: Update; readonly snapshot: Update; readonly isGone: boolean }

/** What others have not got of a note; undefined where that is nothing. `now`: for one that was removed. */
export const offerOf = async (database: NotesDatabase, id: string, now: number): Promise<Offer | undefined> => {
  const synced = await database.synced.get(noteName(id))
  const document = await documentOf(database, id)
  if (document !== undefined) {
    const body = document.changesSince(synced?.snapshot)
    return body === undefined ? undefined : { body, snapshot: document.snapshot(), isGone: false }
  }
  // Nobody else has it, or everybody knows that it is gone.
  if (synced === undefined || synced.isGone) return undefined
  return { body: goneUpdate(now), snapshot: noSnapshot, isGone: true }
}

/** The whole of a note as one change, or undefined where it is gone. */
export const wholeOf = async (database: NotesDatabase, id: string): Promise<Update | undefined> =>
  (await documentOf(database, id))?.state()

const forget = async (database: NotesDatabase, id: string): Promise<void> => {
  await database.notes.delete(id)
  await database.updates.where('noteId').equals(id).delete()
  await database.versions.where('noteId').equals(id).delete()
  await database.changed.delete(noteName(id))
  await database.synced.put({ name: noteName(id), snapshot: noSnapshot, isGone: true })
}

/** Whether a note was here, and was removed. */
export const wasRemoved = async ({ notes, synced, changed }: NotesDatabase, id: string): Promise<boolean> => {
  if ((await notes.get(id)) !== undefined) return false
  return (await synced.get(noteName(id))) !== undefined || (await changed.get(noteName(id))) !== undefined
}

/** Takes in changes that another device made. `now`: of a note whose times nobody has told. */
export const takeIn = async (
  database: NotesDatabase,
  id: string,
  changes: readonly Update[],
  now: number,
): Promise<void> => {
  const name = noteName(id)
  if ((await database.synced.get(name))?.isGone === true) return
  const row = await database.notes.get(id)
  const before = await updatesOf(database, id)
  const foundation = row !== undefined && before.length === 0 ? [foundingUpdate({ ...unmarked, ...row })] : []
  const coming = changes.length > 1 ? mergeUpdates(changes) : changes[0]
  if (coming === undefined) return
  const document = openSynced([...before, ...foundation, coming])
  if (document.isGone()) return forget(database, id)
  await database.updates.bulkAdd([...foundation, coming].map((update) => ({ noteId: id, update })))
  const times = document.times() ?? { createdAt: row?.createdAt ?? now, updatedAt: row?.updatedAt ?? now }
  const updatedAt = Math.max(times.updatedAt, row?.updatedAt ?? 0)
  await database.notes.put({ ...row, id, ...document.content(), createdAt: times.createdAt, updatedAt })
  if ((await database.changed.get(name)) === undefined) {
    await database.synced.put({ name, snapshot: document.snapshot(), isGone: false })
  }
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
      const row = await database.notes.get(id)
      const before = await updatesOf(database, id)
      const foundation = row !== undefined && before.length === 0 ? [foundingUpdate({ ...unmarked, ...row })] : []
      const known = openSynced([...before, ...foundation]).snapshot()
      const document = openSynced([...before, ...foundation, body])
      if (document.isGone() || document.changesSince(known) === undefined) return false
      if (!apply) return true
      const times = document.times() ?? { createdAt: row?.createdAt ?? now, updatedAt: row?.updatedAt ?? now }
      await database.updates.bulkAdd([...foundation, body].map((update) => ({ noteId: id, update })))
      await database.notes.put({ ...row, id, ...document.content(), ...times })
      return true
    }),
  )
