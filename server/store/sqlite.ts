import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type DatabaseConnection,
  type Dialect,
  type KyselyPlugin,
  SelectQueryNode,
  type SqliteDatabase,
  SqliteDialect,
} from 'kysely'

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

/** How long a transaction of another process is waited for, in milliseconds. */
const patience = 5000
const busy = 5

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy

/** Waits for another process without holding up this one, which SQLite's own waiting would. */
const waiting = (connection: DatabaseConnection): DatabaseConnection => ({
  async executeQuery(query) {
    const end = performance.now() + patience
    for (;;) {
      try {
        return await connection.executeQuery(query)
      } catch (error) {
        // A statement that found the file locked has done nothing.
        if (!isBusy(error) || performance.now() > end) throw error
        await pause(2)
      }
    }
  },
  streamQuery: (query, size) => connection.streamQuery(query, size),
})

const open = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: patience })
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 0',
  )
  return database
}

/** Kysely over `node:sqlite`: WAL, and every commit on the disk before it is acknowledged. */
export const sqliteDialect = (file: string): Dialect => {
  const database = open(file)
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
  const dialect = new SqliteDialect({ database: adapter })
  const createDriver: Dialect['createDriver'] = () => {
    const driver = dialect.createDriver()
    return {
      init: (options) => driver.init(options),
      acquireConnection: async (options) => waiting(await driver.acquireConnection(options)),
      beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
      commitTransaction: (connection) => driver.commitTransaction(connection),
      rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
      releaseConnection: (connection) => driver.releaseConnection(connection),
      destroy: (options) => driver.destroy(options),
    }
  }
  return {
    createDriver,
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  }
}

/** SQLite has no `for update`, and needs none: its transactions have the file to themselves. */
export const withoutRowLocks: KyselyPlugin = {
  transformQuery: ({ node }) => (SelectQueryNode.is(node) ? { ...node, endModifiers: [] } : node),
  transformResult: async ({ result }) => result,
}
