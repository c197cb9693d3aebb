import { type ReadonlySignal, signal } from '@preact/signals'
import type { NotesStore } from '../../data/notes-store.ts'
import { editNote, isBlank, type Note, type NoteContent, newNote, sameContent } from '../../notebook/note.ts'
import { openReplica, type Replica } from './replica.ts'
import type { Saver } from './saver.ts'

/** The note on the writing surface: as the writer sees it, as a document, and as it is stored. */
export type OpenNote = {
  readonly note: ReadonlySignal<Note>
  /** Whether it has been seen in the store: only then can it be missing from it. */
  isStored(): boolean
  edit(change: Partial<NoteContent>): void
  /** Stores, in this very turn, what the writer wrote before the note's document was read: the page may be going away. */
  keepEarly(): void
  /** True while the writer's input method composes: what others write waits, or it would break the word. */
  compose(isComposing: boolean): void
  /** Puts another note on the surface. */
  show(note: Note, isStored: boolean): void
  /** Takes in how the note is stored now, but never over text that is not stored yet. */
  follow(incoming: Note): void
}

/** How long a writer goes on before what the note was is kept once more, in milliseconds. */
const KEPT_EVERY = 10 * 60 * 1000

export const freshNote = (): Note => newNote(crypto.randomUUID(), Date.now())

/** `onLeft`: this is what a stored note was, before it is changed. */
export const createOpenNote = (store: NotesStore, saver: Saver, onLeft?: (note: Note) => unknown): OpenNote => {
  const open = signal(freshNote())
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
    onLeft?.(before)
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

  /** A note whose text was all taken out is not kept once it is left. */
  const dropEmpty = (id: string): void => {
    saver.forget(id)
    void store.remove(id).catch(() => undefined)
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

  openDocument(open.peek(), false)

  return {
    note: open,
    isStored: () => stored,
    edit(change) {
      const before = open.peek()
      open.value = editNote(before, change, Date.now())
      if (change.title !== undefined || change.body !== undefined) keepBefore(before)
      keep()
    },
    keepEarly: () => void keepEarly(),
    compose(isComposing) {
      // After the input event that follows.
      if (isComposing) replica?.pause()
      else setTimeout(() => replica?.resume(), 0)
    },
    show,
    follow(incoming) {
      const current = open.peek()
      stored = true
      // The text comes by the document: a row may be written by a tab that has not read what this one wrote.
      if (!saver.holds(current.id) && !early && incoming.updatedAt > current.updatedAt) {
        open.value = replica?.isReady() === true ? { ...current, updatedAt: incoming.updatedAt } : incoming
      }
    },
  }
}
