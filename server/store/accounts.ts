import { gather } from './gathered.ts'
import { type Database, newId } from './store.ts'

export type Account = {
  readonly id: string
  readonly email: string
  readonly name: string | null
  /** Empty where the account has no password. */
  readonly passwordHash: string
  readonly createdAt: number
  readonly emailVerifiedAt: number | null
  readonly downloadedAt: number | null
}

const nowhere = '@none.invalid'

/** What stands for the e-mail of an account that has none: a name that no mail can go to (RFC 2606 §2). */
export const noEmail = (id: string): string => `${id}${nowhere}`

/** The e-mail of an account; null where it has none. */
export const emailOf = ({ email }: Pick<Account, 'email'>): string | null => (email.endsWith(nowhere) ? null : email)

const columns = [
  'id',
  'email',
  'name',
  'password_hash as passwordHash',
  'created_at as createdAt',
  'email_verified_at as emailVerifiedAt',
  'downloaded_at as downloadedAt',
] as const

/** By their id. */
const createFind = (db: Database): ((id: string) => Promise<Account | undefined>) =>
  gather(
    db,
    (ids) => db.selectFrom('accounts').select(columns).where('id', 'in', ids),
    ({ id }) => id,
  )

export const createAccounts = (db: Database) => ({
  findById: createFind(db),

  findByEmail: gather(
    db,
    (emails) => db.selectFrom('accounts').select(columns).where('email', 'in', emails),
    ({ email }) => email,
  ),

  /** The new account, or undefined where the e-mail has one already. */
  async create(email: string, passwordHash: string): Promise<Account | undefined> {
    const common = { id: newId(), email, name: null }
    const createdAt = Date.now()
    const account = { ...common, passwordHash, createdAt, emailVerifiedAt: null, downloadedAt: null }
    const inserted = await db
      .insertInto('accounts')
      .values({ ...common, password_hash: passwordHash, created_at: createdAt })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .executeTakeFirst()
    return inserted.numInsertedOrUpdatedRows === 1n ? account : undefined
  },

  async setName(id: string, name: string | null): Promise<void> {
    await db.updateTable('accounts').set({ name }).where('id', '=', id).execute()
  },

  /** Counts a download of the app. */
  async noteDownload(id: string): Promise<void> {
    await db
      .updateTable('accounts')
      .set((value) => ({ downloaded_at: Date.now(), downloads: value('downloads', '+', 1) }))
      .where('id', '=', id)
      .execute()
  },

  /** Removes an account with everything that is under it; what was written down of it goes too. */
  async remove(id: string): Promise<void> {
    await db.transaction().execute(async (within) => {
      await within.deleteFrom('audit_events').where('account_id', '=', id).execute()
      await within.deleteFrom('accounts').where('id', '=', id).execute()
    })
  },

  /** Gives an account an e-mail whose owner has proven it. False where another account has it. */
  async setVerifiedEmail(id: string, email: string): Promise<boolean> {
    return db.transaction().execute(async (within) => {
      const holder = await within.selectFrom('accounts').select('id').where('email', '=', email).executeTakeFirst()
      if (holder !== undefined && holder.id !== id) return false
      const verified = { email, email_verified_at: Date.now() }
      await within.updateTable('accounts').set(verified).where('id', '=', id).execute()
      return true
    })
  },

  async setPasswordHash(id: string, hash: string): Promise<void> {
    await db.updateTable('accounts').set({ password_hash: hash }).where('id', '=', id).execute()
  },
})
