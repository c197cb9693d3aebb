import { attachmentAddress, type WholeAttachment } from '../notebook/attachment.ts'
import { type Note, sameContent, unmarked } from '../notebook/note.ts'
import { putFiles } from './attachments-store.ts'
import { type NotesDatabase, notesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { StorageError, typed } from './storage-error.ts'

/** How an import went: notes that came, that were here already, and that came as copies beside others of the same id. */
export type ImportCount = { readonly added: number; readonly same: number; readonly copied: number }

export type ImportStore = {
  /** Stores notes and what belongs to them, all or nothing. Rejects with a `StorageError`, and with nothing else. */
  add(notes: readonly Note[], files: readonly WholeAttachment[]): Promise<ImportCount>
}

type Incoming = { readonly note: Note; readonly files: readonly WholeAttachment[] }

/** The same under other ids: what is here under them stays as it is. */
const asCopy = ({ note, files }: Incoming, newId: () => string): Incoming => {
  const id = newId()
  const copies = files.map(({ attachment, bytes }) => ({
    attachment: { ...attachment, id: newId(), noteId: id },
    bytes,
  }))
  const body = files.reduce(
    (text, { attachment }, at) =>
      text.replaceAll(attachmentAddress(attachment.id), attachmentAddress(copies[at]?.attachment.id ?? attachment.id)),
    note.body,
  )
  return { note: { ...note, id, body }, files: copies }
}

export const importStore = (
  database: NotesDatabase = notesDatabase(),
  newId: () => string = () => crypto.randomUUID(),
): ImportStore => ({
  add: (notes, files) =>
    typed(
      database.transaction('rw', database.notes, database.attachments, database.chunks, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
        const byNote = Map.groupBy(files, ({ attachment }) => attachment.noteId)
        const here = await database.notes.bulkGet(notes.map(({ id }) => id))
        const incoming: Incoming[] = []
        let [same, copied] = [0, 0]
        const taken = new Set<string>()
        notes.forEach((note, at) => {
          const one = { note, files: byNote.get(note.id) ?? [] }
          const before = here[at]
          if (before !== undefined && sameContent({ ...unmarked, ...before }, note)) same += 1
          else if (before !== undefined || taken.has(note.id)) {
            copied += 1
            incoming.push(asCopy(one, newId))
          } else incoming.push(one)
          taken.add(note.id)
        })
        await putFiles(
          database,
          incoming.flatMap((one) => one.files),
        )
        await database.notes.bulkPut(incoming.map(({ note }) => note))
        return { added: incoming.length - copied, same, copied }
      }),
    ),
})
