import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Condition, NotesStore } from '../../data/notes-store.ts'
import type { StorageError } from '../../data/storage-error.ts'
import { matching } from '../../notebook/listing.ts'
import { editNote, isBlank, type Note, type NoteText, newNote } from '../../notebook/note.ts'
import { openReplica, type Replica } from './replica.ts'
import type { Saver } from './saver.ts'

export type Notebook = {
  /** All stored notes, newest first; undefined until they were read, or could not be. */
  readonly notes: ReadonlySignal<readonly Note[] | undefined>
  readonly readFailure: ReadonlySignal<StorageError | undefined>
  /** What is wrong with the stored notes, or undefined where nothing is. */
  readonly condition: ReadonlySignal<Condition | undefined>
  /** The notes that were there and are gone without having been removed; empty where only that is known. */
  readonly missing: ReadonlySignal<readonly Note[] | undefined>
  /** Stores the missing notes that this page still has. */
  restore(): void
  forgetMissing(): void
  /** The notes that the search finds. */
  readonly found: ReadonlySignal<readonly Note[]>
  readonly query: ReadonlySignal<string>
  search(query: string): void
  /** The note on the writing surface, perhaps not stored yet. */
  readonly open: ReadonlySignal<Note>
  /** The note that `undoRemove` would bring back. */
  readonly removed: ReadonlySignal<Note | undefined>
  edit(change: Partial<NoteText>): void
  /** True while the writer's input method composes: what others write waits, or it would break the word. */
  compose(isComposing: boolean): void
  /** Opens a stored note; what is not stored is not found, and nothing changes. */
  openNote(id: string): void
  /** Opens an empty note, which is not stored before something is written. */
  startNote(): Note
  remove(): Promise<void>
  undoRemove(): void
  forgetRemoved(): void
  clear(): Promise<void>
  /** Reads the stored notes again. */
  reread(): void
}

/** How long an empty notebook may be on its way to being explained, in milliseconds. */
const MISSING_AFTER = 1000

const freshNote = (): Note => newNote(crypto.randomUUID(), Date.now())

/** `onForgotten` is told of a removed note that cannot be brought back any more. */
export const createNotebook = (
  store: NotesStore,
  saver: Saver,
  onForgotten: (id: string) => unknown = () => undefined,
): Notebook => {
  const notes = signal<readonly Note[] | undefined>(undefined)
  const readFailure = signal<StorageError | undefined>(undefined)
  const condition = signal<Condition | undefined>(undefined)
  const missing = signal<readonly Note[] | undefined>(undefined)
  const query = signal('')
  const open = signal(freshNote())
  const removed = signal<Note | undefined>(undefined)
  /** Whether the open note has been seen in the store: only then can it be missing from it. */
  let stored = false

  let replica: Replica | undefined
  /** Whether the writer was faster than the database: the change waits for the document. */
  let early = false

  /** Stores what is on the writing surface, as a change of the document where that is there. */
  const keep = (): void => {
    const note = open.peek()
    if (replica?.isReady() === false) early = true
    else saver.save(note, replica?.edit(note))
  }
  const take = (text: NoteText): void => {
    const note = open.peek()
    if (text.title === note.title && text.body === note.body) return
    open.value = { ...note, ...text, updatedAt: Math.max(note.updatedAt, Date.now()) }
  }
  const openDocument = (note: Note, isStored: boolean): void => {
    replica?.stop()
    early = false
    const isCurrent = () => open.peek().id === note.id
    replica = openReplica(store, note, isStored, {
      onReady(text) {
        if (!isCurrent()) return
        if (early) keepEarly()
        else take(text)
      },
      onFailed() {
        if (!isCurrent()) return
        replica = undefined
        keepEarly()
      },
      onText(text) {
        if (isCurrent()) take(text)
      },
    })
  }
  const keepEarly = (): void => {
    if (early) keep()
    early = false
  }

  const show = (note: Note, isStored: boolean): void => {
    const left = open.peek()
    const empty = left.id !== note.id && stored && isBlank(left)
    stored = isStored
    if (early) saver.save(left)
    open.value = note
    openDocument(note, isStored)
    if (empty) dropEmpty(left.id)
  }
  /** A note whose text was all taken out is not kept once it is left. */
  const dropEmpty = (id: string): void => {
    saver.forget(id)
    void store.remove(id).catch(() => undefined)
  }

  /** Follows the store, also where another tab changed it, but never over text that is not stored yet. */
  const follow = (list: readonly Note[]): void => {
    const current = open.peek()
    const incoming = list.find((note) => note.id === current.id)
    if (incoming !== undefined) {
      stored = true
      // The text comes by the document: a row may be written by a tab that has not read what this one wrote.
      if (!saver.holds(current.id) && !early && incoming.updatedAt > current.updatedAt) {
        open.value = replica?.isReady() === true ? { ...current, updatedAt: incoming.updatedAt } : incoming
      }
    } else if (stored && !saver.holds(current.id)) {
      show(list[0] ?? freshNote(), list[0] !== undefined)
    }
  }

  openDocument(open.peek(), false)

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

  const forget = (): void => {
    const note = removed.peek()
    removed.value = undefined
    if (note !== undefined) onForgotten(note.id)
  }

  const watch = store.watch(
    (list, told) => {
      const first = notes.peek() === undefined
      if (list.length > 0) missing.value = undefined
      else if (missing.peek() === undefined) lookForMissing(notes.peek() ?? [])
      condition.value = told !== undefined && (told.damaged.length > 0 || told.isNewer) ? told : undefined
      readFailure.value = undefined
      notes.value = list
      if (!first) follow(list)
      else if (isBlank(open.peek()) && list[0] !== undefined) show(list[0], true)
    },
    (error) => {
      readFailure.value = error
      notes.value ??= []
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
    query,
    found: computed(() => matching(notes.value ?? [], query.value)),
    search(text) {
      query.value = text
    },
    open,
    removed,
    edit(change) {
      open.value = editNote(open.peek(), change, Date.now())
      keep()
    },
    compose(isComposing) {
      // After the input event that follows.
      if (isComposing) replica?.pause()
      else setTimeout(() => replica?.resume(), 0)
    },
    openNote(id) {
      void saver.flush()
      const note = notes.peek()?.find((candidate) => candidate.id === id)
      if (note !== undefined && id !== open.peek().id) show(note, true)
    },
    startNote() {
      void saver.flush()
      if (stored || !isBlank(open.peek())) show(freshNote(), false)
      return open.peek()
    },
    async remove() {
      const note = open.peek()
      const list = notes.peek() ?? []
      const at = list.findIndex((candidate) => candidate.id === note.id)
      const next = list[at + 1] ?? list[at - 1]
      saver.forget(note.id)
      forget()
      removed.value = note
      stored = false
      show(next ?? freshNote(), next !== undefined)
      await store.remove(note.id)
    },
    undoRemove() {
      const note = removed.peek()
      if (note === undefined) return
      removed.value = undefined
      show(note, false)
      saver.save(note)
      void saver.flush()
    },
    forgetRemoved: forget,
    async clear() {
      saver.forgetAll()
      await store.clear()
    },
    reread: watch.again,
  }
}
