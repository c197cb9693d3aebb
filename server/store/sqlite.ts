import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type Dialect,
  type KyselyPlugin,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { createSqliteDriver, patience } from './sqlite-driver.ts'

/** The file of the embedded database, for its owner alone, also in a folder that was there before. */
export const sqliteFile = (folder: string): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'holdfast.sqlite')
  // SQLite makes the files beside it alike.
  closeSync(openSync(file, 'a', 0o600))
  return file
}

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
  return {
    createDriver: () => createSqliteDriver(database),
    // The driver has the turns of its connections in hand.
    createAdapter: () => Object.defineProperty(new SqliteAdapter(), 'supportsMultipleConnections', { value: true }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** SQLite has no `for update`, and needs none: its transactions have the file to themselves. */
export const withoutRowLocks: KyselyPlugin = {
  transformQuery: ({ node }) => (SelectQueryNode.is(node) ? { ...node, endModifiers: [] } : node),
  transformResult: async ({ result }) => result,
}
