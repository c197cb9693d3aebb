import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { createAccounts } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import { type Database, type DatabaseConfig, openDatabase } from './database.ts'
import { createFacts } from './facts.ts'
import { createOidcRecords } from './oidc-records.ts'
import { createProofs } from './proofs.ts'
import { createSessions } from './sessions.ts'

export type { Database } from './database.ts'

/** A random id of 128 bits, base64url. */
export const newId = (): string => randomBytes(16).toString('base64url')

/** Everything the server keeps, by noun. */
const createNouns = (db: Database) => ({
  accounts: createAccounts(db),
  sessions: createSessions(db),
  oidcRecords: createOidcRecords(db),
  attempts: createAttempts(db),
  facts: createFacts(db),
  proofs: createProofs(db),
})

export type Store = ReturnType<typeof createNouns> & {
  /** Resolves where the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The store on an open database. */
export const createStore = (db: Database): Store => ({
  ...createNouns(db),
  async ping() {
    await sql`select 1`.execute(db)
  },
  close: () => db.destroy(),
})

/** Opens the store and brings its schema up to date. Rejects where it cannot be opened. */
export const openStore = async (config: DatabaseConfig): Promise<Store> => createStore(await openDatabase(config))
