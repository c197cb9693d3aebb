import type { Kysely } from 'kysely'

/** Backups that devices have made of their accounts, in parts. */
export const backups = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('sync_backups')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addColumn('completed_at', 'bigint')
    .addPrimaryKeyConstraint('sync_backups_key', ['account_id', 'id'])
    .execute()
  await db.schema
    .createTable('sync_backup_parts')
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('backup', 'text', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sync_backup_parts_key', ['account_id', 'backup', 'part'])
    .addForeignKeyConstraint(
      'sync_backup_parts_backup',
      ['account_id', 'backup'],
      'sync_backups',
      ['account_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
}

/** Blobs that were removed, until they are removed for good. */
export const blobDeletions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('blob_deletions')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('blob', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('blob_deletions_key', ['account_id', 'blob'])
    .execute()
}
