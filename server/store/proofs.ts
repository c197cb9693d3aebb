import { createHash } from 'node:crypto'
import type { Database } from './store.ts'

/** Proofs of possession that were used. */
export const createProofs = (db: Database) => ({
  /** Marks a proof as used; true the first time, on whichever node. `until`: milliseconds since 1970. */
  async claim(jti: string, until: number): Promise<boolean> {
    const jti_hash = createHash('sha256').update(jti).digest('base64url')
    const inserted = await db
      .insertInto('proofs')
      .values({ jti_hash, expires_at: until })
      .onConflict((conflict) => conflict.column('jti_hash').doNothing())
      .executeTakeFirst()
    return inserted.numInsertedOrUpdatedRows === 1n
  },

  async removeExpired(): Promise<void> {
    await db.deleteFrom('proofs').where('expires_at', '<', Date.now()).execute()
  },
})
