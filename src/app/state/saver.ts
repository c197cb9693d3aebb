import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type StorageError, toStorageError } from '../../data/storage-error.ts'
import type { Note } from '../../notebook/note.ts'

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
  save(note: Note): void
  /** True where this note has text that is not stored yet. */
  holds(id: string): boolean
  /** Drops what waits of a note that was deleted. */
  forget(id: string): void
  /** Drops everything that waits. */
  forgetAll(): void
  /** Starts writing at once, in this very turn: at `pagehide` there may be no other. Never rejects. */
  flush(): Promise<void>
}

export const createSaver = (put: (notes: readonly Note[]) => Promise<void>): Saver => {
  const waiting = new Map<string, Note>()
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
      await put(batch)
      for (const note of batch) if (waiting.get(note.id) === note) waiting.delete(note.id)
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
    save(note) {
      waiting.set(note.id, note)
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
