import type { Kysely } from 'kysely'

/** What each device proves of the secret of a QR code. */
export const pairingProofs = async (db: Kysely<unknown>): Promise<void> => {
  for (const column of ['new_proof', 'old_proof']) {
    await db.schema.alterTable('pairings').addColumn(column, 'text').execute()
  }
}

/** Devices that are about to be added with the consent of another. */
export const pairings = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('pairings')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('words', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('guesses', 'integer', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ticket_hash', 'text')
    .addColumn('client_id', 'text')
    .addColumn('name', 'text')
    .addColumn('platform', 'text')
    .addColumn('public_key', 'text')
    .addColumn('exchange_key', 'text')
    .addColumn('commitment', 'text')
    .addColumn('answer_key', 'text')
    .addColumn('answer_nonce', 'text')
    .addColumn('opening', 'text')
    .addColumn('wrapped_key', 'text')
    .addColumn('log_entry', 'text')
    .execute()
  for (const column of ['words', 'ticket_hash', 'created_at', 'account_id']) {
    await db.schema.createIndex(`pairings_${column}`).on('pairings').column(column).execute()
  }
}
