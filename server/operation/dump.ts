import { PostgresAdapter, sql } from 'kysely'
import * as v from 'valibot'
import type { Database } from '../store/database.ts'

// Rows of every table as they are, whatever tables there are: a table that is added is in the backup.

export type Row = Readonly<Record<string, unknown>>

const onPostgres = (db: Database): boolean => db.getExecutor().adapter instanceof PostgresAdapter

const edgesSchema = v.array(v.object({ child: v.string(), parent: v.string() }))

const references = async (db: Database) => {
  const query = onPostgres(db)
    ? sql`select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint where contype = 'f'`
    : sql`select m.name as child, f."table" as parent from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'`
  return v.parse(edgesSchema, (await query.execute(db)).rows)
}

/** Every table but those of the migrations, and each after the ones that it refers to. */
export const tablesOf = async (db: Database): Promise<readonly string[]> => {
  const edges = await references(db)
  const names = (await db.introspection.getTables()).map(({ name }) => name)
  const waiting = new Set(names.filter((name) => !name.startsWith('kysely_')).sort())
  const ordered: string[] = []
  while (waiting.size > 0) {
    const isFree = (name: string) =>
      !edges.some(({ child, parent }) => child === name && parent !== name && waiting.has(parent))
    const free = [...waiting].filter(isFree)
    if (free.length === 0) throw new Error('Tables refer to each other in a circle.')
    for (const name of free) {
      ordered.push(name)
      waiting.delete(name)
    }
  }
  return ordered
}

const rowsSchema = v.array(v.record(v.string(), v.unknown()))
/** Rows that are held at once. The largest has a MiB and a half. */
const page = 16

async function* pagesOf(db: Database, table: string): AsyncGenerator<readonly Row[]> {
  await sql`declare pages cursor for select * from ${sql.table(table)}`.execute(db)
  for (;;) {
    const rows = v.parse(rowsSchema, (await sql`fetch ${sql.lit(page)} from pages`.execute(db)).rows)
    yield rows
    if (rows.length < page) break
  }
  await sql`close pages`.execute(db)
}

/** The rows of a table, a few at a time, within a transaction. */
export async function* rowsOf(db: Database, table: string): AsyncGenerator<Row> {
  if (onPostgres(db)) {
    for await (const rows of pagesOf(db, table)) yield* rows
  } else {
    yield* db
      .selectFrom(sql<Row>`${sql.table(table)}`.as('kept'))
      .selectAll()
      .stream()
  }
}

/** Puts rows into a table as they were. */
export const insertRow = async (db: Database, table: string, row: Row): Promise<void> => {
  const columns = sql.join(Object.keys(row).map((name) => sql.ref(name)))
  const values = sql.join(Object.values(row))
  await sql`insert into ${sql.table(table)} (${columns}) values (${values})`.execute(db)
}
