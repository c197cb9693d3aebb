import { type ReadonlySignal, signal } from '@preact/signals'
import type { AttachmentsStore } from '../../data/attachments-store.ts'
import type { ImportCount, ImportStore } from '../../data/import-store.ts'
import { StorageError } from '../../data/storage-error.ts'
import type { Attachment, Bytes } from '../../notebook/attachment.ts'
import { safeName } from '../../notebook/exchange/attachment-paths.ts'
import {
  ImportError,
  type Imported,
  isImportErrorCode,
  type Left,
  LONGEST_NOTE,
  reasonOf,
} from '../../notebook/exchange/imported.ts'
import type { Note } from '../../notebook/note.ts'
import type { Markup } from '../markdown/markup.ts'
import { type Exported, type ExportFormat, type ExportSource, writeExport, writeMarkdown } from './export-write.ts'
import type { Given } from './given.ts'
import { createIdentities, type Identities } from './import-identity.ts'
import { type Source, type Step, sourcesOf } from './import-read.ts'
import { createPace } from './pace.ts'

/** What is under way: how much of it is done, from 0 to 1. */
export type Progress = { readonly what: 'import' | 'export'; readonly done: number }

export type ImportResult = ImportCount & {
  /** What could not be taken in, and why. */
  readonly left: readonly Left[]
  /** Whether it was ended before its end. What is counted was stored before. */
  readonly cancelled: boolean
}

export type Exchange = {
  readonly progress: ReadonlySignal<Progress | undefined>
  /** What the last import could not take in. */
  readonly left: ReadonlySignal<readonly Left[]>
  /** All notes and their files as one file. Rejects with a `StorageError`, or an `ImportError` where it was cancelled. */
  exportAll(notes: readonly Note[], format: ExportFormat): Promise<Exported>
  /** One note with its files. `otherwise`: its name where it has no title. */
  exportNote(note: Note, format: 'markdown' | 'html', otherwise: string): Promise<Exported>
  /**
   * Takes in files. What cannot be read is told with its reason; where there is nothing else, it rejects with an `ImportError`.
   * Rejects with a `StorageError` where there is no room; what was taken in before stays. `lost`: what could not be read before.
   */
  importFiles(given: readonly Given[], lost?: readonly Left[]): Promise<ImportResult>
  cancel(): void
}

/** So many notes, and so many bytes, are stored in one go. */
const BATCH = 100
const BATCH_BYTES = 8 * 1024 ** 2

/** A note that is too long to be written in comes as a file that belongs to a short one. */
const shortened = (note: Note, newId: () => string): Imported => {
  const bytes: Bytes = new TextEncoder().encode(note.body)
  const id = newId()
  const name = 'text.md'
  const attachment: Attachment = {
    ...{ id, noteId: note.id, name, type: 'text/markdown', size: bytes.length, createdAt: note.createdAt },
    // For search, as far as a note may be long.
    ...{ text: note.body.slice(0, LONGEST_NOTE).toWellFormed(), duration: null },
  }
  return { notes: [{ ...note, body: `[${name}](attachment:${id})` }], files: [{ attachment, bytes }], left: [] }
}

const unfold = (imported: Imported, newId: () => string): Imported => {
  const isLong = ({ body }: Note): boolean => body.length > LONGEST_NOTE
  const long = imported.notes.filter(isLong).map((note) => shortened(note, newId))
  return {
    notes: [...imported.notes.filter((note) => !isLong(note)), ...long.flatMap(({ notes }) => notes)],
    files: [...imported.files, ...long.flatMap(({ files }) => files)],
    left: imported.left,
  }
}

export type ExchangeOptions = {
  readonly attachments: AttachmentsStore
  readonly store: ImportStore
  readonly markup: Markup
}

/** Takes in what sources give, some at a time, and counts it. */
const createTaker = (store: ImportStore, { newId, settle }: Identities) => {
  const count = { added: 0, same: 0, copied: 0 }
  const left: Left[] = []
  let waiting: Imported[] = []
  let size = 0
  const flush = async (): Promise<void> => {
    const settled = await Promise.all(waiting.map(settle))
    ;[waiting, size] = [[], 0]
    const notes = settled.flatMap((one) => one.notes)
    if (notes.length === 0) return
    const stored = await store.add(
      notes,
      settled.flatMap(({ files }) => files),
    )
    count.added += stored.added
    count.same += stored.same
    count.copied += stored.copied
  }
  return {
    left,
    flush,
    async take(imported: Imported): Promise<void> {
      const unfolded = unfold(imported, newId)
      left.push(...unfolded.left)
      waiting.push(unfolded)
      size += unfolded.files.reduce((sum, { bytes }) => sum + bytes.length, 0)
      if (waiting.length >= BATCH || size >= BATCH_BYTES) await flush()
    },
    result: (cancelled: boolean): ImportResult => ({ ...count, left, cancelled }),
  }
}

