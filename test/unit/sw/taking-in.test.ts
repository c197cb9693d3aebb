import { beforeEach, describe, expect, it } from 'vitest'
import { type NotesDatabase, notesDatabase } from '../../../src/data/database.ts'
import { noteName } from '../../../src/notebook/item-name.ts'
import { newNote } from '../../../src/notebook/note.ts'
import { openDocument, type Update } from '../../../src/notebook/note-document.ts'
import { goneUpdate, noSnapshot } from '../../../src/notebook/note-sync.ts'
import { noteTables } from '../../../src/sw/sync/items.ts'
import { noteSeen, readSeen } from '../../../src/sw/sync/seen.ts'
import { type Coming, takeIn } from '../../../src/sw/sync/taking-in.ts'

const changeTo = (body: string): Update => openDocument([]).edit({ title: body, body }) ?? new Uint8Array()
const coming = (id: string, body = id, isRecalled = false): Coming => ({
  id,
  changes: [{ body: changeTo(body), isRecalled }],
})
const ids = Array.from({ length: 150 }, (_, at) => `n${String(at).padStart(3, '0')}`)

describe('many notes that come at once', () => {
  let database: NotesDatabase
  beforeEach(() => {
    database = notesDatabase(crypto.randomUUID())
  })
  const take = (notes: readonly Coming[]) =>
    database.transaction('rw', [...noteTables], async () => takeIn(database, notes, 5))
  const bodies = async () => Object.fromEntries((await database.notes.toArray()).map(({ id, body }) => [id, body]))
  const updatesOf = (id: string) => database.updates.where('noteId').equals(id).count()

  it('are all there, each with its change and what others have of it', async () => {
    await take(ids.map((id) => coming(id)))
    expect(await bodies()).toEqual(Object.fromEntries(ids.map((id) => [id, id])))
    expect(await database.synced.count()).toBe(ids.length)
    expect(await database.updates.count()).toBe(ids.length)
    expect(await database.changed.count()).toBe(0)
  })

  it.each([
    ['among new ones', ids.slice(0, 30)],
    ['where most are here', ids.slice(0, 140)],
  ])('change those that are here already, %s', async (_, before) => {
    await take(before.map((id) => coming(id, `${id} before`)))
    await take(ids.map((id) => coming(id, `${id} after`)))
    const now = await bodies()
    expect(Object.keys(now)).toEqual(ids)
    for (const id of before) {
      expect(now[id]).toContain(`${id} before`)
      expect(now[id]).toContain(`${id} after`)
      expect(await updatesOf(id)).toBe(2)
    }
    expect(await database.synced.count()).toBe(ids.length)
  })

  it('bring nothing back that is gone, and nothing that was removed here before it was handed on', async () => {
    await database.transaction('rw', [...noteTables], async () => {
      await database.synced.put({ name: noteName('n003'), snapshot: noSnapshot, isGone: true })
      await database.synced.put({ name: noteName('n004'), snapshot: noSnapshot, isGone: false })
      await database.changed.put({ name: noteName('n005'), stamp: 1 })
    })
    await take(ids.map((id) => coming(id, id, true)))
    expect(Object.keys(await bodies())).toEqual(ids.filter((id) => !['n003', 'n004', 'n005'].includes(id)))
    for (const id of ['n003', 'n004', 'n005']) expect(await updatesOf(id)).toBe(0)
    expect(await database.synced.get(noteName('n003'))).toMatchObject({ isGone: true })
    expect(await database.synced.get(noteName('n005'))).toBeUndefined()
  })

  it('keep the text of a note that is here and that nobody has been told of', async () => {
    await database.transaction('rw', [...noteTables], async () => {
      await database.notes.put({ ...newNote('n002', 1), body: 'written here' })
    })
    await take(ids.map((id) => coming(id)))
    const body = (await bodies()).n002
    expect(body).toContain('written here')
    expect(body).toContain('n002')
    expect(await updatesOf('n002')).toBe(2)
  })

  it('remove those that are gone elsewhere', async () => {
    await take(ids.map((id) => coming(id)))
    await take(ids.map((id) => ({ id, changes: [{ body: goneUpdate(7), isRecalled: false }] })))
    expect(await database.notes.count()).toBe(0)
    expect((await database.synced.toArray()).every(({ isGone }) => isGone)).toBe(true)
  })
})

describe('hashes of records that were seen', () => {
  const [one, other] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]
  const head = (device: typeof one, seq: number) => ({ device, seq, hash: new Uint8Array(32).fill(seq % 251) })
  const heads = (device: typeof one, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => head(device, from + at))

  it('are found again one by one, however they came, and take few rows', async () => {
    const database = notesDatabase(crypto.randomUUID())
    await noteSeen(database, heads(one, 5, 200))
    await noteSeen(database, [...heads(other, 1, 3), head(one, 900), ...heads(one, 201, 210)])
    await noteSeen(database, [head(one, 3), ...heads(one, 190, 215)])
    expect(await database.seen.count()).toBe(6)
    const asked = [...heads(one, 1, 1000), ...heads(other, 1, 10), head(one, 1_000_000)]
    const has = ({ device, seq }: { device: typeof one; seq: number }) =>
      device === other ? seq <= 3 : seq === 3 || (seq >= 5 && seq <= 215) || seq === 900
    const found = await readSeen(database, asked)
    const ordered = (all: typeof asked) =>
      all.map(({ device, seq, hash }) => [device[0], seq, hash[0]].join(' ')).sort()
    expect(ordered([...found])).toEqual(ordered(asked.filter(has)))
  })

  it('are not disturbed by what a page has written among them', async () => {
    const database = notesDatabase(crypto.randomUUID())
    await noteSeen(database, heads(one, 1, 20))
    await database.table('seen').bulkPut([
      { device: 'x', seq: -1, hash: 'x' },
      { device: 'AQEBAQEBAQEBAQEBAQEBAQ', seq: 10, hash: new Uint8Array(7) },
    ])
    expect(await readSeen(database, heads(one, 9, 12))).toEqual(heads(one, 9, 12))
  })
})
