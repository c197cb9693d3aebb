import { Dexie, liveQuery } from 'dexie'
import type { Attachment, Bytes, WholeAttachment } from '../notebook/attachment.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { StorageError, typed } from './storage-error.ts'
import { bytesOf, CHUNK, chunksOf, readAttachments } from './stored-attachment.ts'

/** The files of notes at rest. What writes or reads rejects with a `StorageError`, and with nothing else. */
export type AttachmentsStore = {
  /** Calls `onFiles` with the files of a note, oldest first, now and after every change; the way to stop comes back. */
  watch(noteId: string, onFiles: (files: readonly Attachment[]) => void): () => void
  /** The same with the files of all notes. */
  watchAll(onFiles: (files: readonly Attachment[]) => void): () => void
  all(): Promise<readonly Attachment[]>
  /** What is in a file. */
  read(id: string): Promise<Blob>
  /** Stores files, all or nothing. */
  add(files: readonly WholeAttachment[]): Promise<void>
  /** Stores the next piece of a file that is still growing: what was recorded is there, whatever comes. */
  append(attachment: Attachment, bytes: Bytes): Promise<void>
  /** Says something else of a file. */
  change(id: string, change: Partial<Attachment>): Promise<void>
  remove(id: string): Promise<void>
  /** Removes the files of a note that nobody can bring back any more. Never rejects: what stays is removed with all notes. */
  removeOf(noteId: string): Promise<void>
}

const pieces = (database: NotesDatabase, id: string) =>
  database.chunks.where('[id+index]').between([id, Dexie.minKey], [id, Dexie.maxKey])

/** So many pieces are handed to the database in one turn: it copies them before it gives way. */
const TOGETHER = 8

/** Stores files in a transaction of the two tables. */
export const putFiles = async (database: NotesDatabase, files: readonly WholeAttachment[]): Promise<void> => {
  for (const { attachment, bytes } of files) {
    await pieces(database, attachment.id).delete()
    for (let from = 0; from * CHUNK < bytes.length; from += TOGETHER)
      await database.chunks.bulkPut([...chunksOf(attachment.id, bytes, from, from + TOGETHER)])
    await database.attachments.put({ ...attachment, size: bytes.length })
  }
}

export const attachmentsStore = (database: NotesDatabase): AttachmentsStore => {
  const write = (work: () => Promise<void>): Promise<void> =>
    typed(
      database.transaction('rw', database.attachments, database.chunks, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
        await work()
      }),
    )
  const removeFile = async (id: string): Promise<void> => {
    await pieces(database, id).delete()
    await database.attachments.delete(id)
  }
  const follow = (
    query: () => PromiseLike<readonly unknown[]>,
    onFiles: (files: readonly Attachment[]) => void,
  ): (() => void) => {
    const subscription = liveQuery(() => Promise.resolve(query())).subscribe({
      next: (entries) => onFiles(readAttachments(entries)),
      error: () => onFiles([]),
    })
    return () => subscription.unsubscribe()
  }
  return {
    watch: (noteId, onFiles) => follow(() => database.attachments.where('noteId').equals(noteId).toArray(), onFiles),
    watchAll: (onFiles) => follow(() => database.attachments.toArray(), onFiles),
    all: async () => readAttachments(await typed(database.attachments.toArray())),
    async read(id) {
      const [file] = readAttachments([await typed(database.attachments.get(id))])
      return new Blob([...bytesOf(await typed(pieces(database, id).toArray()))], { type: file?.type ?? '' })
    },
    add: (files) => write(() => putFiles(database, files)),
    append: (attachment, bytes) =>
      write(async () => {
        const count = await pieces(database, attachment.id).count()
        const parts = chunksOf(attachment.id, bytes).map((part) => ({ ...part, index: count + part.index }))
        await database.chunks.bulkPut(parts)
        await database.attachments.put(attachment)
      }),
    change: (id, change) =>
      write(async () => {
        await database.attachments.update(id, change)
      }),
    remove: (id) => write(() => removeFile(id)),
    async removeOf(noteId) {
      await write(async () => {
        for (const id of await database.attachments.where('noteId').equals(noteId).primaryKeys()) await removeFile(id)
      }).catch(() => undefined)
    },
  }
}
