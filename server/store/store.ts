import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { createAccounts } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import { migrations } from './migrations.ts'
import { createOidcRecords } from './oidc-records.ts'
import type { Tables } from './schema.ts'
import { createSessions } from './sessions.ts'
import { sqliteDialect } from './sqlite.ts'

export type Database = Kysely<Tables>

/** A random id of 128 bits, base64url. */
export const newId = (): string => randomBytes(16).toString('base64url')

/** Everything the server keeps, by noun. */
export type Store = {
  readonly accounts: ReturnType<typeof createAccounts>
  readonly sessions: ReturnType<typeof createSessions>
  readonly oidcRecords: ReturnType<typeof createOidcRecords>
  readonly attempts: ReturnType<typeof createAttempts>
  close(): Promise<void>
}

const migrate = async (db: Database): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

/** Opens the embedded database in `folder` and brings it up to date. Rejects where it cannot be opened. */
export const openStore = async (folder: string): Promise<Store> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'holdfast.sqlite')
  // For its owner alone, also in a folder that was there before; SQLite makes the files beside it alike.
  closeSync(openSync(file, 'a', 0o600))
  const db: Database = new Kysely<Tables>({ dialect: sqliteDialect(file) })
  await migrate(db)
  return {
    accounts: createAccounts(db),
    sessions: createSessions(db),
    oidcRecords: createOidcRecords(db),
    attempts: createAttempts(db),
    close: () => db.destroy(),
  }
}