type Taker = ReturnType<typeof createTaker>

const isCancelled = (thrown: unknown): boolean => thrown instanceof ImportError && thrown.code === 'IMPORT_CANCELLED'

/** Takes in one source. Where it cannot be read to its end, what came before that is stored. */
const takeSource = async (taker: Taker, read: AsyncGenerator<Imported>, name: string): Promise<void> => {
  try {
    for await (const imported of read) await taker.take(imported)
  } catch (thrown) {
    if (thrown instanceof StorageError || isCancelled(thrown)) throw thrown
    taker.left.push({ name, reason: reasonOf(thrown) })
  }
  await taker.flush()
}

const isNothing = ({ added, same, copied }: ImportResult): boolean => added + same + copied === 0

/** Why nothing at all came of one file, where it is a single reason. */
const failureOf = (given: readonly Given[], result: ImportResult): ImportError | undefined => {
  const [only, ...others] = result.left
  const isAlone = given.length === 1 && others.length === 0 && isNothing(result) && only?.name === given[0]?.path
  if (!isAlone || only === undefined) return undefined
  const { reason } = only
  if (reason === 'IMPORT_UNLINKED' || reason === 'IMPORT_NESTED' || reason === 'IMPORT_NO_TEXT')
    return new ImportError('IMPORT_UNKNOWN')
  return isImportErrorCode(reason) ? new ImportError(reason) : undefined
}

export const createExchange = ({ attachments, store, markup }: ExchangeOptions): Exchange => {
  const progress = signal<Progress | undefined>(undefined)
  const left = signal<readonly Left[]>([])
  let cancelled = false
  const stepOf = (what: Progress['what']): Step => {
    const pace = createPace((done) => {
      progress.value = { what, done: Math.min(1, done) }
    })
    return async (done) => {
      if (cancelled) throw new ImportError('IMPORT_CANCELLED')
      await pace(done)
    }
  }
  const during = async <T>(what: Progress['what'], work: (step: Step) => Promise<T>): Promise<T> => {
    cancelled = false
    progress.value = { what, done: 0 }
    try {
      return await work(stepOf(what))
    } finally {
      progress.value = undefined
    }
  }
  const bytesOf = async ({ id }: Attachment): Promise<Bytes> =>
    new Uint8Array(await (await attachments.read(id)).arrayBuffer())
  const sourceOf = async (notes: readonly Note[], step: Step): Promise<ExportSource> => {
    const ids = new Set(notes.map(({ id }) => id))
    const files = (await attachments.all()).filter(({ noteId }) => ids.has(noteId))
    return { notes, files, bytesOf, step, write: markup.write }
  }
  const takeAll = async (
    taker: Taker,
    identities: Identities,
    sources: readonly Source[],
    step: Step,
  ): Promise<void> => {
    for (const [at, { name, read }] of sources.entries()) {
      const tell: Step = (done) => step((at + done) / sources.length)
      const options = { newId: identities.newId, now: Date.now(), readPages: markup.read, step: tell }
      await takeSource(taker, read(options), name)
    }
  }
  return {
    progress,
    left,
    exportAll: (notes, format) =>
      during('export', async (step) => {
        const name = `holdfast-${new Date().toISOString().slice(0, 10)}`
        return writeExport(await sourceOf(notes, step), format, { name, title: 'Holdfast' })
      }),
    exportNote: (note, format, otherwise) =>
      during('export', async (step) => {
        const source = await sourceOf([note], step)
        if (format === 'markdown') return writeMarkdown(source, note, otherwise)
        return writeExport(source, 'html', { name: safeName(note.title, otherwise), title: note.title })
      }),
    importFiles: (given, lost = []) =>
      during('import', async (step) => {
        const identities = createIdentities()
        const taker = createTaker(store, identities)
        left.value = []
        taker.left.push(...lost)
        try {
          await takeAll(taker, identities, await sourcesOf(given), step)
        } catch (thrown) {
          if (isCancelled(thrown)) return taker.result(true)
          throw thrown
        } finally {
          left.value = [...taker.left]
        }
        const result = taker.result(false)
        const failure = failureOf(given, result)
        if (failure !== undefined) throw failure
        return result
      }),
    cancel() {
      cancelled = true
    },
  }
}
