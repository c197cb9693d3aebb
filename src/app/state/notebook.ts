import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { NotesStore } from '../../data/notes-store.ts'
import type { Condition } from '../../data/notes-watch.ts'
import type { StorageError } from '../../data/storage-error.ts'
import { isBlank, isLive, isSpent, type Note, type NoteContent } from '../../notebook/note.ts'
import { createOpenNote, freshNote } from './open-note.ts'
import type { Saver } from './saver.ts'

export type Notebook = {
  /** All stored notes in the order of lists, those in the trash too; undefined until they were read, or could not be. */
  readonly notes: ReadonlySignal<readonly Note[] | undefined>
  /** The notes in the trash. */
  readonly trash: ReadonlySignal<readonly Note[]>
  /** False while only the newest of many have been read. */
  readonly isComplete: ReadonlySignal<boolean>
  readonly readFailure: ReadonlySignal<StorageError | undefined>
  /** What is wrong with the stored notes, or undefined where nothing is. */
  readonly condition: ReadonlySignal<Condition | undefined>
  /** The notes that were there and are gone without having been removed; empty where only that is known. */
  readonly missing: ReadonlySignal<readonly Note[] | undefined>
  /** Stores the missing notes that this page still has. */
  restore(): void
  forgetMissing(): void
  /** The note on the writing surface, perhaps not stored yet. */
  readonly open: ReadonlySignal<Note>
  /** The note that `undoRemove` would bring back. */
  readonly removed: ReadonlySignal<Note | undefined>
  edit(change: Partial<NoteContent>): void
  /** Stores, in this very turn, what the writer wrote before the note's document was read: the page may be going away. */
  keepEarly(): void
  /** True while the writer's input method composes: what others write waits, or it would break the word. */
  compose(isComposing: boolean): void
  /** Opens a stored note. False where it is not among those that have been read, and then nothing changes. */
  openNote(id: string): boolean
  /** Opens an empty note, which is not stored before something is written. */
  startNote(): Note
  /** Puts the open note in the trash, and opens the next one. */
  remove(): Promise<void>
  undoRemove(): void
  forgetRemoved(): void
  /** Takes a note out of the trash. Rejects with a `StorageError`. */
  bringBack(id: string): Promise<void>
  /** Removes notes for good, and what belongs to them. Rejects with a `StorageError`. */
  erase(ids: readonly string[]): Promise<void>
  clear(): Promise<void>
  /** Reads the stored notes again. */
  reread(): void
}

/** How long an empty notebook may be on its way to being explained, in milliseconds. */
const MISSING_AFTER = 1000

export type NotebookEvents = {
  /** A note was removed for good. */
  onErased?(id: string): unknown
  /** This is what a stored note was, before it is changed. */
  onLeft?(note: Note): unknown
}

const newestOf = (notes: readonly Note[]): Note | undefined =>
  notes
    .filter(isLive)
    .reduce<Note | undefined>((a, b) => (a === undefined || b.updatedAt > a.updatedAt ? b : a), undefined)

