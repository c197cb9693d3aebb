import { afterEach, describe, expect, it } from 'vitest'
import { attachmentsStore } from '../../../src/data/attachments-store.ts'
import { notesDatabase } from '../../../src/data/database.ts'
import { importStore, renamed } from '../../../src/data/import-store.ts'
import type { WholeAttachment } from '../../../src/notebook/attachment.ts'
import { newNote } from '../../../src/notebook/note.ts'

const open: ReturnType<typeof notesDatabase>[] = []
const fresh = () => {
  const database = notesDatabase(crypto.randomUUID())
  open.push(database)
  return { database, store: importStore(database), attachments: attachmentsStore(database) }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((database) => database.delete()))
})

const fileOf = (id: string, noteId: string, byte: number): WholeAttachment => ({
  attachment: { id, noteId, name: 'a.bin', type: 'image/png', size: 1, createdAt: 1, text: '', duration: null },
  bytes: new Uint8Array([byte]),
})
const noteOf = (id: string, body: string) => ({ ...newNote(id, 1), body })
const byteOf = async (blob: Promise<Blob>) => [...new Uint8Array(await (await blob).arrayBuffer())]

describe('the store of what is imported', () => {
  it('knows again what is here, and brings back only a file that has gone missing', async () => {
    const { store, attachments } = fresh()
    const [note, file] = [noteOf('a', '![x](attachment:f)'), fileOf('f', 'a', 1)]
    expect(await store.add([note, note], [file])).toEqual({ added: 1, same: 1, copied: 0 })
    expect(await store.add([note], [file])).toEqual({ added: 0, same: 1, copied: 0 })
    await attachments.remove('f')
    expect(await store.add([note], [file])).toEqual({ added: 0, same: 1, copied: 0 })
    expect(await byteOf(attachments.read('f'))).toEqual([1])
  })

  it('puts a copy beside a note that was changed here, once however often the file comes', async () => {
    const { database, store, attachments } = fresh()
    await store.add([noteOf('a', 'here ![x](attachment:f)')], [fileOf('f', 'a', 1)])
    const theirs = noteOf('a', 'there ![x](attachment:f) ![y](attachment:f1)')
    const files = [fileOf('f', 'a', 2), fileOf('f1', 'a', 3)]
    expect(await store.add([theirs], files)).toEqual({ added: 0, same: 0, copied: 1 })
    expect(await store.add([theirs], files)).toEqual({ added: 0, same: 1, copied: 0 })
    const notes = await database.notes.toArray()
    expect(notes.length).toBe(2)
    const copy = notes.find(({ id }) => id !== 'a')
    const [first, second] = (await attachments.all()).filter(({ noteId }) => noteId === copy?.id)
    const named = [...(copy?.body ?? '').matchAll(/attachment:([\w-]+)/gu)].map(([, id]) => id)
    expect(new Set(named)).toEqual(new Set([first?.id, second?.id]))
    expect(await byteOf(attachments.read(named[0] ?? ''))).toEqual([2])
    expect(await byteOf(attachments.read('f'))).toEqual([1])
  })

  it('overwrites no file of another note that has the same id', async () => {
    const { database, store, attachments } = fresh()
    await store.add([noteOf('a', '![x](attachment:f)')], [fileOf('f', 'a', 1)])
    const other = noteOf('b', '![x](attachment:f)')
    expect(await store.add([other], [fileOf('f', 'b', 2)])).toEqual({ added: 1, same: 0, copied: 0 })
    expect(await store.add([other], [fileOf('f', 'b', 2)])).toEqual({ added: 0, same: 1, copied: 0 })
    expect(await byteOf(attachments.read('f'))).toEqual([1])
    const id = /attachment:([\w-]+)/u.exec((await database.notes.get('b'))?.body ?? '')?.[1] ?? ''
    expect(await byteOf(attachments.read(id))).toEqual([2])
  })

  it('stores text that is well formed, whatever came', async () => {
    const { database, store } = fresh()
    const lone = { ...noteOf('a', 'x\ud800'), title: '\udfff', tags: ['\ud800'] }
    await store.add([lone], [])
    expect(await database.notes.get('a')).toMatchObject({ body: 'x\ufffd', title: '\ufffd', tags: ['\ufffd'] })
    expect(await store.add([lone], [])).toMatchObject({ same: 1 })
  })

  it('renames whole ids, and no beginning of another', () => {
    const files = [fileOf('f1', 'a', 1), fileOf('f10', 'a', 2)]
    const { note } = renamed({ note: noteOf('a', '(attachment:f10)(attachment:f1)'), files }, 'a', ['x', 'y'])
    expect(note.body).toBe('(attachment:y)(attachment:x)')
  })
})
