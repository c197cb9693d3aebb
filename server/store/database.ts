import { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { migrate } from './migrate.ts'
import { postgresDialect } from './postgres.ts'
import type { Tables } from './schema.ts'
import { sqliteDialect, sqliteFile, withoutRowLocks } from './sqlite.ts'

// One query code runs on both databases. What differs is hidden here and in the two files of the dialects, and by the rules at
// the head of schema.ts.

export type Database = Kysely<Tables>

/** Where the data is: PostgreSQL if it is named, else SQLite in the folder. */
export type DatabaseConfig = Pick<Config, 'data' | 'databaseUrl' | 'databaseConnections'>

const connect = ({ data, databaseUrl: url, databaseConnections: connections }: DatabaseConfig): Database =>
  url === undefined
    ? new Kysely<Tables>({ dialect: sqliteDialect(sqliteFile(data)), plugins: [withoutRowLocks] })
    : new Kysely<Tables>({ dialect: postgresDialect({ url, connections }) })

/** Brings the schema up to date. On PostgreSQL by a connection of its own, which may take its time. */
const update = async (db: Database, { databaseUrl: url }: DatabaseConfig): Promise<void> => {
  if (url === undefined) return migrate(db)
  const patient: Database = new Kysely<Tables>({ dialect: postgresDialect({ url, connections: 1, patient: true }) })
  await migrate(patient).finally(() => patient.destroy())
}

/** Opens the database and brings it up to date. Rejects where that cannot be. */
export const openDatabase = async (config: DatabaseConfig): Promise<Database> => {
  const db = connect(config)
  try {
    await update(db, config)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}
