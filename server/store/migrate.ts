import { PostgresAdapter, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Database } from './database.ts'
import { type Migrations, migrations, oldest } from './migrations.ts'

/** Any number, as long as every version of Holdfast has the same. */
const lock = 7_304_682

type Log = { kysely_migration: { name: string; timestamp: string } }

/** One server at a time: the others wait, and then find it done. SQLite's transaction has the file to itself anyway. */
const lockOut = async (db: Database): Promise<void> => {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(db)
}

const executed = async (db: Database): Promise<ReadonlySet<string>> => {
  await db.schema
    .createTable('kysely_migration')
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (column) => column.primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute()
  const rows = await db.withTables<Log>().selectFrom('kysely_migration').select('name').execute()
  return new Set(rows.map(({ name }) => name))
}

const run = async (db: Database, name: string, migration: Migration): Promise<void> => {
  await migration.up(db)
  const row = { name, timestamp: new Date().toISOString() }
  await db.withTables<Log>().insertInto('kysely_migration').values(row).execute()
}

const oldestFact = 'oldest schema'

/** A newer server was here. Its schema can be used if it says so; else this one may do harm. */
const checkNewer = async (db: Database, known: Migrations): Promise<void> => {
  const fact = await db.selectFrom('server_facts').select('value').where('name', '=', oldestFact).executeTakeFirst()
  if (fact !== undefined && fact.value in known) return
  throw new Error(
    `The database belongs to a newer Holdfast: it needs a server that knows schema ${fact?.value ?? 'of another kind'}. ` +
      'Update this server, or restore a backup of the older one. Nothing was changed.',
  )
}

/**
 * Brings the schema up to date, in one transaction: it is whole, or as it was. Servers of two versions may run on it
 * meanwhile, by the rule at the head of migrations.ts. Rejects where the schema is too new for this server.
 */
export const migrate = (db: Database, known: Migrations = migrations, readable: string = oldest): Promise<void> =>
  db.transaction().execute(async (within) => {
    await lockOut(within)
    const done = await executed(within)
    const isNewer = [...done].some((name) => !(name in known))
    if (isNewer) await checkNewer(within, known)
    for (const [name, migration] of Object.entries(known).sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (!done.has(name)) await run(within, name, migration)
    }
    if (isNewer) return
    const row = { name: oldestFact, value: readable }
    await within
      .insertInto('server_facts')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: readable }))
      .execute()
  })
