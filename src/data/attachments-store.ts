import { liveQuery } from 'dexie'
import type { Attachment } from '../notebook/attachment.ts'
import { type NotesDatabase, notesDatabase } from './database.ts'
import { readAttachments } from './stored-attachment.ts'

/** The files of notes at rest. */
export type AttachmentsStore = {
  /** Calls `onFiles` with the files of a note, oldest first, now and after every change; the way to stop comes back. */
  watch(noteId: string, onFiles: (files: readonly Attachment[]) => void): () => void
  /** Removes the files of a note that nobody can bring back any more. Never rejects: what stays is removed with all notes. */
  removeOf(noteId: string): Promise<void>
}

export const attachmentsStore = (database: NotesDatabase = notesDatabase()): AttachmentsStore => ({
  watch(noteId, onFiles) {
    const all = liveQuery(() => database.attachments.where('noteId').equals(noteId).toArray())
    const subscription = all.subscribe({
      next: (entries: readonly unknown[]) => onFiles(readAttachments(entries)),
      error: () => onFiles([]),
    })
    return () => subscription.unsubscribe()
  },
  async removeOf(noteId) {
    try {
      await database.attachments.where('noteId').equals(noteId).delete()
    } catch {
      // They take room, and nothing else.
    }
  },
})
