import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { notesDatabase } from '../../../src/data/database.ts'
import { notesStore } from '../../../src/data/notes-store.ts'
import { StorageError, toStorageError } from '../../../src/data/storage-error.ts'
import { type Note, newNote } from '../../../src/notebook/note.ts'

const open: ReturnType<typeof notesDatabase>[] = []
const fresh = (name: string = crypto.randomUUID()) => {
  const database = notesDatabase(name)
  open.push(database)
  return { database, store: notesStore(database) }
}

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(open.splice(0).map((database) => database.delete().catch(() => undefined)))
})

/** The lists that a watcher was given, and a way to wait for one. */
const watched = (store: ReturnType<typeof notesStore>) => {
  const lists: (readonly Note[])[] = []
  const watch = store.watch(
    (notes) => lists.push(notes),
    () => undefined,
  )
  const ids = () => lists.at(-1)?.map(({ id }) => id)
  return { ...watch, ids, lists }
}

describe('the store of notes', () => {
  it('lists stored notes, newest first, and follows every change', async () => {
    const { store } = fresh()
    const { ids, stop } = watched(store)
    await vi.waitFor(() => expect(ids()).toEqual([]))
    await store.put([newNote('a', 1), newNote('b', 2)])
    await vi.waitFor(() => expect(ids()).toEqual(['b', 'a']))
    await store.put([{ ...newNote('a', 1), updatedAt: 3 }])
    await vi.waitFor(() => expect(ids()).toEqual(['a', 'b']))
    await store.remove('a')
    await vi.waitFor(() => expect(ids()).toEqual(['b']))
    stop()
  })

  it('keeps notes when it is opened again', async () => {
    const { database, store } = fresh()
    await store.put([{ ...newNote('a', 1), body: 'kept' }])
    database.close()
    const { ids, lists, stop } = watched(fresh(database.name).store)
    await vi.waitFor(() => expect(ids()).toEqual(['a']))
    expect(lists.at(-1)?.[0]?.body).toBe('kept')
    stop()
  })

  it('shows what another tab wrote', async () => {
    const { database, store } = fresh()
    const { ids, stop } = watched(store)
    await vi.waitFor(() => expect(ids()).toEqual([]))
    await fresh(database.name).store.put([newNote('other', 1)])
    await vi.waitFor(() => expect(ids()).toEqual(['other']))
    stop()
  })

  it('reads again when asked', async () => {
    const { store } = fresh()
    const { lists, again, stop } = watched(store)
    await vi.waitFor(() => expect(lists).toHaveLength(1))
    again()
    await vi.waitFor(() => expect(lists).toHaveLength(2))
    stop()
  })

  it('is empty after it was cleared', async () => {
    const { store } = fresh()
    await store.put([newNote('a', 1)])
    await store.clear()
    const { ids, stop } = watched(store)
    await vi.waitFor(() => expect(ids()).toEqual([]))
    stop()
  })

  it('asks for the commit in the turn of the write', async () => {
    const { database, store } = fresh()
    await database.open()
    const commit = vi.spyOn(IDBTransaction.prototype, 'commit')
    const done = store.put([newNote('a', 1)])
    await Promise.resolve()
    await Promise.resolve()
    expect(commit).toHaveBeenCalled()
    await done
  })

  it('says that there is no room', async () => {
    const { store } = fresh()
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    await expect(store.put([newNote('a', 1)])).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  })

  it('says that the database was closed under it', async () => {
    const { database, store } = fresh()
    await store.put([newNote('a', 1)])
    database.close()
    await expect(store.put([newNote('b', 1)])).rejects.toMatchObject({ code: 'STORAGE_CLOSED' })
  })
})

describe('an error of storage', () => {
  it('is found inside the errors that wrap it', () => {
    const quota = new DOMException('', 'QuotaExceededError')
    expect(toStorageError(quota).code).toBe('STORAGE_FULL')
    expect(toStorageError(new Dexie.AbortError('aborted', quota)).code).toBe('STORAGE_FULL')
    expect(toStorageError(new Dexie.OpenFailedError('open', new Error('x'))).code).toBe('STORAGE_BLOCKED')
    expect(toStorageError('what').code).toBe('STORAGE_FAILED')
  })

  it('stays what it is when it is looked at twice', () => {
    const error = new StorageError('STORAGE_CLOSED')
    expect(toStorageError(error)).toBe(error)
  })
})
