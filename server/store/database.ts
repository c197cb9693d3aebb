import { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema.ts'
import { sqliteDialect, sqliteFile, withoutRowLocks } from './sqlite.ts'

// One query code runs on both databases. What differs is hidden here and in the two files of the dialects, and by the rules at
// the head of schema.ts.

export type Database = Kysely<Tables>

/** Where the data is: PostgreSQL if it is named, else SQLite in the folder. */
export type DatabaseConfig = Pick<Config, 'data' | 'databaseUrl' | 'databaseConnections'>

/** Its driver is loaded where it is used. */
const postgres = async (url: string, connections: number, patient = false): Promise<Database> => {
  const { postgresDialect } = await import('./postgres.ts')
  return new Kysely<Tables>({ dialect: postgresDialect({ url, connections, patient }) })
}

const connect = async ({ data, databaseUrl: url, databaseConnections }: DatabaseConfig): Promise<Database> =>
  url === undefined
    ? new Kysely<Tables>({ dialect: sqliteDialect(sqliteFile(data)), plugins: [withoutRowLocks] })
    : postgres(url, databaseConnections)

/** On PostgreSQL by a connection of its own, which may take its time. */
const update = async (db: Database, { databaseUrl: url }: DatabaseConfig, bring: typeof migrate): Promise<void> => {
  if (url === undefined) return bring(db)
  const patient = await postgres(url, 1, true)
  await bring(patient).finally(() => patient.destroy())
}

/** Opens the database and brings its schema up to date. Rejects where that cannot be. */
export const openDatabase = async (config: DatabaseConfig, bring: typeof migrate = migrate): Promise<Database> => {
  const db = await connect(config)
  try {
    await update(db, config, bring)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}
