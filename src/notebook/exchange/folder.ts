import { fromUtf8 } from '../../base/bytes.ts'
import { type Attachment, attachmentAddress, type Bytes, type WholeAttachment } from '../attachment.ts'
import { cleanTags, type Note } from '../note.ts'
import { attachmentPath, FILE_LIST, withAddresses } from './attachment-paths.ts'
import { fromMarkdown } from './front-matter.ts'
import { type Imported, type Left, type LeftReason, LONGEST_NOTE, reasonOf } from './imported.ts'
import { readFileList } from './json.ts'
import { withLinks } from './links.ts'
import { endingOf, typeOfName } from './media-type.ts'
import type { PageRead, ReadPages } from './page-read.ts'
import { cleanPath, foldersBelow, isClutter, nameIn, resolvePath } from './paths.ts'

/** A file among others, as a zip or a folder has them. `read` may reject. */
export type FolderFile = { readonly path: string; read(): Promise<Bytes>; readonly modifiedAt?: number }

export type ReadOptions = {
  /** An id for what has none. */
  newId(): string
  readonly now: number
  readonly readPages: ReadPages
  /** Called often, with how much is done, from 0 to 1: it gives way to others. */
  step(done: number): Promise<void>
}

const kinds = { md: 'text', markdown: 'text', txt: 'text', html: 'page', htm: 'page' } as const
const packages = /^(?:zip|jex|tar|gz|tgz|7z|rar|enex|json)$/u

const kindOf = (path: string): 'text' | 'page' | 'file' =>
  Object.entries(kinds).find(([ending]) => ending === endingOf(path))?.[1] ?? 'file'

/** The text of bytes; undefined where they are none. Holdfast's own may hold NUL, since someone may have written it. */
export const textOf = (bytes: Bytes, isOwn = false): string | undefined => {
  try {
    const text = fromUtf8(bytes)
    return text.includes('\u0000') && !isOwn ? undefined : text
  } catch {
    return undefined
  }
}

type Own = {
  readonly paths: ReadonlySet<string>
  readonly byNote: ReadonlyMap<string, readonly Attachment[]>
}

type Folder = {
  /** Files by their clean paths. */
  readonly files: ReadonlyMap<string, FolderFile>
  /** The paths of the files of each name. */
  readonly byName: ReadonlyMap<string, readonly string[]>
  /** What a zip of Holdfast says of its attachments; undefined where it is not one. */
  readonly own: Own | undefined
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly linked: Set<string>
}

/** Another file that an address in a note stands for: by its path, or by its name where only one has it. */
const fileAt = ({ files, byName }: Folder, note: string, address: string, isEmbed: boolean): string | undefined => {
  const path = resolvePath(note, address)
  if (path === undefined) return undefined
  if (files.has(path) && !isEmbed) return kindOf(path) === 'file' ? path : undefined
  const named = byName.get(nameIn(path).toLowerCase()) ?? []
  return named.length === 1 && named[0] !== undefined && kindOf(named[0]) === 'file' ? named[0] : undefined
}

/** A note with the files that its text names. */
const withFiles = async (folder: Folder, path: string, note: Note, newId: () => string): Promise<Imported> => {
  const ids = new Map<string, string>()
  const body = withLinks(note.body, (address, isEmbed) => {
    const found = fileAt(folder, path, address, isEmbed)
    if (found === undefined) return undefined
    const id = ids.get(found) ?? newId()
    ids.set(found, id)
    return attachmentAddress(id)
  })
  const files: WholeAttachment[] = []
  const left: Left[] = []
  for (const [found, id] of ids) {
    folder.linked.add(found)
    const name = nameIn(found)
    const read = folder.files.get(found)?.read()
    const bytes = await read?.catch((thrown: unknown) => {
      left.push({ name: found, reason: reasonOf(thrown) })
      return undefined
    })
    if (bytes === undefined) continue
    const about = { id, noteId: note.id, name, type: typeOfName(name), size: bytes.length, createdAt: note.createdAt }
    files.push({ attachment: { ...about, text: '', duration: null }, bytes })
  }
  return { notes: [{ ...note, body }], files, left }
}

/** A note of a zip of Holdfast's own, with the files that the zip says to be of it. */
const withOwn = async (folder: Folder, own: Own, note: Note): Promise<Imported> => {
  const listed = own.byNote.get(note.id) ?? []
  const files: WholeAttachment[] = []
  const left: Left[] = []
  for (const attachment of listed) {
    const path = attachmentPath(attachment)
    const bytes = await folder.files.get(path)?.read()
    folder.linked.add(path)
    if (bytes === undefined) left.push({ name: path, reason: 'IMPORT_UNREADABLE' })
    else files.push({ attachment, bytes })
  }
  return { notes: [{ ...note, body: withAddresses(note.body, listed) }], files, left }
}

