import type { WholeAttachment } from '../notebook/attachment.ts'
import type { Note } from '../notebook/note.ts'
import { putFiles } from './attachments-store.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { StorageError, typed } from './storage-error.ts'

/** Where clips are kept: among the notes. Every method rejects with a `StorageError`, and with nothing else. */
export type ClipStore = {
  /** Stores the note and what belongs to it, all or nothing. */
  add(note: Note, attachments: readonly WholeAttachment[]): Promise<void>
  find(id: string): Promise<Note | undefined>
}

export const clipStore = (database: NotesDatabase): ClipStore => ({
  add: (note, attachments) =>
    typed(
      database.transaction('rw', database.notes, database.attachments, database.chunks, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
        await putFiles(database, attachments)
        await database.notes.put(note)
      }),
    ),
  find: (id) => typed(database.notes.get(id)),
})
