import type { Database } from './store.ts'

const day = 24 * 3600_000

/** ISO 8601, UTC. */
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** When the day of this time is over, in milliseconds since 1970. */
export const endOfDay = (time: number): number => (Math.floor(time / day) + 1) * day

/** Metered calls, by account and day, for all nodes. */
export const createUsage = (db: Database) => ({
  async plan(accountId: string): Promise<string> {
    const row = await db.selectFrom('accounts').select('plan').where('id', '=', accountId).executeTakeFirst()
    return row?.plan ?? ''
  },

  /** False where there is no such account. */
  async setPlan(accountId: string, plan: string): Promise<boolean> {
    const updated = await db.updateTable('accounts').set({ plan }).where('id', '=', accountId).executeTakeFirst()
    return updated.numUpdatedRows === 1n
  },

  /** Takes one call of today's; false where all of them are gone. One statement: of two at once, the last call is one's. */
  async take(accountId: string, quota: number): Promise<boolean> {
    const taken = await db
      .insertInto('usage')
      .values({ account_id: accountId, day: dayOf(Date.now()), calls: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'day'])
          .doUpdateSet((value) => ({ calls: value('usage.calls', '+', 1) }))
          .where('usage.calls', '<', quota),
      )
      .executeTakeFirst()
    return taken.numInsertedOrUpdatedRows === 1n
  },

  /** Gives a call back that came to nothing. */
  async giveBack(accountId: string): Promise<void> {
    await db
      .updateTable('usage')
      .set((value) => ({ calls: value('calls', '-', 1) }))
      .where('account_id', '=', accountId)
      .where('day', '=', dayOf(Date.now()))
      .where('calls', '>', 0)
      .execute()
  },

  list: (accountId: string): Promise<{ day: string; calls: number }[]> =>
    db.selectFrom('usage').select(['day', 'calls']).where('account_id', '=', accountId).orderBy('day').execute(),

  /** Drops days that are longer ago, in milliseconds. */
  async removeOlder(age: number): Promise<void> {
    await db
      .deleteFrom('usage')
      .where('day', '<', dayOf(Date.now() - age))
      .execute()
  },
})
