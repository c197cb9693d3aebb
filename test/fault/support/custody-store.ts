import type { Page } from 'puppeteer-core'

/** Changes what the worker has at rest, as a page of its origin or a failing disk can. */
const change = (page: Page, store: 'keys' | 'records', name: string, how: 'delete' | 'damage'): Promise<void> =>
  page.evaluate(
    async (storeName, key, what) => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const database = await done(indexedDB.open('holdfast-custody'))
      const records = database.transaction(storeName, 'readwrite').objectStore(storeName)
      const found: unknown = await done(records.get(key))
      if (found === undefined) throw new Error(`There is no ${key}.`)
      if (what === 'delete') await done(records.delete(key))
      else if (found instanceof Uint8Array) {
        found[found.length - 1] = (found.at(-1) ?? 0) ^ 1
        await done(records.put(found, key))
      }
      database.close()
    },
    store,
    name,
    how,
  )

export const deleteDeviceKey = (page: Page): Promise<void> => change(page, 'keys', 'device', 'delete')

/** Turns over one bit of a sealed record. */
export const damageRecord = (page: Page, name: string): Promise<void> => change(page, 'records', name, 'damage')
