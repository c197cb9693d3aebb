import { liveQuery } from 'dexie'
import { newestFirst } from '../notebook/listing.ts'
import type { Note } from '../notebook/note.ts'
import { type NotesDatabase, notesDatabase } from './database.ts'
import { type StorageError, toStorageError } from './storage-error.ts'

/** Notes at rest. Every method rejects with a `StorageError`, and with nothing else. */
export type NotesStore = {
  /** Stores the notes together: all of them, or none. */
  put(notes: readonly Note[]): Promise<void>
  remove(id: string): Promise<void>
  /** Removes every note from this device. */
  clear(): Promise<void>
  /**
   * Calls `onNotes` with all notes, newest first, now and after every change, also one made in another tab.
   * Returns what ends it.
   */
  watch(onNotes: (notes: readonly Note[]) => void, onError: (error: StorageError) => void): () => void
}

const typed = async (work: () => PromiseLike<unknown>): Promise<void> => {
  try {
    await work()
  } catch (thrown) {
    throw toStorageError(thrown)
  }
}

export const notesStore = (database: NotesDatabase = notesDatabase()): NotesStore => ({
  put: (notes) => typed(() => database.notes.bulkPut([...notes])),
  remove: (id) => typed(() => database.notes.delete(id)),
  clear: () => typed(() => database.notes.clear()),
  watch(onNotes, onError) {
    const subscription = liveQuery(() => database.notes.toArray()).subscribe({
      next: (notes) => onNotes(newestFirst(notes)),
      error: (thrown: unknown) => onError(toStorageError(thrown)),
    })
    return () => subscription.unsubscribe()
  },
})
