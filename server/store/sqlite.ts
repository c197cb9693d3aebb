import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { type KyselyPlugin, SelectQueryNode, type SqliteDatabase, SqliteDialect } from 'kysely'

const toInput = (value: unknown): SQLInputValue => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new TypeError('The database takes text, numbers, bytes and null only.')
}

/** A transaction locks the file from its start: one that first reads and then writes never finds that another was faster. */
const begin = 'begin immediate'

/** The file of the embedded database, for its owner alone, also in a folder that was there before. */
export const sqliteFile = (folder: string): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'holdfast.sqlite')
  // SQLite makes the files beside it alike.
  closeSync(openSync(file, 'a', 0o600))
  return file
}

/** Kysely over `node:sqlite`: WAL, and every commit on the disk before it is acknowledged. */
export const sqliteDialect = (file: string): SqliteDialect => {
  const database = new DatabaseSync(file)
  database.exec(
    'pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on',
  )
  const statements = new Map<string, ReturnType<typeof database.prepare>>()
  const prepare = (sql: string) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const made = database.prepare(sql === 'begin' ? begin : sql)
    if (statements.size > 200) statements.clear()
    statements.set(sql, made)
    return made
  }
  const adapter: SqliteDatabase = {
    close: () => database.close(),
    prepare(sql) {
      const statement = prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...parameters.map(toInput)),
        run: (parameters) => statement.run(...parameters.map(toInput)),
        iterate: (parameters) => statement.iterate(...parameters.map(toInput)),
      }
    },
  }
  return new SqliteDialect({ database: adapter })
}

/** SQLite has no `for update`, and needs none: its transactions have the file to themselves. */
export const withoutRowLocks: KyselyPlugin = {
  transformQuery: ({ node }) => (SelectQueryNode.is(node) ? { ...node, endModifiers: [] } : node),
  transformResult: async ({ result }) => result,
}
