import { gather } from './gathered.ts'
import type { Database } from './store.ts'

export type Totp = {
  readonly sealedSecret: string
  /** When the first code was entered; null: it is being set up. */
  readonly confirmedAt: number | null
}

/** Second factors: one authenticator app and the codes for when it is lost. */
export const createFactors = (db: Database) => ({
  findTotp: gather(
    db,
    (ids) =>
      db
        .selectFrom('totp')
        .select(['account_id as accountId', 'sealed_secret as sealedSecret', 'confirmed_at as confirmedAt'])
        .where('account_id', 'in', ids),
    ({ accountId }) => accountId,
  ),

  /** Begins to set one up. One that was confirmed stays as it is. */
  async beginTotp(accountId: string, sealedSecret: string): Promise<void> {
    await db
      .insertInto('totp')
      .values({ account_id: accountId, sealed_secret: sealedSecret, last_step: 0, confirmed_at: null })
      .onConflict((conflict) =>
        conflict
          .column('account_id')
          .doUpdateSet({ sealed_secret: sealedSecret })
          .where('totp.confirmed_at', 'is', null),
      )
      .execute()
  },

  /** Uses up the code of a time step. False where it, or a later one, was used before. */
  async useStep(accountId: string, step: number): Promise<boolean> {
    const used = await db
      .updateTable('totp')
      .set({ last_step: step })
      .where('account_id', '=', accountId)
      .where('last_step', '<', step)
      .executeTakeFirst()
    return used.numUpdatedRows === 1n
  },

  async confirmTotp(accountId: string): Promise<void> {
    await db.updateTable('totp').set({ confirmed_at: Date.now() }).where('account_id', '=', accountId).execute()
  },

  /** Takes the app and its codes away. */
  async removeTotp(accountId: string): Promise<void> {
    await db.transaction().execute(async (within) => {
      await within.deleteFrom('totp').where('account_id', '=', accountId).execute()
      await within.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
    })
  },

  /** These codes and no others. */
  async setRecoveryCodes(accountId: string, hashes: readonly string[]): Promise<void> {
    const rows = hashes.map((code_hash) => ({ account_id: accountId, code_hash }))
    await db.transaction().execute(async (within) => {
      await within.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
      await within.insertInto('recovery_codes').values(rows).execute()
    })
  },

  /** Uses a code up. False where it is none. */
  async useRecoveryCode(accountId: string, hash: string): Promise<boolean> {
    const gone = await db
      .deleteFrom('recovery_codes')
      .where('account_id', '=', accountId)
      .where('code_hash', '=', hash)
      .executeTakeFirst()
    return gone.numDeletedRows === 1n
  },

  async countRecoveryCodes(accountId: string): Promise<number> {
    const rows = await db.selectFrom('recovery_codes').select('code_hash').where('account_id', '=', accountId).execute()
    return rows.length
  },
})
