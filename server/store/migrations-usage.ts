import type { Kysely } from 'kysely'

/** Plans and what was used of them; identities whose account was deleted while somebody else still gives tokens for them. */
export const usage = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable('accounts')
    .addColumn('plan', 'text', (column) => column.notNull().defaultTo('free'))
    .execute()
  await db.schema
    .createTable('usage')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('calls', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('usage_key', ['account_id', 'day'])
    .execute()
  await db.schema
    .createTable('ended_identities')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .execute()
}
