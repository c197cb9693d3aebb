import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Changes } from '../../data/notes-store.ts'
import { type StorageError, toStorageError } from '../../data/storage-error.ts'
import type { Note } from '../../notebook/note.ts'
import type { Update } from '../../notebook/note-document.ts'

/** Longest time between a key and its write. */
const WRITE_AFTER = 200
/** How long nothing is typed before the writer is told that all is saved: the chip must not flicker while typing. */
const SETTLE_AFTER = 300
const RETRY_AFTER = 5000

/** Writes edits behind the writer's back. What is not known to be stored stays here, whatever fails. */
export type Saver = {
  /** True from a key until it is stored. */
  readonly saving: ReadonlySignal<boolean>
  readonly failure: ReadonlySignal<StorageError | undefined>
  /** `updates`: the changes of its document since the last call, oldest first. */
  save(note: Note, updates?: readonly Update[]): void
  /** True where this note has text that is not stored yet. */
  holds(id: string): boolean
  /** Drops what waits of a note that was deleted. */
  forget(id: string): void
  /** Drops everything that waits. */
  forgetAll(): void
  /** Starts writing at once, in this very turn: at `pagehide` there may be no other. Never rejects. */
  flush(): Promise<void>
}

/** What waits of one note. */
type Waiting = { readonly note: Note; readonly updates: readonly Update[] }

export type Put = (notes: readonly Note[], changes: Changes) => Promise<void>

export const createSaver = (put: Put): Saver => {
  const waiting = new Map<string, Waiting>()
  /** What is left of a note after this was written. */
  const written = (done: Waiting): void => {
    const now = waiting.get(done.note.id)
    if (now === undefined) return
    // Two writes may be under way at once: what each has stored is known by itself, not by how much it was.
    const stored = new Set(done.updates)
    const updates = now.updates.filter((update) => !stored.has(update))
    // The same text is the last one, whether or not another write has looked at it since.
    if (now.note === done.note) waiting.delete(done.note.id)
    else waiting.set(done.note.id, { note: now.note, updates })
  }
  const unsaved = signal(false)
  const typing = signal(false)
  const failure = signal<StorageError | undefined>(undefined)
  let writeTimer: ReturnType<typeof setTimeout> | undefined
  let settleTimer: ReturnType<typeof setTimeout> | undefined

  const update = (): void => {
    unsaved.value = waiting.size > 0
    if (waiting.size === 0) failure.value = undefined
  }

  const schedule = (after: number): void => {
    writeTimer ??= setTimeout(flush, after)
  }

  const flush = async (): Promise<void> => {
    clearTimeout(writeTimer)
    writeTimer = undefined
    const batch = [...waiting.values()]
    if (batch.length === 0) return
    try {
      await put(
        batch.map(({ note }) => note),
        new Map(batch.map(({ note, updates }) => [note.id, updates])),
      )
      for (const one of batch) written(one)
      failure.value = undefined
    } catch (thrown) {
      failure.value = toStorageError(thrown)
      schedule(RETRY_AFTER)
    }
    update()
  }

  return {
    saving: computed(() => unsaved.value || typing.value),
    failure,
    save(note, updates = []) {
      waiting.set(note.id, { note, updates: [...(waiting.get(note.id)?.updates ?? []), ...updates] })
      unsaved.value = true
      typing.value = true
      clearTimeout(settleTimer)
      settleTimer = setTimeout(() => {
        typing.value = false
      }, SETTLE_AFTER)
      schedule(WRITE_AFTER)
    },
    holds: (id) => waiting.has(id),
    forget(id) {
      waiting.delete(id)
      update()
    },
    forgetAll() {
      waiting.clear()
      update()
    },
    flush,
  }
}
