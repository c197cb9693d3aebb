import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../server/config.ts'
import { type Database, openDatabase } from '../../../server/store/database.ts'
import { migrate } from '../../../server/store/migrate.ts'
import { type Migrations, migrations, oldest } from '../../../server/store/migrations.ts'
import { createStore, openStore } from '../../../server/store/store.ts'
import { newDatabase } from './support/database.ts'

let config: Config
let drop: () => Promise<unknown>
let db: Database
beforeEach(async () => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'))
  const database = await newDatabase()
  drop = database.drop
  config = { ...readConfig({ HOLDFAST_DATA: data }), databaseUrl: database.url }
  db = await openDatabase(config)
})
afterEach(async () => {
  await db.destroy()
  await drop()
  await rm(config.data, { recursive: true, force: true })
})

const columns = async (of: Database) =>
  (await of.introspection.getTables()).flatMap((table) =>
    table.columns.map(({ name, isNullable, hasDefaultValue }) => ({
      name: `${table.name}.${name}`,
      table: table.name,
      isOptional: isNullable || hasDefaultValue,
    })),
  )
const names = Object.keys(migrations).sort()
const until = (last: number): Migrations =>
  Object.fromEntries(Object.entries(migrations).filter(([name]) => names.indexOf(name) <= last))

/** What a version to come may add. */
const later: Migrations = {
  ...migrations,
  '999-later': {
    async up(within) {
      await within.schema.alterTable('accounts').addColumn('later', 'text').execute()
      await within.schema.createTable('later').addColumn('id', 'text').execute()
    },
  },
}
const worksOn = async () => {
  const store = await openStore(config)
  const account = await store.accounts.create('ada@example.com', 'hash')
  expect(await store.accounts.findByEmail('ada@example.com')).toEqual(account)
  await store.close()
}

describe('migrations', () => {
  test('only add what an older server can do without', async () => {
    const database = await newDatabase()
    const empty = { ...config, data: join(config.data, 'empty'), databaseUrl: database.url }
    const step = await openDatabase(empty, (within) => migrate(within, until(names.indexOf('002-facts'))))
    let before = await columns(step)
    for (const [index] of names.entries()) {
      await migrate(step, until(Math.max(index, names.indexOf('002-facts'))))
      const after = await columns(step)
      const tables = new Set(before.map(({ table }) => table))
      expect(after.map(({ name }) => name)).toEqual(expect.arrayContaining(before.map(({ name }) => name)))
      const added = after.filter(({ name, table }) => tables.has(table) && !before.some((one) => one.name === name))
      expect(added.filter(({ isOptional }) => !isOptional)).toEqual([])
      before = after
    }
    await step.destroy()
    await database.drop()
  })

  test('change nothing where one of them fails', async () => {
    const before = await columns(db)
    const failing: Migrations = {
      ...later,
      '999-z': {
        up: async () => {
          throw new Error('half way')
        },
      },
    }
    await expect(migrate(db, failing)).rejects.toThrow('half way')
    expect(await columns(db)).toEqual(before)
    await migrate(db, later)
  })
})

describe('the schema of a newer server', () => {
  test('is used by an older one where it says that this may be', async () => {
    await migrate(db, later, oldest)
    await worksOn()
    await migrate(db, later, oldest)
  })

  test('is refused by one that it is too new for, and left as it is', async () => {
    await migrate(db, later, '999-later')
    const before = await columns(db)
    await expect(openStore(config)).rejects.toThrow(/newer Holdfast.*999-later.*Nothing was changed/)
    expect(await columns(db)).toEqual(before)
    await createStore(db).ping()
  })

  test('may come while an older server is running', async () => {
    const store = createStore(db)
    await migrate(db, later, oldest)
    expect(await store.accounts.create('eve@example.com', 'hash')).toBeDefined()
  })
})
