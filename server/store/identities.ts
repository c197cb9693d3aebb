import { type Database, newId } from './store.ts'

export type Identity = {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly createdAt: number
}

type Newcomer = Omit<Identity, 'createdAt' | 'email'> & { readonly email: string; readonly name: string | null }

/** Who people are at other providers: by issuer and subject, which alone never change hands (OIDC Core §5.7). */
export const createIdentities = (db: Database) => ({
  async findAccount(issuer: string, subject: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('identities')
      .select('account_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row?.account_id
  },

  list: (accountId: string): Promise<Identity[]> =>
    db
      .selectFrom('identities')
      .select(['issuer', 'subject', 'email', 'created_at as createdAt'])
      .where('account_id', '=', accountId)
      .orderBy('created_at')
      .execute(),

  /** False where somebody has this identity already. */
  async add(accountId: string, { issuer, subject, email }: Omit<Identity, 'createdAt'>): Promise<boolean> {
    const inserted = await db
      .insertInto('identities')
      .values({ issuer, subject, account_id: accountId, email, created_at: Date.now() })
      .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
      .executeTakeFirst()
    return inserted.numInsertedOrUpdatedRows === 1n
  },

  /** A new account, whose e-mail is known to be theirs, with its identity; undefined where either is taken already. */
  createAccount: ({ issuer, subject, email, name }: Newcomer): Promise<string | undefined> =>
    db.transaction().execute(async (within) => {
      const [id, now] = [newId(), Date.now()]
      const account = await within
        .insertInto('accounts')
        .values({ id, email, name, password_hash: '', created_at: now, email_verified_at: now })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .executeTakeFirst()
      if (account.numInsertedOrUpdatedRows !== 1n) return undefined
      const identity = await within
        .insertInto('identities')
        .values({ issuer, subject, account_id: id, email, created_at: now })
        .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
        .executeTakeFirst()
      if (identity.numInsertedOrUpdatedRows === 1n) return id
      await within.deleteFrom('accounts').where('id', '=', id).execute()
      return undefined
    }),
})
