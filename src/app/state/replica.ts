import type { NotesStore } from '../../data/notes-store.ts'
import { isBlank, type Note, type NoteContent, sameContent } from '../../notebook/note.ts'
import { foundingUpdate, type NoteDocument, openDocument, type Update } from '../../notebook/note-document.ts'

/** The open note as a document in this tab, which takes in what other tabs write. */
export type Replica = {
  /** False until the changes that are stored have been read. */
  isReady(): boolean
  /** Takes a change of the writer's, and gives what is to be stored of it. Only where it is ready. */
  edit(change: Partial<NoteContent>): readonly Update[]
  /** What others write waits until `resume`. */
  pause(): void
  resume(): void
  stop(): void
}

export type ReplicaEvents = {
  /** The stored changes have been read. */
  onReady(text: NoteContent): void
  /** They cannot be read: the note is stored as a plain text for now. */
  onFailed(): void
  /** Another has written. */
  onText(text: NoteContent): void
}

/** Opens a note that is stored, or one that is not there yet, whose document is ready at once. */
export const openReplica = (store: NotesStore, note: Note, isStored: boolean, events: ReplicaEvents): Replica => {
  /** What the others have to have before they can read a change of this tab. */
  let foundation: readonly Update[] = []
  let document: NoteDocument | undefined
  const found = (): NoteDocument => {
    foundation = isBlank(note) ? [] : [foundingUpdate(note)]
    return openDocument(foundation)
  }
  if (!isStored) document = found()

  let waiting: Update[] | undefined
  const take = (updates: readonly Update[]): void => {
    if (waiting !== undefined && document !== undefined) {
      waiting.push(...updates)
      return
    }
    if (document === undefined) {
      document = updates.length === 0 ? found() : openDocument(updates)
      events.onReady(document.content())
      return
    }
    const before = document.content()
    for (const update of updates) document.merge(update)
    if (!sameContent(before, document.content())) events.onText(document.content())
  }
  const stop = store.watchNote(note.id, take, () => {
    if (document === undefined) events.onFailed()
  })
  return {
    isReady: () => document !== undefined,
    edit(change) {
      const update = document?.edit(change)
      if (update === undefined) return []
      const all = [...foundation, update]
      foundation = []
      return all
    },
    pause() {
      waiting ??= []
    },
    resume() {
      const held = waiting ?? []
      waiting = undefined
      if (held.length > 0) take(held)
    },
    stop,
  }
}
