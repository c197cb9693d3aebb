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

/** On PostgreSQL by a connection of its own, which may take its time. */
const update = async (db: Database, { databaseUrl: url }: DatabaseConfig, bring: typeof migrate): Promise<void> => {
  if (url === undefined) return bring(db)
  const patient: Database = new Kysely<Tables>({ dialect: postgresDialect({ url, connections: 1, patient: true }) })
  await bring(patient).finally(() => patient.destroy())
}

/** Opens the database and brings its schema up to date. Rejects where that cannot be. */
export const openDatabase = async (config: DatabaseConfig, bring: typeof migrate = migrate): Promise<Database> => {
  const db = connect(config)
  try {
    await update(db, config, bring)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}
