import type { Database } from './store.ts'

export type Limit = {
  /** Attempts that can be made at once. */
  readonly burst: number
  /** Milliseconds for one more; doubles with every failure beyond the burst, up to `longest`. */
  readonly interval: number
  readonly longest: number
}

/** After this long without an attempt the failures are forgotten. */
const memory = 3600_000

/** Token buckets that hold across restarts. */
export const createAttempts = (db: Database) => {
  const intervalAfter = (limit: Limit, failures: number): number =>
    Math.min(limit.longest, limit.interval * 2 ** Math.max(0, failures - limit.burst))

  return {
    /** Takes one attempt. 0 where it may go ahead, else the milliseconds to wait. */
    take: (key: string, limit: Limit): Promise<number> =>
      db.transaction().execute(async (within) => {
        const now = Date.now()
        const full = { tokens: limit.burst, failures: 0, updated_at: now }
        // The row is made or locked, in one statement: of two at once, on whatever node, the second sees what the first took,
        // and a third that clears it comes before or after both.
        const row = await within
          .insertInto('attempts')
          .values({ key, ...full })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ key }))
          .returningAll()
          .executeTakeFirstOrThrow()
        const { tokens, failures, updated_at } = now - row.updated_at < memory ? row : full
        const interval = intervalAfter(limit, failures)
        const filled = Math.min(limit.burst, tokens + Math.max(0, now - updated_at) / interval)
        if (filled < 1) return Math.ceil((1 - filled) * interval)
        const next = { tokens: filled - 1, failures: failures + 1, updated_at: now }
        await within.updateTable('attempts').set(next).where('key', '=', key).execute()
        return 0
      }),

    /** Gives one attempt back: it was good, and only bad ones count. */
    async giveBack(key: string): Promise<void> {
      await db
        .updateTable('attempts')
        .set((value) => ({ tokens: value('tokens', '+', 1), failures: value('failures', '-', 1) }))
        .where('key', '=', key)
        .execute()
    },

    /** Forgets the attempts: the last one was good. */
    async clear(key: string): Promise<void> {
      await db.deleteFrom('attempts').where('key', '=', key).execute()
    },

    /** Drops what has long been full again. */
    async removeOld(): Promise<void> {
      await db
        .deleteFrom('attempts')
        .where('updated_at', '<', Date.now() - memory)
        .execute()
    },
  }
}
