import type { Attachment, Bytes, WholeAttachment } from '../../notebook/attachment.ts'
import type { EnexNote } from '../../notebook/exchange/enex.ts'
import { type FolderFile, noteOfPage, type ReadOptions, readFolder } from '../../notebook/exchange/folder.ts'
import { withFacts } from '../../notebook/exchange/front-matter.ts'
import { ImportError, type Imported, type Left, MOST_BYTES, MOST_FILE } from '../../notebook/exchange/imported.ts'
import { readJex } from '../../notebook/exchange/jex.ts'
import { readJson } from '../../notebook/exchange/json.ts'
import { cleanType, endingFor, endingOf } from '../../notebook/exchange/media-type.ts'
import { readZip } from '../../notebook/exchange/zip.ts'
import { type Directory, END_WITHIN, findDirectory, readDirectory } from '../../notebook/exchange/zip-directory.ts'
import { t } from '../ui/language.ts'
import type { Given } from './given.ts'

/** Called often while a file is read, with how much of it is done: it gives way to what else the page has to do. */
export type Step = (done: number) => Promise<void>

/** So many bytes of a zip are looked at in one go: a turn of some milliseconds even where they unfold a thousandfold. */
const SLICE = 16 * 1024
/** The same of a text. */
const TEXT_SLICE = 64 * 1024

const bytesIn = async (file: Blob): Promise<Bytes> => new Uint8Array(await file.arrayBuffer())

/** The bytes of a file in pieces. */
async function* slicesOf(file: Blob, length: number, step: Step): AsyncGenerator<Bytes> {
  for (let at = 0; at < file.size; at += length) {
    await step(at / file.size)
    yield await bytesIn(file.slice(at, at + length))
  }
}

/** The text of a file in pieces. Throws an `ImportError` where it is none. */
async function* textsOf(file: Blob, step: Step): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Bytes): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (thrown) {
      throw new ImportError('IMPORT_DAMAGED', thrown)
    }
  }
  for await (const bytes of slicesOf(file, TEXT_SLICE, step)) yield decode(bytes)
  yield decode()
}

/** What the end of a zip says of it. Rejects with an `ImportError`. */
const directoryOf = async (file: Blob): Promise<Directory> => {
  const { at, length } = findDirectory(await bytesIn(file.slice(Math.max(0, file.size - END_WITHIN))))
  return readDirectory(await bytesIn(file.slice(at, at + length)))
}

async function* fromZip(file: File, options: ReadOptions): AsyncGenerator<Imported> {
  const directory = await directoryOf(file)
  const reader = readZip()
  let at = 0
  for await (const bytes of slicesOf(file, SLICE, (done) => options.step(done / 2))) {
    at += bytes.length
    reader.push(bytes, at >= file.size)
  }
  yield* readFolder(reader.files(directory), { ...options, step: (done) => options.step((1 + done) / 2) })
}

/** Each note of an export with the files that belong to it, and what belongs to none. */
async function* perNote({ notes, files, left }: Imported, step: Step): AsyncGenerator<Imported> {
  const byNote = Map.groupBy(files, ({ attachment }) => attachment.noteId)
  const ids = new Set(notes.map(({ id }) => id))
  for (const [at, note] of notes.entries()) {
    await step((1 + at / notes.length) / 2)
    yield { notes: [note], files: byNote.get(note.id) ?? [], left: [] }
  }
  const orphans = files.filter(({ attachment }) => !ids.has(attachment.noteId))
  const lost = orphans.map(({ attachment }): Left => ({ name: attachment.name, reason: 'IMPORT_ORPHAN' }))
  yield { notes: [], files: [], left: [...left, ...lost] }
}

async function* fromJsonFile(file: File, { step }: ReadOptions): AsyncGenerator<Imported> {
  const reader = readJson()
  for await (const text of textsOf(file, (done) => step(done / 2))) reader.push(text)
  yield* perNote(reader.end(), step)
}

