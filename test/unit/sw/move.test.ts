import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { attachmentsStore } from '../../../src/data/attachments-store.ts'
import { type NotesDatabase, notesDatabase } from '../../../src/data/database.ts'
import { versionsStore } from '../../../src/data/note-versions.ts'
import { notesStore } from '../../../src/data/notes-store.ts'
import { newNote } from '../../../src/notebook/note.ts'
import { foundingUpdate } from '../../../src/notebook/note-document.ts'
import { moveNotebook } from '../../../src/sw/sync/move.ts'

const mark = { read: async () => 'unknown' as const, set: async () => undefined, clear: async () => undefined }
const note = (id: string, body: string) => ({ ...newNote(id, 1000), body, tags: ['kept'] })
const file = { noteId: 'plain', name: 'f', type: 'image/png', size: 3, createdAt: 1, text: '', duration: null }
const clock = () => 5000

const seed = async (from: NotesDatabase, to: NotesDatabase): Promise<void> => {
  const written = note('written', 'with changes')
  await notesStore(from, mark).put([written], new Map([['written', [foundingUpdate(written)]]]))
  await notesStore(from, mark).put([note('plain', 'without')])
  await versionsStore(from).keep({ ...note('plain', 'as it was'), updatedAt: 900 })
  await attachmentsStore(from).add([{ attachment: { id: 'f', ...file }, bytes: new Uint8Array([1, 2, 3]) }])
  await notesStore(to, mark).put([note('there', 'of the account')])
}

/** A worker that is killed as it is about to write for the n-th time: nothing is written any more. */
const killedAt = (databases: readonly NotesDatabase[]) => {
  let left = Number.POSITIVE_INFINITY
  for (const database of databases) {
    database.use({
      stack: 'dbcore',
      name: 'killed',
      level: 20,
      create: (core) => ({
        ...core,
        table(name) {
          const table = core.table(name)
          return {
            ...table,
            async mutate(request) {
              left -= 1
              if (left < 0) throw new Error('Killed.')
              return table.mutate(request)
            },
          }
        },
      }),
    })
  }
  return (writes: number) => {
    left = writes
  }
}

const contentOf = async ({ notes, attachments, chunks, versions, changed }: NotesDatabase) => ({
  notes: (await notes.toArray()).map(({ id, body, tags, createdAt, updatedAt }) => [
    id,
    body,
    tags,
    createdAt,
    updatedAt,
  ]),
  files: (await attachments.toArray()).map(({ id, noteId, size }) => [id, noteId, size]),
  bytes: (await chunks.toArray()).map(({ id, index, bytes }) => [id, index, [...bytes]]),
  versions: (await versions.toArray()).map(({ noteId, at, body }) => [noteId, at, body]),
  changed: (await changed.toArray()).map(({ name }) => name),
})

const whole = {
  notes: [
    ['plain', 'without', ['kept'], 1000, 1000],
    ['there', 'of the account', ['kept'], 1000, 1000],
    ['written', 'with changes', ['kept'], 1000, 1000],
  ],
  files: [['f', 'plain', 3]],
  bytes: [['f', 0, [1, 2, 3]]],
  versions: [['plain', 900, 'as it was']],
  // All of it goes to the other devices.
  changed: ['file/f', 'note/plain', 'note/there', 'note/written'],
}

const open = () => [notesDatabase(crypto.randomUUID()), notesDatabase(crypto.randomUUID())] as const

describe('a notebook that goes into another', () => {
  it('loses nothing and doubles nothing, wherever it is cut off', async () => {
    for (let writes = 0, isWhole = false; !isWhole; writes += 1) {
      const [from, to] = open()
      const kill = killedAt([from, to])
      await seed(from, to)
      kill(writes)
      isWhole = await moveNotebook(from, to, clock).then(
        () => true,
        () => false,
      )
      kill(Number.POSITIVE_INFINITY)
      if (!isWhole) await moveNotebook(from, to, clock)
      expect(await contentOf(to), `cut off after ${writes} writes`).toEqual(whole)
      expect((await contentOf(from)).notes).toEqual([])
      for (const database of [from, to]) database.close()
    }
  })

  it('keeps what both have written in one note', async () => {
    const [from, to] = open()
    const base = note('same', 'middle')
    for (const [database, body] of [
      [from, 'here middle'],
      [to, 'middle there'],
    ] as const) {
      await notesStore(database, mark).put([base], new Map([['same', [foundingUpdate(base)]]]))
      await notesStore(database, mark).put([{ ...base, body }])
    }
    await moveNotebook(from, to, clock)
    expect((await to.notes.get('same'))?.body).toBe('here middle there')
  })

  it('takes along what a page writes into the old one afterwards', async () => {
    const [from, to] = open()
    await seed(from, to)
    await moveNotebook(from, to, clock)
    await notesStore(from, mark).put([note('late', 'after all')])
    await moveNotebook(from, to, clock)
    expect((await to.notes.get('late'))?.body).toBe('after all')
  })
})
