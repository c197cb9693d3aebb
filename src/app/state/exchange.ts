import { type ReadonlySignal, signal } from '@preact/signals'
import type { AttachmentsStore } from '../../data/attachments-store.ts'
import type { ImportCount, ImportStore } from '../../data/import-store.ts'
import type { Attachment, Bytes } from '../../notebook/attachment.ts'
import { fromMarkdown } from '../../notebook/exchange/front-matter.ts'
import { ImportError, type Imported, LONGEST_NOTE, MOST_FILE } from '../../notebook/exchange/imported.ts'
import { fromJson, jsonParts } from '../../notebook/exchange/json.ts'
import { createZip, readZip } from '../../notebook/exchange/zip.ts'
import { type Directory, END_WITHIN, findDirectory, readDirectory } from '../../notebook/exchange/zip-directory.ts'
import type { Note } from '../../notebook/note.ts'

export type ExportFormat = 'markdown' | 'json' | 'html'

/** What is under way: how much of it is done, from 0 to 1. */
export type Progress = { readonly what: 'import' | 'export'; readonly done: number }

export type ImportResult = ImportCount & { readonly left: readonly string[] }

export type Exchange = {
  readonly progress: ReadonlySignal<Progress | undefined>
  /** All notes and their files as one file. Rejects with a `StorageError`, or an `ImportError` where it was cancelled. */
  exportAll(notes: readonly Note[], format: ExportFormat): Promise<File>
  /** Takes in files. Rejects with an `ImportError` or a `StorageError`; what was taken in before stays. */
  importFiles(files: readonly File[]): Promise<ImportResult>
  cancel(): void
}

/** So many bytes of a file are looked at in one go: a turn of some milliseconds even where they unfold a thousandfold. */
const SLICE = 16 * 1024
/** So many notes are stored in one go. */
const BATCH = 200

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const endingOf = (name: string): string => /\.([a-z0-9]+)$/iu.exec(name)?.[1]?.toLowerCase() ?? ''

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/** The bytes of a text; a file that is none is damaged, or no text at all. */
const textOf = async (file: File): Promise<string> => {
  if (file.size > MOST_FILE) throw new ImportError('IMPORT_TOO_LARGE')
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(await file.arrayBuffer())
    if (text.includes('\u0000')) throw new ImportError('IMPORT_UNKNOWN')
    return text
  } catch (thrown) {
    throw thrown instanceof ImportError ? thrown : new ImportError('IMPORT_UNKNOWN', thrown)
  }
}

const bytesIn = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer())

/** What the end of a zip says of it. Rejects with an `ImportError`. */
const directoryOf = async (file: File): Promise<Directory> => {
  const { at, length } = findDirectory(await bytesIn(file.slice(Math.max(0, file.size - END_WITHIN))))
  return readDirectory(await bytesIn(file.slice(at, at + length)))
}

/** A note that is too long to be written in comes as a file that belongs to a short one. */
const shortened = (note: Note): Imported => {
  const bytes: Bytes = new TextEncoder().encode(note.body)
  const id = crypto.randomUUID()
  const name = 'text.md'
  const attachment: Attachment = {
    ...{ id, noteId: note.id, name, type: 'text/markdown', size: bytes.length, createdAt: note.createdAt },
    ...{ text: note.body, duration: null },
  }
  return { notes: [{ ...note, body: `[${name}](attachment:${id})` }], files: [{ attachment, bytes }], left: [] }
}

const unfold = (imported: Imported): Imported => {
  const long = imported.notes.filter(({ body }) => body.length > LONGEST_NOTE).map(shortened)
  return {
    notes: [...imported.notes.filter(({ body }) => body.length <= LONGEST_NOTE), ...long.flatMap(({ notes }) => notes)],
    files: [...imported.files, ...long.flatMap(({ files }) => files)],
    left: imported.left,
  }
}

export type ExchangeOptions = {
  readonly attachments: AttachmentsStore
  readonly store: ImportStore
  /** Markdown as safe HTML, and HTML as Markdown. */
  readonly markup: { toHtml(markdown: string): Promise<string>; fromHtml(html: string): Promise<string> }
  /** The frame of an exported page. */
  page(title: string, body: string): string
}