export const createNotebook = (store: NotesStore, saver: Saver, events: NotebookEvents = {}): Notebook => {
  const notes = signal<readonly Note[] | undefined>(undefined)
  const readFailure = signal<StorageError | undefined>(undefined)
  const condition = signal<Condition | undefined>(undefined)
  const missing = signal<readonly Note[] | undefined>(undefined)
  const isComplete = signal(false)
  const trash = computed(() => (notes.value ?? []).filter((note) => !isLive(note)))
  const surface = createOpenNote(store, saver, events.onLeft)
  const open = surface.note
  const removed = signal<Note | undefined>(undefined)
  const showNewest = (list: readonly Note[]): void => {
    const newest = newestOf(list)
    if (newest !== undefined) surface.show(newest, true)
  }
  /** Follows the store, also where another tab changed it. */
  const follow = (list: readonly Note[], isAll: boolean): void => {
    const { id } = open.peek()
    const incoming = list.find((note) => note.id === id)
    if (incoming !== undefined) surface.follow(incoming)
    else if (isAll && surface.isStored() && !saver.holds(id)) {
      const next = newestOf(list)
      surface.show(next ?? freshNote(), next !== undefined)
    }
  }

  let isLooking = false
  /** Another tab that removes the last note tells of it a moment later. */
  const lookForMissing = (before: readonly Note[]): void => {
    // The first look knows what was there; another reading in between must not replace it.
    if (isLooking) return
    isLooking = true
    setTimeout(async () => {
      isLooking = false
      if (notes.peek()?.length === 0 && (await store.isMissing())) missing.value = before
    }, MISSING_AFTER)
  }

  const erase = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      saver.forget(id)
      await store.remove(id)
      events.onErased?.(id)
    }
  }
  let isSwept = false
  /** Once for a page: notes that were in the trash for long enough go. Where that fails, the next page does it. */
  const sweep = (list: readonly Note[]): void => {
    if (isSwept || condition.peek()?.isNewer === true) return
    isSwept = true
    const spent = list.filter((note) => isSpent(note, Date.now())).map(({ id }) => id)
    void erase(spent).catch(() => undefined)
  }

  const watch = store.watch(
    (list, told, isAll = true) => {
      const first = notes.peek() === undefined
      if (list.length > 0) missing.value = undefined
      else if (missing.peek() === undefined) lookForMissing(notes.peek() ?? [])
      condition.value = told !== undefined && (told.damaged.length > 0 || told.isNewer) ? told : undefined
      readFailure.value = undefined
      notes.value = list
      if (!first) follow(list, isAll)
      else if (isBlank(open.peek())) showNewest(list)
      isComplete.value = isAll
      if (isAll) sweep(list)
    },
    (error) => {
      readFailure.value = error
      notes.value ??= []
      isComplete.value = true
    },
  )

  // A database that neither opens nor fails must not keep the page from the writer.
  const late = setTimeout(() => {
    notes.value ??= []
  }, 2000)
  effect(() => {
    if (notes.value !== undefined) clearTimeout(late)
  })

  return {
    notes,
    trash,
    isComplete,
    readFailure,
    condition,
    missing,
    restore() {
      for (const note of missing.peek() ?? []) saver.save(note)
      void saver.flush()
    },
    forgetMissing() {
      missing.value = undefined
    },
    open,
    removed,
    keepEarly: surface.keepEarly,
    edit: surface.edit,
    compose: surface.compose,
    openNote(id) {
      void saver.flush()
      const note = notes.peek()?.find((candidate) => candidate.id === id)
      if (note !== undefined && id !== open.peek().id) surface.show(note, true)
      return note !== undefined
    },
    startNote() {
      void saver.flush()
      if (surface.isStored() || !isBlank(open.peek())) surface.show(freshNote(), false)
      return open.peek()
    },
    async remove() {
      const note = open.peek()
      const list = (notes.peek() ?? []).filter(isLive)
      const at = list.findIndex((candidate) => candidate.id === note.id)
      const next = list[at + 1] ?? list[at - 1]
      surface.edit({ trashedAt: Date.now() })
      removed.value = open.peek()
      surface.show(next ?? freshNote(), next !== undefined)
      await saver.flush()
    },
    undoRemove() {
      const note = removed.peek()
      if (note === undefined) return
      removed.value = undefined
      surface.show(note, true)
      surface.edit({ trashedAt: null })
      void saver.flush()
    },
    forgetRemoved() {
      removed.value = undefined
    },
    async bringBack(id) {
      if (removed.peek()?.id === id) removed.value = undefined
      await saver.flush()
      await store.mark(id, { trashedAt: null })
    },
    erase,
    async clear() {
      saver.forgetAll()
      await store.clear()
    },
    reread: watch.again,
  }
}
