/** A change of one entry; `value: undefined` removes it. */
export type Change = { readonly store: StoreName; readonly name: string; readonly value: unknown }
export type StoreName = 'keys' | 'records'

/** Where the vault keeps things. What it reads back is `unknown`: a page can write here too. */
export type Store = {
  read(store: StoreName, name: string): Promise<unknown>
  names(store: StoreName): Promise<readonly string[]>
  /** All of it or nothing, on the disk before it resolves; where `relaxed`, in the hands of the system at least. */
  commit(changes: readonly Change[], durability?: 'strict' | 'relaxed'): Promise<void>
}

/** A page can hold a transaction of this database open; the worker does not wait for it longer than this. */
const patience = 5000

const done = (request: IDBRequest | IDBTransaction): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = () => reject(request.error ?? new DOMException('The database gave up.', 'AbortError'))
  const late = () => reject(new DOMException('The database did not answer.', 'TimeoutError'))
  const timer = setTimeout(late, patience)
  request.addEventListener(request instanceof IDBTransaction ? 'complete' : 'success', () => resolve())
  request.addEventListener('error', fail)
  request.addEventListener('abort', fail)
  return promise.finally(() => clearTimeout(timer))
}

const replaceDatabase = async (name: string): Promise<IDBDatabase> => {
  await done(indexedDB.deleteDatabase(name))
  return openDatabase(name)
}

/**
 * A database of this name with other stores holds nothing of ours. One of a higher version is left alone, and this rejects:
 * a newer version of the app has made it, and its records are of use again after the update.
 */
const openDatabase = async (name: string): Promise<IDBDatabase> => {
  const request = indexedDB.open(name, 1)
  request.addEventListener('upgradeneeded', () => {
    for (const store of ['keys', 'records']) request.result.createObjectStore(store)
  })
  await done(request)
  const database = request.result
  const stores = [...database.objectStoreNames]
  if (stores.includes('keys') && stores.includes('records')) return database
  database.close()
  return replaceDatabase(name)
}

/**
 * IndexedDB, opened on first use and again after it was closed from outside (deleted, or site data cleared). Rejects with
 * a DOMException where the browser gives no database.
 */
export const createIndexedStore = (name: string): Store => {
  let opening: Promise<IDBDatabase> | undefined
  const forget = () => {
    opening = undefined
  }
  const open = (): Promise<IDBDatabase> => {
    opening ??= openDatabase(name).then((database) => {
      database.addEventListener('versionchange', () => {
        database.close()
        forget()
      })
      database.addEventListener('close', forget)
      return database
    })
    opening.catch(forget)
    return opening
  }
  const begin = async (
    stores: readonly StoreName[],
    mode: IDBTransactionMode,
    durability: 'strict' | 'relaxed' = 'strict',
  ): Promise<IDBTransaction> => {
    const database = await open()
    try {
      return database.transaction(stores, mode, { durability })
    } catch {
      forget()
      return (await open()).transaction(stores, mode, { durability })
    }
  }
  return {
    async read(store, name) {
      const request = (await begin([store], 'readonly')).objectStore(store).get(name)
      await done(request)
      return request.result
    },
    async names(store) {
      const request = (await begin([store], 'readonly')).objectStore(store).getAllKeys()
      await done(request)
      return request.result.filter((key) => typeof key === 'string')
    },
    async commit(changes, durability) {
      if (changes.length === 0) return
      const stores = [...new Set(changes.map(({ store }) => store))]
      const transaction = await begin(stores, 'readwrite', durability)
      for (const { store, name, value } of changes) {
        if (value === undefined) transaction.objectStore(store).delete(name)
        else transaction.objectStore(store).put(value, name)
      }
      await done(transaction)
    },
  }
}

/** The same in the memory of this worker: nothing is at rest, and a killed worker has nothing. */
export const createMemoryStore = (): Store => {
  const entries = { keys: new Map<string, unknown>(), records: new Map<string, unknown>() }
  return {
    read: async (store, name) => entries[store].get(name),
    names: async (store) => [...entries[store].keys()],
    async commit(changes) {
      for (const { store, name, value } of changes) {
        if (value === undefined) entries[store].delete(name)
        else entries[store].set(name, value)
      }
    },
  }
}
