import { sql } from 'kysely'
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

const number = (value: number) => sql<number>`cast(${value} as double precision)`
const count = (value: number) => sql<number>`cast(${value} as integer)`
const time = (value: number) => sql<number>`cast(${value} as bigint)`

/** How full the bucket of a row is now, in SQL; the time for one more doubles as `intervalAfter` says. */
const filledIn = ({ burst, interval, longest }: Limit, now: number) => {
  const doublings = Math.ceil(Math.log2(longest / interval))
  const beyond = sql`(attempts.failures - ${count(burst)})`
  const pace = sql`case when ${beyond} >= ${count(doublings)} then ${number(longest)}
    when ${beyond} <= 0 then ${number(interval)}
    else ${number(interval)} * (1 << ${beyond}) end`
  const rest = sql`case when attempts.updated_at > ${time(now)} then 0 else ${time(now)} - attempts.updated_at end`
  const sum = sql`(attempts.tokens + (${rest}) / (${pace}))`
  return sql`case when ${isForgotten(now)} or ${sum} > ${number(burst)} then ${number(burst)} else ${sum} end`
}

const isForgotten = (now: number) => sql`attempts.updated_at <= ${time(now - memory)}`

const intervalAfter = ({ burst, interval, longest }: Limit, failures: number): number =>
  Math.min(longest, interval * 2 ** Math.max(0, failures - burst))

/** Token buckets that hold across restarts. */
export const createAttempts = (db: Database) => {
  /** Of a bucket that has not one whole token. */
  const waitOf = async (key: string, limit: Limit, now: number): Promise<number> => {
    const row = await db.selectFrom('attempts').selectAll().where('key', '=', key).executeTakeFirst()
    // Cleared meanwhile by an attempt that was good.
    if (row === undefined) return 1
    const interval = intervalAfter(limit, row.failures)
    const filled = row.tokens + Math.max(0, now - row.updated_at) / interval
    return Math.max(1, Math.ceil((1 - filled) * interval))
  }

  return {
    /**
     * Takes one attempt. 0 where it may go ahead, else the milliseconds to wait. One statement makes the row or judges and changes
     * it: of two at once, on whatever node, the second sees what the first took, and a third that clears it comes before or after.
     */
    async take(key: string, limit: Limit): Promise<number> {
      const now = Date.now()
      const filled = filledIn(limit, now)
      const { rows } = await sql`
        insert into attempts (key, tokens, failures, updated_at)
        values (${key}, ${number(limit.burst - 1)}, 1, ${time(now)})
        on conflict (key) do update set
          tokens = (${filled}) - 1,
          failures = case when ${isForgotten(now)} then 1 else attempts.failures + 1 end,
          updated_at = ${time(now)}
        where (${filled}) >= 1
        returning key
      `.execute(db)
      return rows.length > 0 ? 0 : waitOf(key, limit, now)
    },

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
