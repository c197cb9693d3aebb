import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'

/** A note and its pictures, as they are stored. */
export type StoredNote = {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly attachments: readonly { readonly id: string; readonly type: string; readonly size: number }[]
}

/** The notes of the extension, newest first, read by a page of its own. */
export const storedNotes = (page: Page): Promise<StoredNote[]> =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('holdfast-notes')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const all = (store: string) =>
      new Promise<Record<string, never>[]>((resolve, reject) => {
        const request = database.transaction(store).objectStore(store).getAll()
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    try {
      const [notes, files, chunks] = [await all('notes'), await all('attachments'), await all('chunks')]
      const sizeOf = (id: unknown) =>
        chunks
          .filter((chunk) => chunk.id === id)
          .reduce((sum, { bytes }) => sum + Number(Reflect.get(bytes ?? {}, 'length')), 0)
      const filesOf = (id: unknown) =>
        files
          .filter(({ noteId }) => noteId === id)
          .map((file) => ({
            id: String(file.id),
            type: String(file.type),
            size: sizeOf(file.id),
          }))
      return notes
        .sort((one, other) => Number(other.createdAt) - Number(one.createdAt))
        .map(({ id, title, body }) => ({
          id: String(id),
          title: String(title),
          body: String(body),
          attachments: filesOf(id),
        }))
    } finally {
      database.close()
    }
  })

/** Waits for one note more than `before` and gives it. */
export const nextNote = (page: Page, before: number): Promise<StoredNote> =>
  waitFor(async () => {
    const notes = await storedNotes(page)
    return notes.length > before ? notes[0] : undefined
  }, 'there is another note')
