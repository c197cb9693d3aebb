import { utf8 } from '../base/bytes.ts'
import { attachmentAddress, type WholeAttachment } from '../notebook/attachment.ts'
import { type Note, sameContent, unmarked } from '../notebook/note.ts'
import { putFiles } from './attachments-store.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { StorageError, typed } from './storage-error.ts'

/** How an import went: notes that came, that were here already, and that came as copies beside others of the same id. */
export type ImportCount = { readonly added: number; readonly same: number; readonly copied: number }

export type ImportStore = {
  /** Stores notes and what belongs to them, all or nothing. Rejects with a `StorageError`, and with nothing else. */
  add(notes: readonly Note[], files: readonly WholeAttachment[]): Promise<ImportCount>
}

type Incoming = {
  readonly note: Note
  readonly files: readonly WholeAttachment[]
  /** The id of a copy of it: the same for the same content, so that no file brings two. */
  readonly copyId: string
  /** Ids of its files where others here have theirs. */
  readonly fileIds: readonly string[]
}

/** An id that these parts decide, in the form of the others. */
export const idOf = async (...parts: readonly unknown[]): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify(parts))))
  const hex = [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5')
}

type Whole = Pick<Incoming, 'note' | 'files'>

/** The note under an id, with its files under ids that its text names. What is here under the old ones stays as it is. */
export const renamed = ({ note, files }: Whole, id: string, fileIds: readonly string[]): Whole => {
  const ids = new Map(files.map(({ attachment }, at) => [attachment.id, fileIds[at] ?? attachment.id]))
  const nameOf = (old: string): string => ids.get(old) ?? old
  const body = note.body.replace(/attachment:([^\s()<>"'[\]]+)/gu, (_, old: string) => attachmentAddress(nameOf(old)))
  const moved = files.map(({ attachment, bytes }) => ({
    attachment: { ...attachment, id: nameOf(attachment.id), noteId: id },
    bytes,
  }))
  return { note: { ...note, id, body }, files: moved }
}

const wellFormed = (note: Note): Note => ({
  ...note,
  title: note.title.toWellFormed(),
  body: note.body.toWellFormed(),
  tags: note.tags.map((tag) => tag.toWellFormed()),
})

/** What is here already of what comes. */
type Here = {
  readonly notes: ReadonlyMap<string, Note>
  /** To which notes the files belong. */
  readonly owners: ReadonlyMap<string, string>
}

const readHere = async (database: NotesDatabase, incoming: readonly Incoming[]): Promise<Here> => {
  const found = await database.notes.bulkGet(incoming.flatMap(({ note, copyId }) => [note.id, copyId]))
  const ids = incoming.flatMap(({ files, fileIds }) => [...files.map(({ attachment }) => attachment.id), ...fileIds])
  const files = await database.attachments.bulkGet(ids)
  return {
    notes: new Map(found.flatMap((note) => (note === undefined ? [] : [[note.id, note]]))),
    owners: new Map(files.flatMap((file) => (file === undefined ? [] : [[file.id, file.noteId]]))),
  }
}

const randomIds = (files: readonly WholeAttachment[]): readonly string[] => files.map(() => crypto.randomUUID())

/** What is to be stored, and how that is counted. */
const plan = (incoming: readonly Incoming[], here: Here) => {
  const notes = new Map(here.notes)
  const owners = new Map(here.owners)
  const put: Whole[] = []
  const missing: WholeAttachment[] = []
  const count = { added: 0, same: 0, copied: 0 }
  const take = (one: Whole): void => {
    notes.set(one.note.id, one.note)
    for (const { attachment } of one.files) owners.set(attachment.id, one.note.id)
    put.push(one)
  }
  for (const one of incoming) {
    const { note, files, copyId, fileIds } = one
    const before = notes.get(note.id)
    const isTaken = files.some(({ attachment: { id } }) => (owners.get(id) ?? note.id) !== note.id)
    const own = isTaken ? renamed(one, note.id, fileIds) : one
    if (before === undefined) {
      take(own)
      count.added += 1
    } else if (sameContent({ ...unmarked, ...before }, own.note)) {
      // A file of it that has gone missing comes back.
      missing.push(...own.files.filter(({ attachment }) => !owners.has(attachment.id)))
      count.same += 1
    } else if (notes.has(copyId)) count.same += 1
    else {
      take(renamed(one, copyId, randomIds(files)))
      count.copied += 1
    }
  }
  return { notes: put.map(({ note }) => note), files: [...put.flatMap((one) => one.files), ...missing], count }
}

const prepared = async (note: Note, files: readonly WholeAttachment[]): Promise<Incoming> => {
  const { id, title, body, tags, pinned, trashedAt } = note
  const fileIds = await Promise.all(files.map(({ attachment }) => idOf('file', id, attachment.id)))
  return { note, files, copyId: await idOf('copy', id, title, body, tags, pinned, trashedAt), fileIds }
}

export const importStore = (database: NotesDatabase): ImportStore => ({
  async add(notes, files) {
    const byNote = Map.groupBy(files, ({ attachment }) => attachment.noteId)
    const all = notes.map(wellFormed)
    const incoming = await Promise.all(all.map((note) => prepared(note, byNote.get(note.id) ?? [])))
    return typed(
      database.transaction('rw', database.notes, database.attachments, database.chunks, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
        const planned = plan(incoming, await readHere(database, incoming))
        await putFiles(database, planned.files)
        await database.notes.bulkPut(planned.notes)
        return planned.count
      }),
    )
  },
})
