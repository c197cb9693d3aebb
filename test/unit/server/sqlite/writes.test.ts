import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../../../server/config.ts'
import { type Database, openDatabase } from '../../../../server/store/database.ts'

let data: string
let db: Database
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'holdfast-writes-'))
  db = await openDatabase(readConfig({ HOLDFAST_DATA: data }))
})
afterAll(async () => {
  await db.destroy()
  await rm(data, { recursive: true, force: true })
})

const insert = (name: string, within: Database = db) =>
  within.insertInto('server_facts').values({ name, value: name }).execute()
const names = async (like: string) =>
  (await db.selectFrom('server_facts').select('name').where('name', 'like', like).orderBy('name').execute()).map(
    ({ name }) => name,
  )

test('of many writes at once the one that cannot be fails alone', async () => {
  const outcomes = await Promise.allSettled(['a1', 'a2', 'a2', 'a3'].map((name) => insert(name)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(await names('a%')).toEqual(['a1', 'a2', 'a3'])
})

test('nobody sees what a transaction has not committed, and what it takes back was never there', async () => {
  const seen: Promise<string[]>[] = []
  const failed = db.transaction().execute(async (within) => {
    await insert('b1', within)
    seen.push(names('b%'))
    await insert('b2', within)
    throw new Error('taken back')
  })
  const beside = insert('b3')
  await expect(failed).rejects.toThrow('taken back')
  await beside
  expect(await seen[0]).toEqual([])
  expect(await names('b%')).toEqual(['b3'])
})

test('who only reads sees one moment, and keeps no other process from writing', async () => {
  const other = await openDatabase(readConfig({ HOLDFAST_DATA: data }))
  await insert('d1')
  const seen = await db
    .transaction()
    .setAccessMode('read only')
    .execute(async (within) => {
      const all = () => within.selectFrom('server_facts').select('name').where('name', 'like', 'd%').execute()
      const before = await all()
      await insert('d2', other)
      return [before, await all()]
    })
  expect(seen).toEqual([[{ name: 'd1' }], [{ name: 'd1' }]])
  expect(await names('d%')).toEqual(['d1', 'd2'])
  await other.destroy()
})

test('transactions and single writes that come at once are all done', async () => {
  const single = Array.from({ length: 20 }, (_, index) => insert(`c1${index}`))
  const together = Array.from({ length: 20 }, (_, index) =>
    db.transaction().execute(async (within) => {
      await insert(`c2${index}`, within)
      await insert(`c3${index}`, within)
    }),
  )
  await Promise.all([...single, ...together])
  expect(await names('c%')).toHaveLength(60)
})

test('what still waits for company is written when the database is closed', async () => {
  const other = await openDatabase(readConfig({ HOLDFAST_DATA: data }))
  // Several at once, so that the next ones are held back.
  await Promise.all(['e1', 'e2', 'e3'].map((name) => insert(name, other)))
  const late = insert('e4', other)
  await other.destroy()
  await late
  expect(await names('e%')).toEqual(['e1', 'e2', 'e3', 'e4'])
})