/** A note of Evernote as one of ours. */
const fromEnexNote = async (enex: EnexNote, options: ReadOptions): Promise<Imported> => {
  const { enmlToHtml } = await import('../../notebook/exchange/enml.ts')
  const id = options.newId()
  const createdAt = enex.createdAt ?? enex.updatedAt ?? options.now
  const files = enex.resources.map(({ hash, type, name, bytes }, at): WholeAttachment & { readonly hash: string } => {
    const known = cleanType(type.trim())
    const called = name.trim() || `${t.attachedFile} ${at + 1}${endingFor(known)}`
    const about = { id: options.newId(), noteId: id, name: called, type: known, size: bytes.length, createdAt }
    return { hash, attachment: { ...about, text: '', duration: null } satisfies Attachment, bytes }
  })
  const media = new Map(files.map(({ hash, attachment }) => [hash, attachment]))
  const { html, missing } = enmlToHtml(enex.content, { media, tasks: enex.tasks, encrypted: t.importEncrypted })
  const [page = { markdown: '', embedded: [] }] = await options.readPages(html)
  const about = { title: enex.title, tags: enex.tags, createdAt, updatedAt: enex.updatedAt ?? createdAt }
  const markdown = withFacts(page.markdown, { title: enex.title, source: enex.source })
  const read = noteOfPage({ markdown, about, embedded: page.embedded }, { name: '', id, now: createdAt })
  const lost = missing.map((hash): Left => ({ name: `${enex.title} / ${hash}`, reason: 'IMPORT_UNREADABLE' }))
  const whole = files.map(({ attachment, bytes }) => ({ attachment, bytes }))
  return { notes: read.notes, files: [...whole, ...read.files], left: [...enex.left, ...lost] }
}

const tryEnexNote = async (enex: EnexNote, options: ReadOptions): Promise<Imported> => {
  try {
    return await fromEnexNote(enex, options)
  } catch (thrown) {
    const reason = thrown instanceof ImportError && thrown.code === 'IMPORT_UNSAFE' ? thrown.code : 'IMPORT_UNREADABLE'
    return { notes: [], files: [], left: [...enex.left, { name: enex.title, reason }] }
  }
}

async function* fromEnex(file: File, options: ReadOptions): AsyncGenerator<Imported> {
  const { readEnex } = await import('../../notebook/exchange/enex.ts')
  const reader = readEnex()
  for await (const text of textsOf(file, options.step)) {
    for (const enex of reader.push(text)) yield await tryEnexNote(enex, options)
  }
  const left = reader
    .end()
    .map(({ name, reason }): Left => ({ name: [file.name, name].filter(Boolean).join(' / '), reason }))
  yield { notes: [], files: [], left }
}

const fromJex = (file: File, options: ReadOptions): AsyncGenerator<Imported> => {
  const read = (at: number, length: number): Promise<Bytes> => bytesIn(file.slice(at, at + length))
  return readJex({ size: file.size, read }, file.name, options)
}

const asFolderFile = ({ file, path }: Given): FolderFile => ({
  path,
  modifiedAt: file.lastModified || Date.now(),
  read: async () => {
    if (file.size > MOST_FILE) throw new ImportError('IMPORT_TOO_LARGE')
    return bytesIn(file)
  },
})

/** Something to import: a file that holds many notes, or files that belong together. */
export type Source = { readonly name: string; read(options: ReadOptions): AsyncGenerator<Imported> }

const isZip = async (file: File): Promise<boolean> => {
  const [first, second] = await bytesIn(file.slice(0, 2))
  return first === 0x50 && second === 0x4b
}

const refuse = (code: 'IMPORT_DAMAGED' | 'IMPORT_TOO_LARGE'): Source['read'] =>
  // biome-ignore lint/correctness/useYield: it has nothing to give
  async function* () {
    throw new ImportError(code)
  }

const readerFor = async ({ file, path }: Given): Promise<Source['read'] | undefined> => {
  const ending = endingOf(file.name)
  if (file.size > MOST_BYTES) return refuse('IMPORT_TOO_LARGE')
  if (ending === 'enex') return (options) => fromEnex(file, options)
  if (ending === 'jex') return (options) => fromJex(file, options)
  // What lies in a folder may be a file that a note beside it names, whatever it is.
  if (path !== file.name) return undefined
  if (ending === 'zip') return (await isZip(file)) ? (options) => fromZip(file, options) : refuse('IMPORT_DAMAGED')
  return ending === 'json' ? (options) => fromJsonFile(file, options) : undefined
}

/** What files are to be read as: packages one by one, and all others together, since a text may name the pictures beside it. */
export const sourcesOf = async (given: readonly Given[]): Promise<readonly Source[]> => {
  const sources: Source[] = []
  const loose: Given[] = []
  for (const one of given) {
    const read = await readerFor(one)
    if (read === undefined) loose.push(one)
    else sources.push({ name: one.path, read })
  }
  const [first] = loose
  if (first === undefined) return sources
  return [...sources, { name: first.path, read: (options) => readFolder(loose.map(asFolderFile), options) }]
}
