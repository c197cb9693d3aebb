import { Dexie } from 'dexie'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { notesDatabase } from '../../../src/data/database.ts'
import { notesStore } from '../../../src/data/notes-store.ts'
import { StorageError, toStorageError } from '../../../src/data/storage-error.ts'
import { type Note, newNote } from '../../../src/notebook/note.ts'
import { foundingUpdate, openDocument } from '../../../src/notebook/note-document.ts'
import { untilHolds } from '../../support/deadline.ts'

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
    await untilHolds(() => expect(ids()).toEqual([]))
    await store.put([newNote('a', 1), newNote('b', 2)])
    await untilHolds(() => expect(ids()).toEqual(['b', 'a']))
    await store.put([{ ...newNote('a', 1), updatedAt: 3 }])
    await untilHolds(() => expect(ids()).toEqual(['a', 'b']))
    await store.remove('a')
    await untilHolds(() => expect(ids()).toEqual(['b']))
    stop()
  })

  it('tells once of a note that was written: what is looked at again after it says nothing new', async () => {
    const { store } = fresh()
    const { lists, ids, stop } = watched(store)
    await untilHolds(() => expect(ids()).toEqual([]))
    const document = openDocument([])
    const update = document.edit({ title: 'Kelp' })
    const before = lists.length
    const note = { ...newNote('a', 1), title: 'Kelp' }
    await store.put([note], new Map([['a', update === undefined ? [] : [update]]]))
    await untilHolds(() => expect(ids()).toEqual(['a']))
    await store.put([newNote('b', 2)])
    await untilHolds(() => expect(ids()).toEqual(['b', 'a']))
    expect(lists.length).toBe(before + 2)
    stop()
  })

  it.each([
    ['which they are', 30],
    ['that it may be any', 150],
  ])('reads a lot of changes in few goes, where it is told %s', async (_, atOnce) => {
    const { store, database } = fresh()
    const { ids, stop } = watched(store)
    await untilHolds(() => expect(ids()).toEqual([]))
    const asked = vi.spyOn(database.notes, 'bulkGet')
    for (let part = 0; part < 12; part += 1) {
      await database.transaction('rw', database.notes, async () => {
        for (let some = 0; some < 150; some += atOnce) {
          await database.notes.bulkPut(
            Array.from({ length: atOnce }, (_, at) => newNote(`${part} ${some + at}`, part * 150 + some + at)),
          )
        }
      })
    }
    await untilHolds(() => expect(ids()?.length).toBe(1800))
    expect(asked.mock.calls.length).toBeLessThan(4)
    // One more is told of at once.
    await database.notes.put(newNote('last', 9999))
    await untilHolds(() => expect(ids()?.[0]).toBe('last'))
    stop()
  })

  it('keeps notes when it is opened again', async () => {
    const { database, store } = fresh()
    await store.put([{ ...newNote('a', 1), body: 'kept' }])
    database.close()
    const { ids, lists, stop } = watched(fresh(database.name).store)
    await untilHolds(() => expect(ids()).toEqual(['a']))
    expect(lists.at(-1)?.[0]?.body).toBe('kept')
    stop()
  })

  it('makes a change of a text that was stored before the changes of its note were read', async () => {
    const { database, store } = fresh()
    const before = { ...newNote('a', 1), body: 'first' }
    await store.put([before], new Map([['a', [foundingUpdate(before)]]]))
    await store.putAhead({ ...before, body: 'first and more', updatedAt: 2 })
    const updates = await database.updates.where('noteId').equals('a').toArray()
    expect(openDocument(updates.map(({ update }) => update)).content().body).toBe('first and more')
    expect(await database.notes.get('a')).toEqual({ ...before, body: 'first and more', updatedAt: 2 })
  })

  it('makes that change when it next reads, where the page went away at once', async () => {
    const { database, store } = fresh()
    const before = { ...newNote('a', 1), body: 'first' }
    await store.put([before], new Map([['a', [foundingUpdate(before)]]]))
    await database.table('notes').put({ ...before, body: 'first and more', settled: false, ahead: true })
    const { stop, lists } = watched(store)
    await untilHolds(async () => {
      const updates = await database.updates.where('noteId').equals('a').toArray()
      expect(openDocument(updates.map(({ update }) => update)).content().body).toBe('first and more')
    })
    expect(lists.every(([note]) => note?.body === 'first and more')).toBe(true)
    stop()
  })

  it('shows what another tab wrote', async () => {
    const { database, store } = fresh()
    const { ids, stop } = watched(store)
    await untilHolds(() => expect(ids()).toEqual([]))
    await fresh(database.name).store.put([newNote('other', 1)])
    await untilHolds(() => expect(ids()).toEqual(['other']))
    stop()
  })

  it('reads again when asked', async () => {
    const { store } = fresh()
    const { lists, again, stop } = watched(store)
    await untilHolds(() => expect(lists).toHaveLength(1))
    again()
    await untilHolds(() => expect(lists).toHaveLength(2))
    stop()
  })

  it('is empty after it was cleared', async () => {
    const { store } = fresh()
    await store.put([newNote('a', 1)])
    await store.clear()
    const { ids, stop } = watched(store)
    await untilHolds(() => expect(ids()).toEqual([]))
    stop()
  })

  it('asks for the commit in the turn of the write', async () => {
    const { database, store } = fresh()
    await database.open()
    const commit = vi.spyOn(IDBTransaction.prototype, 'commit')
    const note = { ...newNote('a', 1), body: 'typed' }
    const done = store.put([note], new Map([['a', [foundingUpdate(note)]]]))
    await Promise.resolve()
    await Promise.resolve()
    expect(commit).toHaveBeenCalled()
    await done
  })

  it('merges what two tabs wrote into one note, and lists the text of both', async () => {
    const { database, store } = fresh()
    const other = fresh(database.name).store
    const base = { ...newNote('a', 1), body: 'one two' }
    await store.put([base], new Map([['a', [foundingUpdate(base)]]]))
    const [mine, theirs] = [openDocument([foundingUpdate(base)]), openDocument([foundingUpdate(base)])]
    const [first, second] = [mine.edit({ body: 'ONE one two' }), theirs.edit({ body: 'one two THREE' })]
    await Promise.all([
      store.put([{ ...base, body: 'ONE one two', updatedAt: 2 }], new Map([['a', first ? [first] : []]])),
      other.put([{ ...base, body: 'one two THREE', updatedAt: 3 }], new Map([['a', second ? [second] : []]])),
    ])
    const { lists, stop } = watched(store)
    await untilHolds(() => expect(lists.at(-1)?.[0]?.body).toBe('ONE one two THREE'))
    stop()
  })

  it('settles a note whose tab went away right after it wrote', async () => {
    const { database, store } = fresh()
    const base = { ...newNote('a', 1), body: 'whole' }
    await store.put([base], new Map([['a', [foundingUpdate(base)]]]))
    await database.notes.put(Object.assign({ ...base, body: 'behind' }, { settled: false }))
    const { lists, stop } = watched(store)
    await untilHolds(() => expect(lists.at(-1)?.[0]?.body).toBe('whole'))
    stop()
  })

  it('makes one change of many', async () => {
    const { database, store } = fresh()
    const document = openDocument([])
    for (let length = 1; length <= 60; length += 1) {
      const body = 'x'.repeat(length)
      const update = document.edit({ body })
      await store.put([{ ...newNote('a', 1), body }], new Map([['a', update ? [update] : []]]))
    }
    expect(await database.updates.count()).toBeLessThanOrEqual(41)
    expect((await database.notes.get('a'))?.body).toBe('x'.repeat(60))
  })

  it('removes the changes of a note with it', async () => {
    const { database, store } = fresh()
    const base = { ...newNote('a', 1), body: 'gone' }
    await store.put([base], new Map([['a', [foundingUpdate(base)]]]))
    await store.remove('a')
    expect(await database.updates.count()).toBe(0)
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
