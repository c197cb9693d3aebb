import { liveQuery } from 'dexie'
import { newestFirst } from '../notebook/listing.ts'
import type { Note } from '../notebook/note.ts'
import { type NotesDatabase, notesDatabase } from './database.ts'
import { type StorageError, toStorageError } from './storage-error.ts'

/** Notes at rest. Every method rejects with a `StorageError`, and with nothing else. */
export type NotesStore = {
  /** Stores the notes. Where it rejects, some of them may be stored: the caller still holds them all. */
  put(notes: readonly Note[]): Promise<void>
  remove(id: string): Promise<void>
  /** Removes every note from this device. */
  clear(): Promise<void>
  /**
   * Calls `onNotes` with all notes, newest first, now and after every change, also one made in another tab.
   */
  watch(onNotes: (notes: readonly Note[]) => void, onError: (error: StorageError) => void): Watch
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

/**
 * Asks for the writes and for their commit in one turn, where the database is open: a page that is going away may have no
 * other turn in which to answer the success of a write with a commit.
 */
const putNow = (database: NotesDatabase, notes: readonly Note[]): PromiseLike<unknown> =>
  database.transaction('rw', database.notes, (transaction) => {
    const written = database.notes.bulkPut([...notes])
    transaction.idbtrans.commit()
    return written
  })

export const notesStore = (database: NotesDatabase = notesDatabase()): NotesStore => ({
  put: (notes) => typed(() => putNow(database, notes)),
  remove: (id) => typed(() => database.notes.delete(id)),
  clear: () => typed(() => database.notes.clear()),
  watch(onNotes, onError) {
    const all = liveQuery(() => database.notes.toArray())
    const subscribe = () =>
      all.subscribe({
        next: (notes) => onNotes(newestFirst(notes)),
        error: (thrown: unknown) => onError(toStorageError(thrown)),
      })
    let subscription = subscribe()
    const stop = () => subscription.unsubscribe()
    return {
      stop,
      again() {
        stop()
        subscription = subscribe()
      },
    }
  },
})
