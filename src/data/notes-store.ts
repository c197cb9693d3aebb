import type { Transaction } from 'dexie'
import { liveQuery } from 'dexie'
import { newestFirst } from '../notebook/listing.ts'
import type { Note } from '../notebook/note.ts'
import type { Update } from '../notebook/note-document.ts'
import { type NotesDatabase, notesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { type NoteRow, putAsChange, settle, watchUpdates } from './note-updates.ts'
import { type NotesMark, notesMark } from './notes-mark.ts'
import { StorageError, toStorageError } from './storage-error.ts'
import { readStored } from './stored-note.ts'

/** What is to be told of the notes beside themselves. */
export type Condition = {
  /** Entries that are not all of a note. What can be read of them is among the notes. */
  readonly damaged: readonly unknown[]
  /** True where a newer version of the app has written them: they can be read and not changed. */
  readonly isNewer: boolean
}

/** Changes of documents by the id of their note, oldest first. */
export type Changes = ReadonlyMap<string, readonly Update[]>

/** Notes at rest. Every method rejects with a `StorageError`, and with nothing else. */
export type NotesStore = {
  /**
   * Stores the notes, and with them the changes of their documents since the last time. A note without changes is stored as a
   * change of what is there. Where it rejects, some of them may be stored: the caller still holds them all.
   */
  put(notes: readonly Note[], changes?: Changes): Promise<void>
  /** Calls `onUpdates` with the changes of a note, those there are and then those that come, also from another tab. */
  watchNote(id: string, onUpdates: (updates: readonly Update[]) => void, onError: () => void): () => void
  remove(id: string): Promise<void>
  /** Removes every note from this device. */
  clear(): Promise<void>
  /**
   * Calls `onNotes` with all notes, newest first, now and after every change, also one made in another tab.
   */
  watch(onNotes: (notes: readonly Note[], condition?: Condition) => void, onError: (error: StorageError) => void): Watch
  /** Whether there were notes that nobody has removed. Asked where there are none. */
  isMissing(): Promise<boolean>
}

export type Watch = {
  /** Reads again: a tab that was closed in the middle of its last write may not have told of it. */
  again(): void
  stop(): void
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

const read = async (database: NotesDatabase) => {
  const entries: readonly unknown[] = await database.notes.toArray()
  const { notes, damaged } = readStored(entries)
  const hasty = entries.filter((entry) => Reflect.get(Object(entry), 'settled') === false)
  const opened: unknown = database.backendDB()
  return {
    hasty: hasty.map((entry) => String(Reflect.get(Object(entry), 'id'))),
    notes,
    condition: { damaged, isNewer: opened instanceof IDBDatabase && isNewer(opened) },
  }
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

/** The rows that were written in haste are looked at again. Where that fails, the next reading does it. */
const settleAll = async (database: NotesDatabase, ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    await database
      .transaction('rw', database.notes, database.updates, (transaction) => {
        refuseNewer(transaction)
        return settle(database, id)
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

/** A database without the store of notes holds none: it is made anew, so that one can write. */
const repair = async (database: NotesDatabase): Promise<boolean> => {
  const opened: unknown = database.backendDB()
  if (!(opened instanceof IDBDatabase) || isNewer(opened) || opened.objectStoreNames.contains('notes')) return false
  await database.delete({ disableAutoOpen: false })
  return true
}

/** Follows what is told of the database itself: a browser that took it away, or another version that wants it. */
const onInterruption = (database: NotesDatabase, tell: () => void): (() => void) => {
  const soon = () => void setTimeout(tell, 0)
  database.on('close', soon)
  database.on('versionchange', soon)
  return () => {
    database.on('close').unsubscribe(soon)
    database.on('versionchange').unsubscribe(soon)
  }
}

export const notesStore = (database: NotesDatabase = notesDatabase(), mark: NotesMark = notesMark()): NotesStore => {
  /** Whether there have been notes since this page was opened, and whether the browser has taken the database since. */
  let hadNotes = false
  let wasTaken = false
  database.on('close', () => {
    wasTaken = hadNotes
  })
  return {
    put: (notes, changes = new Map()) => typed(() => put(database, notes, changes)),
    watchNote: (id, onUpdates, onError) => watchUpdates(database, id, onUpdates, onError),
    remove: (id) =>
      typed(async () => {
        await database.transaction('rw', database.notes, database.updates, async (transaction) => {
          refuseNewer(transaction)
          await database.notes.delete(id)
          await database.updates.where('noteId').equals(id).delete()
        })
        if ((await database.notes.count()) === 0) await mark.clear()
      }),
    clear: () =>
      typed(async () => {
        const { notes, attachments, updates } = database
        await database.transaction('rw', notes, attachments, updates, async (transaction) => {
          refuseNewer(transaction)
          await Promise.all([notes.clear(), attachments.clear(), updates.clear()])
        })
        await mark.clear()
      }),
    isMissing: async () => {
      const told = await mark.read()
      return wasTaken || told === 'some' || (hadNotes && told === 'unknown')
    },
    watch(onNotes, onError) {
      const all = liveQuery(() => read(database))
      const subscribe = () =>
        all.subscribe({
          next: ({ notes, condition, hasty }) => {
            if (hasty.length > 0) void settleAll(database, hasty)
            if (notes.length > 0) {
              hadNotes = true
              wasTaken = false
              void mark.set()
            }
            onNotes(newestFirst(notes), condition)
          },
          error: async (thrown: unknown) => {
            if (await repair(database).catch(() => false)) again()
            else onError(toStorageError(thrown))
          },
        })
      let subscription = subscribe()
      const again = () => {
        subscription.unsubscribe()
        subscription = subscribe()
      }
      const forget = onInterruption(database, again)
      return {
        again,
        stop() {
          forget()
          subscription.unsubscribe()
        },
      }
    },
  }
}
