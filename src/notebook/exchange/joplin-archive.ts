import type { Bytes } from '../attachment.ts'
import { textOf } from './folder.ts'
import { ImportError, type Left, type LeftReason, MOST_BYTES, MOST_FILE, reasonOf } from './imported.ts'
import { type JoplinItem, readItem } from './joplin-item.ts'
import { endingOf } from './media-type.ts'
import { belowShared, cleanPath, nameIn } from './paths.ts'
import { buffered, listTar, type Readable, type TarEntry } from './tar.ts'

type Step = (done: number) => Promise<void>

/** A note in an archive, whose text is read when its turn comes. */
export type HeldNote = { readonly entry: TarEntry; readonly tags: readonly string[] }

/** What an archive of Joplin has: items, `<id>.md` each, and what is attached, as `resources/<id>.<ending>`. */
export type Archive = {
  readonly notes: readonly HeldNote[]
  readonly resources: ReadonlyMap<string, JoplinItem>
  /** What is attached, by the ids of its resources. */
  readonly files: ReadonlyMap<string, TarEntry>
  readonly left: readonly Left[]
  /** Rejects with an `ImportError`. */
  itemAt(entry: TarEntry): Promise<JoplinItem>
  /** Rejects with an `ImportError`. */
  bytesOf(entry: TarEntry): Promise<Bytes>
}

const bareName = (path: string): string => nameIn(path).replace(/\.[^.]*$/u, '')

/** The id of an item: what it says itself, or else what its file is called. */
const idOf = (item: JoplinItem, { path }: TarEntry): string | undefined =>
  [item.fact('id'), bareName(path)].find((id) => /^[0-9a-f]{32}$/u.test(id))

/** The items of each kind, as they come. */
const createShelf = () => {
  const byKind = {
    folder: new Map<string, JoplinItem>(),
    resource: new Map<string, JoplinItem>(),
    tag: new Map<string, JoplinItem>(),
  }
  const notes: { readonly entry: TarEntry; readonly id: string | undefined; readonly folder: string }[] = []
  const tagsOf = new Map<string, string[]>()
  /** False where nobody knows what it is for. */
  const put = (item: JoplinItem, entry: TarEntry): LeftReason | undefined => {
    const id = idOf(item, entry)
    if (item.kind === 'note') notes.push({ entry, id, folder: item.fact('parent_id') })
    else if (item.kind === 'other') return 'IMPORT_UNLINKED'
    else if (item.kind === 'note-tag') {
      const note = item.fact('note_id')
      tagsOf.set(note, [...(tagsOf.get(note) ?? []), item.fact('tag_id')])
    } else if (id === undefined) return 'IMPORT_UNREADABLE'
    else byKind[item.kind].set(id, item)
    return undefined
  }
  const foldersOf = (id: string): readonly string[] => {
    const found = new Map<string, string>()
    for (let at = id; !found.has(at); ) {
      const folder = byKind.folder.get(at)
      if (folder === undefined) break
      found.set(at, folder.title)
      at = folder.fact('parent_id')
    }
    return [...found.values()].reverse()
  }
  const held = (): readonly HeldNote[] => {
    const folders = belowShared(notes.map(({ folder }) => foldersOf(folder)))
    return notes.map(({ entry, id }, at) => {
      const named = (tagsOf.get(id ?? '') ?? []).flatMap((tag) => byKind.tag.get(tag)?.title ?? [])
      return { entry, tags: [...named, ...(folders[at] ?? [])] }
    })
  }
  return { put, held, resources: byKind.resource }
}

const readersOf = (tar: Readable) => {
  const { read } = buffered(tar)
  const bytesOf = async ({ at, size }: TarEntry): Promise<Bytes> => {
    if (size > MOST_FILE) throw new ImportError('IMPORT_TOO_LARGE')
    return read(at, size)
  }
  const itemAt = async (entry: TarEntry): Promise<JoplinItem> => {
    const text = textOf(await bytesOf(entry))
    const item = text === undefined ? undefined : readItem(text)
    if (item === undefined) throw new ImportError('IMPORT_UNKNOWN')
    return item
  }
  return { bytesOf, itemAt }
}

/** Reads all of an archive but the texts of its notes and what is attached. Throws an `ImportError`. */
export const openArchive = async (tar: Readable, name: string, step: Step): Promise<Archive> => {
  if (tar.size > MOST_BYTES) throw new ImportError('IMPORT_TOO_LARGE')
  const { entries, fault } = await listTar(tar, (done) => step(done / 2))
  const readers = readersOf(tar)
  const shelf = createShelf()
  const files = new Map<string, TarEntry>()
  const put = async (entry: TarEntry): Promise<LeftReason | undefined> => {
    const path = cleanPath(entry.path)
    if (path === undefined) return 'IMPORT_NAME'
    if (!entry.isFile) return 'IMPORT_UNREADABLE'
    if (path.startsWith('resources/')) files.set(bareName(path), entry)
    else if (endingOf(path) !== 'md') return 'IMPORT_UNLINKED'
    else return shelf.put(await readers.itemAt(entry), entry)
    return undefined
  }
  const left: Left[] = []
  for (const [at, entry] of entries.entries()) {
    await step((1 + at / entries.length) / 2)
    const reason = await put(entry).catch(reasonOf)
    if (reason !== undefined) left.push({ name: entry.path, reason })
  }
  if (fault !== undefined) {
    const about = fault.name === '' ? name : `${name} / ${fault.name}`
    left.push({ name: about, reason: fault.reason })
  }
  return { ...readers, notes: shelf.held(), resources: shelf.resources, files, left }
}
