import { createHash } from 'node:crypto'
import type { Database } from './store.ts'

const hash = (challenge: string): string => createHash('sha256').update(challenge).digest('base64url')

/** Challenges that devices answer, under their hashes. */
export const createChallenges = (db: Database) => ({
  async put(challenge: string, deviceId: string, createdAt: number): Promise<void> {
    const row = { id_hash: hash(challenge), device_id: deviceId, created_at: createdAt }
    await db.insertInto('challenges').values(row).execute()
  },

  /** The challenge, which is then gone: of two who take it at once, one gets it. */
  async take(challenge: string): Promise<{ readonly deviceId: string; readonly createdAt: number } | undefined> {
    const found = await db
      .selectFrom('challenges')
      .select(['device_id as deviceId', 'created_at as createdAt'])
      .where('id_hash', '=', hash(challenge))
      .executeTakeFirst()
    const gone = await db.deleteFrom('challenges').where('id_hash', '=', hash(challenge)).executeTakeFirst()
    return gone.numDeletedRows === 1n ? found : undefined
  },

  async removeOlder(milliseconds: number): Promise<void> {
    await db
      .deleteFrom('challenges')
      .where('created_at', '<', Date.now() - milliseconds)
      .execute()
  },
})