export const createExchange = ({ attachments, store, markup, page }: ExchangeOptions): Exchange => {
  const progress = signal<Progress | undefined>(undefined)
  let cancelled = false
  const step = async (what: Progress['what'], done: number): Promise<void> => {
    if (cancelled) throw new ImportError('IMPORT_CANCELLED')
    progress.value = { what, done: Math.min(1, done) }
    await turn()
  }
  const during = async <T>(what: Progress['what'], work: () => Promise<T>): Promise<T> => {
    cancelled = false
    progress.value = { what, done: 0 }
    try {
      return await work()
    } finally {
      progress.value = undefined
    }
  }
  const bytesOf = async ({ id }: Attachment): Promise<Bytes> =>
    new Uint8Array(await (await attachments.read(id)).arrayBuffer())

  const writeZip = async (notes: readonly Note[], files: readonly Attachment[]): Promise<readonly Blob[]> => {
    const parts: Blob[] = []
    const zip = createZip((bytes) => parts.push(new Blob([bytes])))
    const byNote = Map.groupBy(files, ({ noteId }) => noteId)
    const total = notes.length + files.length
    for (const [at, note] of notes.entries()) {
      if (at % 20 === 0) await step('export', at / total)
      zip.note(note, byNote.get(note.id) ?? [])
    }
    for (const [at, attachment] of files.entries()) {
      await step('export', (notes.length + at) / total)
      zip.file({ attachment, bytes: await bytesOf(attachment) })
    }
    zip.end(files)
    return parts
  }
  const writeJson = async (notes: readonly Note[], files: readonly Attachment[]): Promise<readonly BlobPart[]> => {
    const parts: BlobPart[] = [jsonParts.start]
    const total = notes.length + files.length
    for (const [at, note] of notes.entries()) {
      if (at % 100 === 0) await step('export', at / total)
      parts.push(jsonParts.note(note, at === 0))
    }
    parts.push(jsonParts.between)
    for (const [at, attachment] of files.entries()) {
      await step('export', (notes.length + at) / total)
      parts.push(new Blob([jsonParts.file({ attachment, bytes: await bytesOf(attachment) }, at === 0)]))
    }
    return [...parts, jsonParts.end]
  }
  const writeHtml = async (notes: readonly Note[]): Promise<readonly BlobPart[]> => {
    const bodies: string[] = []
    for (const [at, note] of notes.entries()) {
      if (at % 20 === 0) await step('export', at / notes.length)
      bodies.push(await markup.toHtml(`# ${note.title}\n\n${note.body}`))
    }
    return [page('Holdfast', bodies.join('\n<hr>\n'))]
  }

  const readZipFile = async (file: File, tell: (done: number) => Promise<void>): Promise<Imported> => {
    const directory = await directoryOf(file)
    const reader = readZip()
    for (let at = 0; at < file.size; at += SLICE) {
      if (at % (8 * SLICE) === 0) await tell(at / file.size)
      const bytes = new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer())
      reader.push(bytes, at + SLICE >= file.size)
    }
    return reader.imported(directory, () => crypto.randomUUID(), Date.now())
  }
  const readFile = async (file: File, tell: (done: number) => Promise<void>): Promise<Imported> => {
    const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
    const ending = endingOf(file.name)
    if (isZip(head)) return readZipFile(file, tell)
    if (ending === 'zip') throw new ImportError('IMPORT_DAMAGED')
    const named = { name: file.name, id: crypto.randomUUID(), now: file.lastModified || Date.now() }
    if (ending === 'json') return fromJson(await textOf(file))
    if (ending === 'html' || ending === 'htm') {
      const body = await markup.fromHtml(await textOf(file))
      return { notes: [fromMarkdown(body, named)], files: [], left: [] }
    }
    if (['md', 'markdown', 'txt', ''].includes(ending)) {
      return { notes: [fromMarkdown(await textOf(file), named)], files: [], left: [] }
    }
    throw new ImportError('IMPORT_UNKNOWN')
  }

  return {
    progress,
    exportAll: (notes, format) =>
      during('export', async () => {
        const files = await attachments.all()
        const ids = new Set(notes.map(({ id }) => id))
        const kept = files.filter(({ noteId }) => ids.has(noteId))
        const day = new Date().toISOString().slice(0, 10)
        if (format === 'json') {
          return new File([...(await writeJson(notes, kept))], `holdfast-${day}.json`, { type: 'application/json' })
        }
        if (format === 'html') {
          return new File([...(await writeHtml(notes))], `holdfast-${day}.html`, { type: 'text/html' })
        }
        return new File([...(await writeZip(notes, kept))], `holdfast-${day}.zip`, { type: 'application/zip' })
      }),
    importFiles: (files) =>
      during('import', async () => {
        const count = { added: 0, same: 0, copied: 0 }
        const left: string[] = []
        for (const [at, file] of files.entries()) {
          const tell = (done: number) => step('import', (at + done / 2) / files.length)
          const imported = unfold(await readFile(file, tell))
          left.push(...imported.left)
          const byNote = Map.groupBy(imported.files, ({ attachment }) => attachment.noteId)
          for (let from = 0; from < imported.notes.length; from += BATCH) {
            await tell(1 + from / imported.notes.length)
            const notes = imported.notes.slice(from, from + BATCH)
            const stored = await store.add(
              notes,
              notes.flatMap(({ id }) => byNote.get(id) ?? []),
            )
            count.added += stored.added
            count.same += stored.same
            count.copied += stored.copied
          }
        }
        return { ...count, left }
      }),
    cancel() {
      cancelled = true
    },
  }
}
