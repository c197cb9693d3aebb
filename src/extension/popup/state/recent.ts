import { type ReadonlySignal, signal } from '@preact/signals'
import { liveQuery } from 'dexie'
import { notesDatabase } from '../../../data/database.ts'
import type { Notebooks } from '../../../data/notebooks.ts'
import { notebooksStore } from '../../../data/notebooks-store.ts'
import type { Note } from '../../../notebook/note.ts'

/** How many notes the popup has room for. */
const shown = 8

/** The newest notes, now and after every change; undefined until they were read. Only these are read, however many there are. */
export const watchRecent = (): ReadonlySignal<readonly Note[] | undefined> => {
  const recent = signal<readonly Note[] | undefined>(undefined)
  const fail = () => {
    recent.value ??= []
  }
  const follow = (name: string) => {
    const { notes } = notesDatabase(name)
    return liveQuery(() => notes.orderBy('updatedAt').reverse().limit(shown).toArray()).subscribe({
      next: (found) => {
        recent.value = found
      },
      error: fail,
    })
  }
  let following: ReturnType<typeof follow> | undefined
  const onOpen = ({ open }: Notebooks) => {
    following?.unsubscribe()
    following = follow(open)
  }
  notebooksStore().watch(onOpen)
  return recent
}
