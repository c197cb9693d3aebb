import { describe, expect, it } from 'vitest'
import { createNotebook } from '../../../src/app/state/notebook.ts'
import { createSaver } from '../../../src/app/state/saver.ts'
import { changesTo } from '../../../src/data/note-updates.ts'
import type { NotesStore } from '../../../src/data/notes-store.ts'
import { StorageError } from '../../../src/data/storage-error.ts'
import { inListOrder } from '../../../src/notebook/listing.ts'
import { type Note, newNote } from '../../../src/notebook/note.ts'
import { openDocument, type Update } from '../../../src/notebook/note-document.ts'

const note = (id: string, body: string, now = 1): Note => ({ ...newNote(id, now), body })

/** A store in memory, that another tab can write to as well. */
const memory = (start: readonly Note[] = []) => {
  const rows = new Map(start.map((row) => [row.id, row]))
  const updates = new Map<string, Update[]>()
  const watchers = new Set<{ readonly id: string; onUpdates(fresh: readonly Update[]): void }>()
  const add = (id: string, update: Update): void => {
    updates.set(id, [...(updates.get(id) ?? []), update])
    for (const watcher of watchers) if (watcher.id === id) watcher.onUpdates([update])
  }
  let tell: () => void = () => undefined
  const store: NotesStore = {
    async put(notes, changes) {
      for (const row of notes) {
        const given = changes?.get(row.id) ?? []
        const made = given.length > 0 ? given : changesTo(row, rows.get(row.id), updates.get(row.id) ?? [])
        rows.set(row.id, row)
        for (const update of made) add(row.id, update)
      }
      tell()
    },
    async putAhead(row) {
      await store.put([row])
    },
    watchNote(id, onUpdates) {
      const watcher = { id, onUpdates }
      watchers.add(watcher)
      queueMicrotask(() => onUpdates(updates.get(id) ?? []))
      return () => watchers.delete(watcher)
    },
    async remove(id) {
      rows.delete(id)
      updates.delete(id)
      tell()
    },
    async clear() {
      rows.clear()
      tell()
    },
    async mark(id, marks) {
      const row = rows.get(id)
      if (row === undefined) return
      rows.set(id, { ...row, ...marks })
      for (const update of changesTo({ ...row, ...marks }, row, updates.get(id) ?? [])) add(id, update)
      tell()
    },
    isMissing: async () => false,
    watch(onNotes) {
      tell = () => onNotes(inListOrder([...rows.values()]))
      tell()
      return { again: tell, stop: () => undefined }
    },
  }
  const saver = createSaver(store.put)
  /** A list as another reading has it. */
  const late = (list: readonly Note[]) => {
    for (const row of list) rows.set(row.id, row)
    tell()
  }
  return { rows, store, saver, tell: late, notebook: createNotebook(store, saver) }
}

