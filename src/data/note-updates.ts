import { liveQuery } from 'dexie'
import * as v from 'valibot'
import { type Note, type NoteContent, type NoteMarks, unmarked } from '../notebook/note.ts'
import {
  foundingUpdate,
  mergeUpdates,
  type NoteDocument,
  openDocument,
  type Update,
} from '../notebook/note-document.ts'
import type { NotesDatabase } from './database.ts'

/** One change of a note, in the order in which it came to this device. */
export type StoredUpdate = { readonly seq: number; readonly noteId: string; readonly update: Update }

/**
 * `settled` false: the page that wrote the row went away before it could look. Its changes may be ahead of the row, or where
 * `ahead` is true the row is ahead of its changes, because the page had not read them yet.
 */
export type NoteRow = Note & { readonly settled?: boolean; readonly ahead?: boolean }

/** More rows than this of one note are made one. */
const most = 40

const isUpdate = (value: unknown): value is Update => value instanceof Uint8Array && value.buffer instanceof ArrayBuffer
const rowSchema = v.object({ seq: v.number(), noteId: v.string(), update: v.custom<Update>(isUpdate) })

const readRows = (entries: readonly unknown[]): readonly StoredUpdate[] =>
  entries.flatMap((entry) => {
    const parsed = v.safeParse(rowSchema, entry)
    return parsed.success ? [parsed.output] : []
  })

/** The document of these changes; a change that cannot be read must not hide the others. */
const documentOf = (rows: readonly StoredUpdate[]): NoteDocument => {
  const document = openDocument([])
  for (const { update } of rows) {
    try {
      document.merge(update)
    } catch {
      // Damaged. What it changed is lost, and nothing else is.
    }
  }
  return document
}

const rowsOf = async (database: NotesDatabase, noteId: string) =>
  readRows(await database.updates.where('noteId').equals(noteId).toArray())

/** Calls `onUpdates` with the changes of a note, now and after every change, also one made in another tab. */
export const watchUpdates = (
  database: NotesDatabase,
  noteId: string,
  onUpdates: (updates: readonly Update[]) => void,
  onError: () => void,
): (() => void) => {
  const seen = new Set<number>()
  const subscription = liveQuery(() => rowsOf(database, noteId)).subscribe({
    next(rows) {
      const fresh = rows.filter(({ seq }) => !seen.has(seq))
      for (const { seq } of rows) seen.add(seq)
      onUpdates(fresh.map(({ update }) => update))
    },
    error: onError,
  })
  return () => subscription.unsubscribe()
}

/** Makes the row of a note what its changes say, and one change of many. In one transaction of the three tables. */
export const settle = async (database: NotesDatabase, noteId: string): Promise<void> => {
  const row: NoteRow | undefined = await database.notes.get(noteId)
  if (row === undefined) return
  const { settled: _, ahead = false, ...note } = row
  if (ahead) return putAsChange(database, note)
  const rows = await rowsOf(database, noteId)
  if (rows.length === 0) return
  await database.notes.put({ ...note, ...documentOf(rows).content() })
  if (rows.length <= most) return
  await database.updates.bulkDelete(rows.map(({ seq }) => seq))
  await database.updates.add({ noteId, update: mergeUpdates(rows.map(({ update }) => update)) })
}

/** The changes that make `note` of what is there: of a document, or of a text that has none yet. */
export const changesTo = (
  note: Note,
  before: NoteContent | undefined,
  updates: readonly Update[],
): readonly Update[] => {
  if (updates.length === 0 && before === undefined) return []
  const foundation = updates.length > 0 || before === undefined ? [] : [foundingUpdate(before)]
  const update = openDocument([...updates, ...foundation]).edit(note)
  return update === undefined ? [] : [...foundation, update]
}

/** Changes marks of a note, and nothing of the text that others may be writing. False where there is no such note. */
export const putMarks = async (database: NotesDatabase, id: string, marks: Partial<NoteMarks>): Promise<boolean> => {
  const [row, rows] = [await database.notes.get(id), await rowsOf(database, id)]
  if (row === undefined) return false
  const before: Note = { ...unmarked, ...row }
  const foundation = rows.length > 0 ? [] : [foundingUpdate(before)]
  const document = openDocument([...rows.map(({ update }) => update), ...foundation])
  const update = document.edit(marks)
  const fresh = update === undefined ? [] : [...foundation, update]
  await database.updates.bulkAdd(fresh.map((one) => ({ noteId: id, update: one })))
  await database.notes.put({ ...before, ...document.content() })
  return true
}

/** Stores a note as one more change of what is there. */
export const putAsChange = async (database: NotesDatabase, note: Note): Promise<void> => {
  const [row, rows] = [await database.notes.get(note.id), await rowsOf(database, note.id)]
  const before = row === undefined ? undefined : { ...unmarked, ...row }
  const updates = changesTo(note, before, rows.length === 0 ? [] : [documentOf(rows).state()])
  await database.updates.bulkAdd(updates.map((update) => ({ noteId: note.id, update })))
  await database.notes.put(note)
}
