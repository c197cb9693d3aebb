import { sql } from 'kysely'
import { prepare } from './prepared.ts'
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

const number = (value: number) => sql`cast(${sql.lit(value)} as double precision)`

// Within the statement `excluded` is the row that a first attempt now would make.
const isForgotten = sql`attempts.updated_at <= excluded.updated_at - ${sql.lit(memory)}`

/** How full the bucket of a row is now, in SQL; the time for one more doubles as `intervalAfter` says. */
const filledIn = ({ burst, interval, longest }: Limit) => {
  const doublings = Math.ceil(Math.log2(longest / interval))
  const beyond = sql`(attempts.failures - ${sql.lit(burst)})`
  const pace = sql`case when ${beyond} >= ${sql.lit(doublings)} then ${number(longest)}
    when ${beyond} <= 0 then ${number(interval)}
    else ${number(interval)} * (1 << ${beyond}) end`
  const passed = sql`case when attempts.updated_at > excluded.updated_at then 0
    else excluded.updated_at - attempts.updated_at end`
  const sum = sql`(attempts.tokens + (${passed}) / (${pace}))`
  return sql`case when ${isForgotten} or ${sum} > ${number(burst)} then ${number(burst)} else ${sum} end`
}

/** One token, but for what rounding loses of it: who has waited as long as was said has one. */
const whole = 1 - 1e-9

/** Takes an attempt from the bucket `key` at the time `now`: its row, or none where it has not one whole token. */
const takeFrom = (limit: Limit) => sql`
  insert into attempts (key, tokens, failures, updated_at)
  values (cast(${''} as text), ${number(limit.burst - 1)}, 1, cast(${0} as bigint))
  on conflict (key) do update set
    tokens = (${filledIn(limit)}) - 1,
    failures = case when ${isForgotten} then 1 else attempts.failures + 1 end,
    updated_at = excluded.updated_at
  where (${filledIn(limit)}) >= ${number(whole)}
  returning key
`

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

  const prepared = new WeakMap<Limit, ReturnType<typeof prepare>>()
  const takes = (limit: Limit) => {
    const known = prepared.get(limit) ?? prepare(db, () => takeFrom(limit).compile(db))
    prepared.set(limit, known)
    return known
  }

  // Full again: the row of a first attempt a long time ago.
  const settle = prepare(db, () => {
    const key = sql`cast(${''} as text)`
    return sql`
      update attempts set
        tokens = case when key = ${key} then tokens + 1 else tokens end,
        failures = case when key = ${key} then failures - 1 else failures end,
        updated_at = case when key = ${key} then 0 else updated_at end
      where key in (${key}, ${key})
    `.compile(db)
  })
  const clear = prepare(db, () => db.deleteFrom('attempts').where('key', '=', '').compile())

  return {
    /**
     * Takes one attempt. 0 where it may go ahead, else the milliseconds to wait. One statement makes the row or judges and changes
     * it: of two at once, on whatever node, the second sees what the first took, and a third that clears it comes before or after.
     */
    async take(key: string, limit: Limit): Promise<number> {
      const now = Date.now()
      const { rows } = await takes(limit)(key, now)
      return rows.length > 0 ? 0 : waitOf(key, limit, now)
    },

    /** The last attempt was good: those of `cleared` are forgotten, and `given` gets one back, for only bad ones count there. */
    async settle(cleared: string, given: string): Promise<void> {
      await settle(given, given, cleared, cleared, given)
    },

    /** Forgets the attempts: the last one was good. */
    async clear(key: string): Promise<void> {
      await clear(key)
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