describe('the notebook', () => {
  it('keeps what is written before the document of a note was read, where the page goes away', async () => {
    const { rows, saver, notebook, store } = memory([note('a', 'first')])
    notebook.edit({ body: 'first and more' })
    expect(saver.holds('a')).toBe(false)
    notebook.keepEarly()
    expect(rows.get('a')?.body).toBe('first and more')
    // And where it stays, each letter is there once.
    await saver.flush()
    notebook.edit({ body: 'first and more still' })
    await saver.flush()
    const texts: Update[] = []
    store.watchNote(
      'a',
      (updates) => texts.push(...updates),
      () => undefined,
    )
    await Promise.resolve()
    expect(openDocument(texts).content().body).toBe('first and more still')
  })

  it('opens on an empty note that is not stored until something is written', async () => {
    const { rows, notebook, saver } = memory()
    expect(notebook.open.value).toMatchObject({ title: '', body: '' })
    await saver.flush()
    expect(rows.size).toBe(0)
    notebook.edit({ body: 'first' })
    await saver.flush()
    expect([...rows.values()].map(({ body }) => body)).toEqual(['first'])
  })

  it('opens on the note that was edited last', () => {
    const { notebook } = memory([note('old', 'a', 1), note('new', 'b', 2)])
    expect(notebook.open.value.id).toBe('new')
  })

  it('stays on the empty note when a new one is asked for twice', () => {
    const { notebook } = memory()
    expect(notebook.startNote().id).toBe(notebook.startNote().id)
  })

  it('shows what another tab wrote into the open note', async () => {
    const { notebook, store } = memory([note('a', 'here', 1)])
    await store.put([note('a', 'there', 2)])
    expect(notebook.open.value.body).toBe('there')
  })

  it('keeps text that is not stored yet when another tab writes, and has both', async () => {
    const { notebook, store } = memory([note('a', 'here', 1)])
    notebook.edit({ body: 'typing' })
    await store.put([note('a', 'there', Date.now() + 1000)])
    expect(notebook.open.value.body).toContain('typing')
    expect(notebook.open.value.body).toHaveLength('typing'.length + 1)
  })

  it('is not set back by an older list that comes late', async () => {
    const { notebook, saver, tell } = memory([note('a', 'here', 1)])
    notebook.edit({ body: 'newer' })
    await saver.flush()
    tell([note('a', 'older', 2)])
    expect(notebook.open.value.body).toBe('newer')
  })

  it('leaves a note that another tab deleted', async () => {
    const { notebook, store } = memory([note('a', 'one', 2), note('b', 'two', 1)])
    await store.remove('a')
    expect(notebook.open.value.id).toBe('b')
  })

  it('puts a note in the trash, and brings it back as it was', async () => {
    const { notebook, rows, saver } = memory([note('a', 'one', 2), note('b', 'two', 1)])
    await notebook.remove()
    expect(rows.get('a')?.trashedAt).toEqual(expect.any(Number))
    expect(notebook.trash.value.map(({ id }) => id)).toEqual(['a'])
    expect(notebook.open.value.id).toBe('b')
    notebook.undoRemove()
    expect(notebook.open.value).toEqual(note('a', 'one', 2))
    await new Promise((resolve) => setTimeout(resolve, 0))
    await saver.flush()
    expect(rows.get('a')).toEqual(note('a', 'one', 2))
  })

  it('keeps what waits to be written of a note that goes into the trash', async () => {
    const { notebook, rows } = memory([note('a', 'one', 2)])
    notebook.edit({ body: 'one and more' })
    await notebook.remove()
    expect(rows.get('a')).toMatchObject({ body: 'one and more', trashedAt: expect.any(Number) })
  })

  it('removes for good what has been in the trash for 30 days, and nothing else', async () => {
    const day = 24 * 60 * 60 * 1000
    const trashed = (id: string, days: number): Note => ({ ...note(id, 'text'), trashedAt: Date.now() - days * day })
    const { rows } = memory([note('live', 'text'), trashed('late', 31), trashed('early', 29)])
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect([...rows.keys()]).toEqual(['live', 'early'])
  })

  it('moves no time on where only marks change', async () => {
    const { notebook, rows, saver } = memory([note('a', 'one', 2)])
    notebook.edit({ pinned: true, tags: ['sea'] })
    await new Promise((resolve) => setTimeout(resolve, 0))
    await saver.flush()
    expect(rows.get('a')).toEqual({ ...note('a', 'one', 2), pinned: true, tags: ['sea'] })
  })

  it('keeps what a note was when it is changed, and not again for each key', () => {
    const left: Note[] = []
    const { store, saver } = memory([note('a', 'one', 2)])
    const notebook = createNotebook(store, saver, { onLeft: (before) => left.push(before) })
    notebook.edit({ body: 'one t' })
    notebook.edit({ body: 'one two' })
    expect(left.map(({ body }) => body)).toEqual(['one'])
  })

  it('does not keep a note whose text was all taken out, once it is left', async () => {
    const { notebook, rows, saver } = memory([note('a', 'one', 2), note('b', 'two', 1)])
    notebook.edit({ body: '' })
    await saver.flush()
    expect(rows.has('a')).toBe(true)
    notebook.openNote('b')
    expect(rows.has('a')).toBe(false)
  })

  it('lets one write where the stored notes cannot be read', () => {
    const store: NotesStore = {
      ...memory().store,
      watch(_, onError) {
        onError(new StorageError('STORAGE_BLOCKED'))
        return { again: () => undefined, stop: () => undefined }
      },
    }
    const notebook = createNotebook(store, createSaver(store.put))
    expect(notebook.readFailure.value?.code).toBe('STORAGE_BLOCKED')
    expect(notebook.notes.value).toEqual([])
    notebook.edit({ body: 'on screen' })
    expect(notebook.open.value.body).toBe('on screen')
  })
})
