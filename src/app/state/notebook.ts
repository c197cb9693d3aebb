import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { NotesStore } from '../../data/notes-store.ts'
import type { Condition } from '../../data/notes-watch.ts'
import type { StorageError } from '../../data/storage-error.ts'
import {
  editNote,
  isBlank,
  isLive,
  isSpent,
  type Note,
  type NoteContent,
  newNote,
  sameContent,
} from '../../notebook/note.ts'
import { openReplica, type Replica } from './replica.ts'
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

const freshNote = (): Note => newNote(crypto.randomUUID(), Date.now())

/** How long a writer goes on before what the note was is kept once more, in milliseconds. */
const KEPT_EVERY = 10 * 60 * 1000

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
  const open = signal(freshNote())
  const removed = signal<Note | undefined>(undefined)
  /** Whether the open note has been seen in the store: only then can it be missing from it. */
  let stored = false

  let replica: Replica | undefined
  /** Whether the writer was faster than the database: the change waits for the document. */
  let early = false

  /** Until when the note as it was has been kept. */
  let keptUntil = 0
  const keepBefore = (before: Note): void => {
    if (Date.now() < keptUntil || !stored || isBlank(before)) return
    keptUntil = Date.now() + KEPT_EVERY
    events.onLeft?.(before)
  }

  /** Stores what is on the writing surface, as a change of the document where that is there. */
  const keep = (): void => {
    const note = open.peek()
    if (replica?.isReady() === false) early = true
    else saver.save(note, replica?.edit(note))
  }
  const take = (content: NoteContent): void => {
    const note = open.peek()
    if (sameContent(note, content)) return
    const written = content.title !== note.title || content.body !== note.body
    open.value = { ...note, ...content, updatedAt: written ? Math.max(note.updatedAt, Date.now()) : note.updatedAt }
  }
  const openDocument = (note: Note, isStored: boolean): void => {
    replica?.stop()
    early = false
    const isCurrent = () => open.peek().id === note.id
    replica = openReplica(store, note, isStored, {
      onReady(text) {
        if (!isCurrent()) return
        if (early) keepWaiting()
        else take(text)
      },
      onFailed() {
        if (!isCurrent()) return
        replica = undefined
        keepWaiting()
      },
      onText(text) {
        if (isCurrent()) take(text)
      },
    })
  }
  const keepWaiting = (): void => {
    if (early) keep()
    early = false
  }
  /**
   * From here on the note is stored as a plain text, each time as a change of what is there: a document that is read later
   * would not know that it has this text already. Once all is stored, it is opened as a document again.
   */
  const keepEarly = async (): Promise<void> => {
    if (!early) return
    const note = open.peek()
    early = false
    replica?.stop()
    replica = undefined
    await store.putAhead(note).catch(() => saver.save(note))
    await saver.flush()
    if (replica === undefined && open.peek().id === note.id && !saver.holds(note.id)) openDocument(open.peek(), true)
  }

  const show = (note: Note, isStored: boolean): void => {
    const left = open.peek()
    const empty = left.id !== note.id && stored && isBlank(left)
    stored = isStored
    keptUntil = 0
    if (early) saver.save(left)
    open.value = note
    openDocument(note, isStored)
    if (empty) dropEmpty(left.id)
  }
  const showNewest = (list: readonly Note[]): void => {
    const newest = newestOf(list)
    if (newest !== undefined) show(newest, true)
  }
  /** A note whose text was all taken out is not kept once it is left. */
  const dropEmpty = (id: string): void => {
    saver.forget(id)
    void store.remove(id).catch(() => undefined)
  }

  /** Follows the store, also where another tab changed it, but never over text that is not stored yet. */
  const follow = (list: readonly Note[], isAll: boolean): void => {
    const current = open.peek()
    const incoming = list.find((note) => note.id === current.id)
    if (incoming !== undefined) {
      stored = true
      // The text comes by the document: a row may be written by a tab that has not read what this one wrote.
      if (!saver.holds(current.id) && !early && incoming.updatedAt > current.updatedAt) {
        open.value = replica?.isReady() === true ? { ...current, updatedAt: incoming.updatedAt } : incoming
      }
    } else if (isAll && stored && !saver.holds(current.id)) {
      const next = newestOf(list)
      show(next ?? freshNote(), next !== undefined)
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
    keepEarly: () => void keepEarly(),
    edit(change) {
      const before = open.peek()
      open.value = editNote(before, change, Date.now())
      if (change.title !== undefined || change.body !== undefined) keepBefore(before)
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
      return note !== undefined
    },
    startNote() {
      void saver.flush()
      if (stored || !isBlank(open.peek())) show(freshNote(), false)
      return open.peek()
    },
    async remove() {
      const note = open.peek()
      const list = (notes.peek() ?? []).filter(isLive)
      const at = list.findIndex((candidate) => candidate.id === note.id)
      const next = list[at + 1] ?? list[at - 1]
      const trashed = editNote(note, { trashedAt: Date.now() }, Date.now())
      open.value = trashed
      keep()
      removed.value = trashed
      show(next ?? freshNote(), next !== undefined)
      await saver.flush()
    },
    undoRemove() {
      const note = removed.peek()
      if (note === undefined) return
      removed.value = undefined
      show(note, true)
      open.value = { ...note, trashedAt: null }
      keep()
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
