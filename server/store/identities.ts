import { createHash } from 'node:crypto'
import { noEmail } from './accounts.ts'
import { type Database, newId } from './store.ts'

export type Identity = {
  readonly issuer: string
  readonly subject: string
  readonly email: string | null
  readonly createdAt: number
}

type NewIdentity = Omit<Identity, 'createdAt'>

const hash = (issuer: string, subject: string): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')

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

  /**
   * An account for an identity, with its e-mail confirmed or without one: both or neither. Undefined where the identity or
   * the e-mail has an account already.
   */
  createAccount: (identity: NewIdentity, email: string | null, name: string | null): Promise<string | undefined> =>
    db.transaction().execute(async (within) => {
      const id = newId()
      const now = Date.now()
      const address = { email: email ?? noEmail(id), email_verified_at: email === null ? null : now }
      const row = { id, ...address, name, password_hash: '', created_at: now }
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

  /** Notes that the account of these identities is deleted: what was given out for them before is good no more. */
  async end(identities: readonly Pick<Identity, 'issuer' | 'subject'>[]): Promise<void> {
    for (const { issuer, subject } of identities) {
      const ended_at = Date.now()
      await db
        .insertInto('ended_identities')
        .values({ id_hash: hash(issuer, subject), ended_at })
        .onConflict((conflict) => conflict.column('id_hash').doUpdateSet({ ended_at }))
        .execute()
    }
  },

  /** When an account of this identity was deleted; 0: never. */
  async endedAt(issuer: string, subject: string): Promise<number> {
    const row = await db
      .selectFrom('ended_identities')
      .select('ended_at')
      .where('id_hash', '=', hash(issuer, subject))
      .executeTakeFirst()
    return row?.ended_at ?? 0
  },
})
