import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { createAccounts } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import { createAudit } from './audit.ts'
import { createBackups } from './backups.ts'
import { createBlobs } from './blobs.ts'
import { createChallenges } from './challenges.ts'
import { type Database, type DatabaseConfig, openDatabase } from './database.ts'
import { createDevices } from './devices.ts'
import { createFactors } from './factors.ts'
import { createFacts } from './facts.ts'
import { createIdentities } from './identities.ts'
import { createOidcRecords } from './oidc-records.ts'
import { createOutbox } from './outbox.ts'
import { createPairings } from './pairings.ts'
import { createPasskeys } from './passkeys.ts'
import { createProofs } from './proofs.ts'
import { createSessions } from './sessions.ts'
import { createSyncStore } from './sync.ts'
import { createTickets } from './tickets.ts'
import { createUsage } from './usage.ts'

export type { Database } from './database.ts'

/** Five minutes. */
export const pairingLife = 300_000

/** A random id of 128 bits, base64url. */
export const newId = (): string => randomBytes(16).toString('base64url')

/** Everything the server keeps, by noun. */
const createNouns = (db: Database) => ({
  accounts: createAccounts(db),
  sessions: createSessions(db),
  oidcRecords: createOidcRecords(db),
  attempts: createAttempts(db),
  facts: createFacts(db),
  devices: createDevices(db),
  challenges: createChallenges(db),
  audit: createAudit(db),
  factors: createFactors(db),
  tickets: createTickets(db),
  usage: createUsage(db),
  outbox: createOutbox(db),
  identities: createIdentities(db),
  pairings: createPairings(db, pairingLife),
  proofs: createProofs(db),
  passkeys: createPasskeys(db),
  sync: createSyncStore(db),
  blobs: createBlobs(db),
  backups: createBackups(db),
})

export type Store = ReturnType<typeof createNouns> & {
  /** Resolves where the database answers. */
  ping(): Promise<void>
  /** On SQLite: another number than before when another process has written into the file. */
  fileVersion(): Promise<number>
  close(): Promise<void>
}

/** The store on an open database. */
export const createStore = (db: Database): Store => ({
  ...createNouns(db),
  async ping() {
    await sql`select 1`.execute(db)
  },
  async fileVersion() {
    const pragma = sql<{ data_version: number }>`pragma_data_version`.as('pragma')
    return (await db.selectFrom(pragma).select('data_version').executeTakeFirstOrThrow()).data_version
  },
  close: () => db.destroy(),
})

/** Opens the store and brings its schema up to date. Rejects where it cannot be opened. */
export const openStore = async (config: DatabaseConfig): Promise<Store> => createStore(await openDatabase(config))
