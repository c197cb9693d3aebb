import type { Page } from 'puppeteer-core'

/** Opens a database at a higher version, as a newer version of the app does. Resolves with `blocked` or `opened`. */
export const upgrade = (page: Page, name: string, version: number): Promise<string> =>
  page.evaluate(
    (database, to) =>
      new Promise<string>((resolve, reject) => {
        let isBlocked = false
        const request = indexedDB.open(database, to)
        request.onblocked = () => {
          isBlocked = true
        }
        request.onsuccess = () => {
          request.result.close()
          resolve(isBlocked ? 'blocked' : 'opened')
        }
        request.onerror = () => reject(request.error)
      }),
    name,
    version,
  )

/** Puts entries among the notes, whatever they are. */
export const putEntries = (page: Page, entries: readonly unknown[]): Promise<void> =>
  page.evaluate(async (values) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('holdfast-notes')
      request.onsuccess = () => resolve(request.result)
    })
    const transaction = database.transaction('notes', 'readwrite')
    for (const value of values) transaction.objectStore('notes').put(value)
    await new Promise((resolve) => {
      transaction.oncomplete = resolve
    })
    database.close()
  }, entries)

/** The keys of a store, or nothing where the store is not there. */
export const keysOf = (page: Page, name: string, store: string): Promise<unknown[]> =>
  page.evaluate(
    async (database, from) => {
      const opened = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(database)
        request.onsuccess = () => resolve(request.result)
      })
      const keys = opened.objectStoreNames.contains(from)
        ? await new Promise<unknown[]>((resolve) => {
            const request = opened.transaction(from).objectStore(from).getAllKeys()
            request.onsuccess = () => resolve(request.result)
          })
        : []
      opened.close()
      return keys
    },
    name,
    store,
  )