/** The note that a page is, with the files that stood in it. */
export const noteOfPage = (
  { markdown, about, embedded }: PageRead,
  named: { readonly name: string; readonly id: string; readonly now: number },
): Imported => {
  const bare = about === undefined ? fromMarkdown(markdown, named) : undefined
  const createdAt = about?.createdAt ?? bare?.createdAt ?? named.now
  const note: Note = {
    ...{ id: named.id, title: about?.title ?? bare?.title ?? '', body: bare?.body ?? markdown },
    ...{ pinned: false, tags: cleanTags(about?.tags ?? bare?.tags ?? []), trashedAt: null },
    ...{ createdAt, updatedAt: about?.updatedAt ?? bare?.updatedAt ?? createdAt },
  }
  const files = embedded.map(({ id, name, type, bytes }): WholeAttachment => {
    const more = { size: bytes.length, createdAt, text: '', duration: null }
    return { attachment: { id, noteId: note.id, name, type, ...more }, bytes }
  })
  return { notes: [note], files, left: [] }
}

const together = (all: readonly Imported[]): Imported => ({
  notes: all.flatMap(({ notes }) => notes),
  files: all.flatMap(({ files }) => files),
  left: all.flatMap(({ left }) => left),
})

const readOne = async (folder: Folder, path: string, file: FolderFile, options: ReadOptions): Promise<Imported> => {
  const text = textOf(await file.read(), folder.own !== undefined)
  if (text === undefined) return leftOut(path, 'IMPORT_NO_TEXT')
  const named = () => ({ name: path, id: options.newId(), now: file.modifiedAt ?? options.now })
  if (kindOf(path) === 'page') {
    const pages = (await options.readPages(text)).map((page) => noteOfPage(page, named()))
    const linked = pages.flatMap(({ notes, files }) =>
      notes.map(async (note) => {
        const whole = await withFiles(folder, path, note, options.newId)
        return { ...whole, files: [...files, ...whole.files] }
      }),
    )
    return together(await Promise.all(linked))
  }
  const fallback = named()
  const note = fromMarkdown(text, fallback)
  if (note.id !== fallback.id && folder.own !== undefined) return withOwn(folder, folder.own, note)
  const tags = note.id === fallback.id ? cleanTags([...note.tags, ...(folder.tags.get(path) ?? [])]) : note.tags
  const tagged = { ...note, tags }
  // Nobody looks for links in what is longer than a note may be.
  if (note.body.length > LONGEST_NOTE) return { notes: [tagged], files: [], left: [] }
  return withFiles(folder, path, tagged, options.newId)
}

const leftOut = (name: string, reason: LeftReason): Imported => ({ notes: [], files: [], left: [{ name, reason }] })

const ownOf = async (file: FolderFile | undefined): Promise<Own | undefined> => {
  const text = file === undefined ? undefined : textOf(await file.read())
  const listed = text === undefined ? undefined : readFileList(text)
  if (listed === undefined) return undefined
  return { paths: new Set(listed.map(attachmentPath)), byNote: Map.groupBy(listed, ({ noteId }) => noteId) }
}

const foldersAsTags = (paths: readonly string[]): ReadonlyMap<string, readonly string[]> =>
  foldersBelow(paths.filter((path) => kindOf(path) !== 'file'))

const open = async (
  all: readonly FolderFile[],
): Promise<{ readonly folder: Folder; readonly left: readonly Left[] }> => {
  const files = new Map<string, FolderFile>()
  const left: Left[] = []
  for (const file of all) {
    const path = cleanPath(file.path)
    if (path === undefined) left.push({ name: file.path, reason: 'IMPORT_NAME' })
    else if (!isClutter(path)) files.set(freePath(files, path), file)
  }
  const byName = Map.groupBy(files.keys(), (path) => nameIn(path).toLowerCase())
  const own = await ownOf(files.get(FILE_LIST))
  return { folder: { files, byName, own, tags: foldersAsTags([...files.keys()]), linked: new Set() }, left }
}

/** Two files of one path are two files all the same. */
const freePath = (files: ReadonlyMap<string, FolderFile>, path: string): string => {
  let free = path
  for (let count = 2; files.has(free); count += 1) free = path.replace(/(\.[^./]*)?$/u, ` (${count})$1`)
  return free
}

const reasonFor = (path: string): LeftReason => (packages.test(endingOf(path)) ? 'IMPORT_NESTED' : 'IMPORT_UNLINKED')

/**
 * The notes of a folder, one by one, with the files that belong to them, and at last what belongs to none. A zip of Holdfast's
 * own says itself which these are; in those of others the links of the notes say it, and the folders become tags.
 */
export async function* readFolder(all: readonly FolderFile[], options: ReadOptions): AsyncGenerator<Imported> {
  const { folder, left } = await open(all)
  yield { notes: [], files: [], left }
  const isOwn = (path: string): boolean => folder.own?.paths.has(path) ?? false
  let done = 0
  for (const [path, file] of folder.files) {
    done += 1
    await options.step(done / folder.files.size)
    if (kindOf(path) === 'file' || isOwn(path)) continue
    yield await readOne(folder, path, file, options).catch((thrown: unknown) => leftOut(path, reasonOf(thrown)))
  }
  for (const path of folder.files.keys()) {
    const isNote = kindOf(path) !== 'file' && !isOwn(path)
    const isList = path === FILE_LIST && folder.own !== undefined
    if (!isNote && !isList && !folder.linked.has(path))
      yield leftOut(path, isOwn(path) ? 'IMPORT_ORPHAN' : reasonFor(path))
  }
}
