import type { Database } from './store.ts'

export type Passkey = {
  /** The credential's own id, base64url. */
  readonly id: string
  readonly accountId: string
  /** COSE, base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export const createPasskeys = (db: Database) => {
  const select = () =>
    db
      .selectFrom('passkeys')
      .select([
        'id',
        'account_id as accountId',
        'public_key as publicKey',
        'counter',
        'name',
        'created_at as createdAt',
        'last_used_at as lastUsedAt',
      ])

  return {
    find: (id: string): Promise<Passkey | undefined> => select().where('id', '=', id).executeTakeFirst(),

    list: (accountId: string): Promise<Passkey[]> =>
      select().where('account_id', '=', accountId).orderBy('created_at').orderBy('id').execute(),

    /** False where there is one with this id already. */
    async add({ accountId, publicKey, ...rest }: Omit<Passkey, 'createdAt' | 'lastUsedAt'>): Promise<boolean> {
      const times = { created_at: Date.now(), last_used_at: null }
      const inserted = await db
        .insertInto('passkeys')
        .values({ ...rest, ...times, account_id: accountId, public_key: publicKey })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },

    async use(id: string, counter: number): Promise<void> {
      await db.updateTable('passkeys').set({ counter, last_used_at: Date.now() }).where('id', '=', id).execute()
    },

    async remove(accountId: string, id: string): Promise<void> {
      await db.deleteFrom('passkeys').where('account_id', '=', accountId).where('id', '=', id).execute()
    },
  }
}
