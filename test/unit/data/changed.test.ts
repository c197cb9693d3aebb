import { beforeEach, describe, expect, it } from 'vitest'
import { attachmentsStore } from '../../../src/data/attachments-store.ts'
import { clipStore } from '../../../src/data/clip-store.ts'
import { type NotesDatabase, notesDatabase } from '../../../src/data/database.ts'
import { importStore } from '../../../src/data/import-store.ts'
import { notesStore } from '../../../src/data/notes-store.ts'
import { newNote } from '../../../src/notebook/note.ts'
import { openDocument } from '../../../src/notebook/note-document.ts'

const note = (id: string) => ({ ...newNote(id, 1), title: id })
const mark = { clear: async () => undefined, read: async () => 'none' as const, set: async () => undefined }
const file = { id: 'f', noteId: 'a', name: 'f', type: 'text/plain', size: 1, createdAt: 1, text: '', duration: null }

describe('what was changed', () => {
  let database: NotesDatabase
  beforeEach(() => {
    database = notesDatabase(crypto.randomUUID())
  })
  const changed = async () => (await database.changed.toArray()).map(({ name }) => name).sort()
  const store = () => notesStore(database, mark)

  it('is noted by whatever writes a note or a file', async () => {
    const { edit } = openDocument([])
    await store().put([note('edited')], new Map([['edited', [edit({ title: 'edited' }) ?? new Uint8Array()]]]))
    await store().put([note('plain')])
    await store().putAhead(note('ahead'))
    await clipStore(database).add(note('clip'), [])
    await importStore(database).add([note('import')], [])
    await attachmentsStore(database).add([{ attachment: file, bytes: new Uint8Array(1) }])
    expect(await changed()).toEqual(['file/f', 'note/ahead', 'note/clip', 'note/edited', 'note/import', 'note/plain'])
    await database.changed.clear()
    await store().mark('plain', { pinned: true })
    await store().remove('clip')
    await attachmentsStore(database).remove('f')
    expect(await changed()).toEqual(['file/f', 'note/clip', 'note/plain'])
  })

  it('has another stamp each time, so that a change meanwhile is not taken for the one before', async () => {
    await store().put([note('a')])
    const before = await database.changed.get('note/a')
    await store().put([{ ...note('a'), title: 'again' }])
    expect((await database.changed.get('note/a'))?.stamp).not.toBe(before?.stamp)
  })

  it('is noted with the write or not at all', async () => {
    const { notes } = database
    const work = database.transaction('rw', notes, async () => {
      await notes.put(note('never'))
      throw new Error('given up')
    })
    await expect(work).rejects.toThrow('given up')
    expect(await changed()).toEqual([])
  })

  it('is not noted of what sync itself writes', async () => {
    await database.transaction('rw', database.notes, database.synced, async () => {
      await database.notes.put(note('come'))
    })
    expect(await database.notes.count()).toBe(1)
    expect(await changed()).toEqual([])
  })

  it('is gone with the notes', async () => {
    await store().put([note('a')])
    await store().clear()
    expect(await changed()).toEqual([])
  })
})
