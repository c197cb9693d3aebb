import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { accounts } from './migrations-accounts.ts'
import { backups, blobDeletions } from './migrations-backups.ts'
import { devices } from './migrations-devices.ts'
import { pairingProofs, pairings } from './migrations-pairings.ts'
import { sync } from './migrations-sync.ts'
import { usage } from './migrations-usage.ts'

// Servers of two versions run on one schema while they are updated one by one, and the older may be started again meanwhile.
// So a migration only adds: tables, columns that may be null or have a default, indexes. What nobody uses any more is dropped
// in a later version, when `oldest` below names a schema that no longer had a use for it.

type Any = Kysely<unknown>

export type Migrations = Readonly<Record<string, Migration>>

const first = async (db: Any): Promise<void> => {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text')
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('provider_session', 'text')
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('device_name', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await db.schema.createIndex('sessions_account').on('sessions').column('account_id').execute()
  await db.schema
    .createTable('oidc_records')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('id_hash', 'text', (column) => column.notNull())
    .addColumn('grant_id', 'text')
    .addColumn('uid', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('consumed_at', 'bigint')
    .addPrimaryKeyConstraint('oidc_records_key', ['model', 'id_hash'])
    .execute()
  for (const column of ['grant_id', 'uid', 'expires_at']) {
    await db.schema.createIndex(`oidc_records_${column}`).on('oidc_records').column(column).execute()
  }
  await db.schema
    .createTable('audit_events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('account_id', 'text')
    .addColumn('session_id', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('audit_events_account').on('audit_events').column('account_id').execute()
  await db.schema
    .createTable('attempts')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('tokens', 'double precision', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
}

const facts = async (db: Any): Promise<void> => {
  await db.schema
    .createTable('server_facts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}

const proofs = async (db: Any): Promise<void> => {
  await db.schema
    .createTable('proofs')
    .addColumn('jti_hash', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('proofs_expires_at').on('proofs').column('expires_at').execute()
}

/** In the order of their names. A migration that was released is never changed. */
export const migrations: Migrations = {
  '001-first': { up: first },
  '002-facts': { up: facts },
  '003-proofs': { up: proofs },
  '004-devices': { up: devices },
  '005-accounts': { up: accounts },
  '006-pairings': { up: pairings },
  '007-pairing-proofs': { up: pairingProofs },
  '010-usage': { up: usage },
  '020-sync': { up: sync },
  '021-backups': { up: backups },
  '022-blob-deletions': { up: blobDeletions },
}

/** A server that knows this migration can use the schema of this one, whatever was added since. */
export const oldest = '001-first'
