import type { Transaction } from 'dexie'
import type { Note, NoteMarks } from '../notebook/note.ts'
import type { Update } from '../notebook/note-document.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { type NoteRow, putAsChange, putMarks, settle, watchUpdates } from './note-updates.ts'
import { type NotesMark, notesMark } from './notes-mark.ts'
import { type Condition, type Watch, watchNotes } from './notes-watch.ts'
import { StorageError, toStorageError } from './storage-error.ts'

/** Changes of documents by the id of their note, oldest first. */
export type Changes = ReadonlyMap<string, readonly Update[]>

/** Notes at rest. Every method rejects with a `StorageError`, and with nothing else. */
export type NotesStore = {
  /**
   * Stores the notes, and with them the changes of their documents since the last time. A note without changes is stored as a
   * change of what is there. Where it rejects, some of them may be stored: the caller still holds them all.
   */
  put(notes: readonly Note[], changes?: Changes): Promise<void>
  /**
   * Stores a note whose changes have not been read, asking for the write and its commit in this very turn. The row is ahead of
   * its changes then, until anyone next looks.
   */
  putAhead(note: Note): Promise<void>
  /** Calls `onUpdates` with the changes of a note, those there are and then those that come, also from another tab. */
  watchNote(id: string, onUpdates: (updates: readonly Update[]) => void, onError: () => void): () => void
  remove(id: string): Promise<void>
  /** Removes every note from this device. */
  clear(): Promise<void>
  /** Changes the marks of a note, and nothing of its text. What is not stored stays as it is. */
  mark(id: string, marks: Partial<NoteMarks>): Promise<void>
  /**
   * Calls `onNotes` with the notes, newest first, now and after every change, also one made in another tab. Of many notes the
   * newest come before the others: `isAll` is false that time.
   */
  watch(
    onNotes: (notes: readonly Note[], condition?: Condition, isAll?: boolean) => void,
    onError: (error: StorageError) => void,
  ): Watch
  /** Whether there were notes that nobody has removed. Asked where there are none. */
  isMissing(): Promise<boolean>
}

const typed = async (work: () => PromiseLike<unknown>): Promise<void> => {
  try {
    await work()
  } catch (thrown) {
    throw toStorageError(thrown)
  }
}

/** Older code must not write what it does not know. */
const refuseNewer = ({ idbtrans }: Transaction): void => {
  if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
}

/**
 * Asks for the writes and for their commit in one turn, where the database is open: a page that is going away may have no
 * other turn in which to answer the success of a write with a commit.
 */
const putNow = (database: NotesDatabase, notes: readonly Note[], changes: Changes): PromiseLike<unknown> =>
  database.transaction('rw', database.notes, database.updates, (transaction) => {
    refuseNewer(transaction)
    const rows = notes.flatMap(({ id }) => (changes.get(id) ?? []).map((update) => ({ noteId: id, update })))
    const added = database.updates.bulkAdd(rows)
    const written = database.notes.bulkPut(notes.map((note): NoteRow => ({ ...note, settled: false })))
    transaction.idbtrans.commit()
    return Promise.all([added, written])
  })

const putAhead = (database: NotesDatabase, note: Note): PromiseLike<unknown> =>
  database.transaction('rw', database.notes, (transaction) => {
    refuseNewer(transaction)
    const row: NoteRow = { ...note, settled: false, ahead: true }
    const written = database.notes.put(row)
    transaction.idbtrans.commit()
    return written
  })

/** The rows that were written in haste are looked at again. Where that fails, the next reading does it. */
const settleAll = async (database: NotesDatabase, ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    await database
      // Dexie knows by the word async that the work awaits: without it, what comes after the first wait is outside.
      .transaction('rw', database.notes, database.updates, async (transaction) => {
        refuseNewer(transaction)
        await settle(database, id)
      })
      .catch(() => undefined)
  }
}

const putPlain = (database: NotesDatabase, notes: readonly Note[]): PromiseLike<unknown> =>
  database.transaction('rw', database.notes, database.updates, async (transaction) => {
    refuseNewer(transaction)
    for (const note of notes) await putAsChange(database, note)
  })

const put = async (database: NotesDatabase, notes: readonly Note[], changes: Changes): Promise<void> => {
  const changed = notes.filter(({ id }) => (changes.get(id) ?? []).length > 0)
  const plain = notes.filter((note) => !changed.includes(note))
  // Both are begun in this turn.
  const both = [changed.length > 0 && putNow(database, changed, changes), plain.length > 0 && putPlain(database, plain)]
  await Promise.all(both)
  await settleAll(
    database,
    changed.map(({ id }) => id),
  )
}

export const notesStore = (database: NotesDatabase, mark: NotesMark = notesMark(database.name)): NotesStore => {
  /** Whether there have been notes since this page was opened, and whether the browser has taken the database since. */
  let hadNotes = false
  let wasTaken = false
  /** Whether the mark says that there are notes, as far as this page has seen. */
  let isMarked = false
  /** Rows that are being written here, and looked at again right after. */
  const ours = new Set<string>()
  database.on('close', () => {
    wasTaken = hadNotes
  })
  return {
    put: (notes, changes = new Map()) =>
      typed(async () => {
        for (const { id } of notes) ours.add(id)
        try {
          await put(database, notes, changes)
        } finally {
          for (const { id } of notes) ours.delete(id)
        }
      }),
    putAhead: (note) =>
      typed(async () => {
        await putAhead(database, note)
        await settleAll(database, [note.id])
      }),
    watchNote: (id, onUpdates, onError) => watchUpdates(database, id, onUpdates, onError),
    mark: (id, marks) =>
      typed(() =>
        database.transaction('rw', database.notes, database.updates, async (transaction) => {
          refuseNewer(transaction)
          await putMarks(database, id, marks)
        }),
      ),
    remove: (id) =>
      typed(async () => {
        const { notes, updates, versions } = database
        await database.transaction('rw', notes, updates, versions, async (transaction) => {
          refuseNewer(transaction)
          await notes.delete(id)
          await updates.where('noteId').equals(id).delete()
          await versions.where('noteId').equals(id).delete()
        })
        if ((await database.notes.count()) === 0) await mark.clear()
      }),
    clear: () =>
      typed(async () => {
        await database.transaction('rw', database.tables, async (transaction) => {
          refuseNewer(transaction)
          await Promise.all(database.tables.map((table) => table.clear()))
        })
        await mark.clear()
      }),
    isMissing: async () => {
      const told = await mark.read()
      return wasTaken || told === 'some' || (hadNotes && told === 'unknown')
    },
    watch: (onNotes, onError) =>
      watchNotes(database, {
        onHasty: (ids) =>
          void settleAll(
            database,
            ids.filter((id) => !ours.has(id)),
          ),
        onNotes(notes, condition, isAll) {
          if (notes.length > 0) {
            hadNotes = true
            wasTaken = false
            if (!isMarked) void mark.set()
          }
          isMarked = notes.length > 0
          onNotes(notes, condition, isAll)
        },
        onError: (thrown) => onError(toStorageError(thrown)),
      }),
  }
}
