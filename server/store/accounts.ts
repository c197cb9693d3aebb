import { type Database, newId } from './store.ts'

export type Account = {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly passwordHash: string
}

const columns = ['id', 'email', 'name', 'password_hash as passwordHash'] as const

export const createAccounts = (db: Database) => ({
  findById: (id: string): Promise<Account | undefined> =>
    db.selectFrom('accounts').select(columns).where('id', '=', id).executeTakeFirst(),

  findByEmail: (email: string): Promise<Account | undefined> =>
    db.selectFrom('accounts').select(columns).where('email', '=', email).executeTakeFirst(),

  /** The new account, or undefined where the e-mail has one already. */
  async create(email: string, passwordHash: string): Promise<Account | undefined> {
    const account = { id: newId(), email, name: null, passwordHash }
    const inserted = await db
      .insertInto('accounts')
      .values({ id: account.id, email, name: null, password_hash: passwordHash, created_at: Date.now() })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .executeTakeFirst()
    return inserted.numInsertedOrUpdatedRows === 1n ? account : undefined
  },

  async setName(id: string, name: string | null): Promise<void> {
    await db.updateTable('accounts').set({ name }).where('id', '=', id).execute()
  },

  async setPasswordHash(id: string, hash: string): Promise<void> {
    await db.updateTable('accounts').set({ password_hash: hash }).where('id', '=', id).execute()
  },
})
