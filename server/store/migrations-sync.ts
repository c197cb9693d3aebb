import type { Kysely } from 'kysely'

/** What devices have sealed for each other: their log, the keys wrapped for them, their records, and parts of files. */
export const sync = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('sync_accounts')
    .addColumn('account_id', 'text', (column) => column.primaryKey().references('accounts.id').onDelete('cascade'))
    .addColumn('genesis', 'text')
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('log_length', 'integer', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('sync_log')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('entry_index', 'integer', (column) => column.notNull())
    .addColumn('entry', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sync_log_key', ['account_id', 'entry_index'])
    .execute()
  await db.schema
    .createTable('sync_wraps')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sync_wraps_key', ['account_id', 'epoch', 'recipient'])
    .execute()
  await db.schema
    .createTable('sync_heads')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sync_heads_key', ['account_id', 'device'])
    .execute()
  await db.schema
    .createTable('sync_records')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sync_records_key', ['account_id', 'position'])
    .addUniqueConstraint('sync_records_of_device', ['account_id', 'device', 'seq'])
    .execute()
  await db.schema
    .createTable('blob_chunks')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('blob', 'text', (column) => column.notNull())
    .addColumn('chunk', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('blob_chunks_key', ['account_id', 'blob', 'chunk'])
    .execute()
}
