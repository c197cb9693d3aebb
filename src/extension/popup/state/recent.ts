import { type ReadonlySignal, signal } from '@preact/signals'
import { liveQuery } from 'dexie'
import { notesDatabase } from '../../../data/database.ts'
import type { Note } from '../../../notebook/note.ts'

/** How many notes the popup has room for. */
const shown = 8

/** The newest notes, now and after every change; undefined until they were read. Only these are read, however many there are. */
export const watchRecent = (): ReadonlySignal<readonly Note[] | undefined> => {
  const recent = signal<readonly Note[] | undefined>(undefined)
  const { notes } = notesDatabase()
  liveQuery(() => notes.orderBy('updatedAt').reverse().limit(shown).toArray()).subscribe({
    next: (found) => {
      recent.value = found
    },
    error: () => {
      recent.value ??= []
    },
  })
  return recent
}
