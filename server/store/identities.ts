import { type Database, newId } from './store.ts'

export type Identity = {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly createdAt: number
}

type NewIdentity = Omit<Identity, 'createdAt'>

const insert = async (db: Database, accountId: string, { issuer, subject, email }: NewIdentity): Promise<boolean> => {
  const inserted = await db
    .insertInto('identities')
    .values({ issuer, subject, account_id: accountId, email, created_at: Date.now() })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}

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
  add: (accountId: string, identity: NewIdentity): Promise<boolean> => insert(db, accountId, identity),

  /** An account for an identity, its e-mail confirmed: both or neither. Undefined where one of them is there already. */
  createAccount: (identity: NewIdentity, email: string, name: string | null): Promise<string | undefined> =>
    db.transaction().execute(async (within) => {
      const id = newId()
      const now = Date.now()
      const row = { id, email, name, password_hash: '', created_at: now, email_verified_at: now }
      const inserted = await within
        .insertInto('accounts')
        .values(row)
        .onConflict((conflict) => conflict.column('email').doNothing())
        .executeTakeFirst()
      if (inserted.numInsertedOrUpdatedRows !== 1n) return undefined
      if (await insert(within, id, identity)) return id
      await within.deleteFrom('accounts').where('id', '=', id).execute()
      return undefined
    }),
})
