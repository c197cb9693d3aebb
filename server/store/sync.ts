import { PostgresAdapter, sql } from 'kysely'
import type { Range } from '../../src/sync/wire/content.ts'
import { partsOf } from './parts.ts'
import type { Database } from './store.ts'

/** What an account has. */
export type SyncState = {
  readonly genesis: string | null
  readonly position: number
  readonly logLength: number
  readonly bytes: number
}

export type DeviceHead = { readonly device: string; readonly seq: number; readonly hash: string }

export type NewRecord = DeviceHead & { readonly kind: number; readonly size: number; readonly record: string }

export type Wrap = { readonly epoch: number; readonly recipient: string; readonly wrapped: string }

/** `isLast`: there were none after these. */
export type RecordPage = {
  readonly records: readonly { readonly position: number; readonly record: string }[]
  readonly isLast: boolean
}

/** Positions after the first and up to the last of two. */
export type Span = readonly [after: number, upTo: number]

/** The channel on which nodes tell each other that an account has something new. */
export const syncChannel = 'holdfast_sync'

const nothing: SyncState = { genesis: null, position: 0, logLength: 0, bytes: 0 }

const columns = ['genesis', 'position', 'log_length as logLength', 'bytes'] as const

/** The state of an account, which nobody else changes until the transaction is over. */
export const lockAccount = async (within: Database, accountId: string): Promise<SyncState> => {
  await within
    .insertInto('sync_accounts')
    .values({ account_id: accountId, genesis: null, position: 0, log_length: 0, bytes: 0 })
    .onConflict((conflict) => conflict.column('account_id').doNothing())
    .execute()
  const select = within.selectFrom('sync_accounts').select(columns).where('account_id', '=', accountId)
  return select.forUpdate().executeTakeFirstOrThrow()
}

export const saveAccount = async (within: Database, accountId: string, state: SyncState): Promise<void> => {
  const { genesis, position, logLength: log_length, bytes } = state
  const row = { genesis, position, log_length, bytes }
  await within.updateTable('sync_accounts').set(row).where('account_id', '=', accountId).execute()
}

/** Told when the transaction is over, to every node on PostgreSQL. */
const announce = async (within: Database, accountId: string): Promise<void> => {
  if (!(within.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`select pg_notify(${syncChannel}, ${accountId})`.execute(within)
}

/** What may be read and written while an account is locked. */
const createLocked = (within: Database, accountId: string) => {
  const ofDevice = (device: string) =>
    within.selectFrom('sync_records').where('account_id', '=', accountId).where('device', '=', device)

  return {
    log: async (): Promise<string[]> => {
      const select = within.selectFrom('sync_log').select('entry').where('account_id', '=', accountId)
      return (await select.orderBy('entry_index').execute()).map(({ entry }) => entry)
    },

    async addEntry(index: number, entry: string, wraps: readonly Wrap[]): Promise<void> {
      await within.insertInto('sync_log').values({ account_id: accountId, entry_index: index, entry }).execute()
      for (const wrap of wraps) {
        await within
          .insertInto('sync_wraps')
          .values({ account_id: accountId, ...wrap })
          .onConflict((conflict) => conflict.columns(['account_id', 'epoch', 'recipient']).doUpdateSet(wrap))
          .execute()
      }
    },

    head: async (device: string): Promise<DeviceHead | undefined> =>
      within
        .selectFrom('sync_heads')
        .select(['device', 'seq', 'hash'])
        .where('account_id', '=', accountId)
        .where('device', '=', device)
        .executeTakeFirst(),

    find: (device: string, seq: number) =>
      ofDevice(device).select(['position', 'hash', 'kind']).where('seq', '=', seq).executeTakeFirst(),

    async addRecords(records: readonly (NewRecord & { readonly position: number })[]): Promise<void> {
      const last = records.at(-1)
      if (last === undefined) return
      const rows = records.map((record) => ({ account_id: accountId, ...record }))
      await within.insertInto('sync_records').values(rows).execute()
      const { device, seq, hash } = last
      await within
        .insertInto('sync_heads')
        .values({ account_id: accountId, device, seq, hash })
        .onConflict((conflict) => conflict.columns(['account_id', 'device']).doUpdateSet({ seq, hash }))
        .execute()
    },

    /** Removes records of a device before `before`, in these ranges of numbers. Answers how many bytes they had, and how many they were. */
    async removeRecords(device: string, before: number, ranges: readonly Range[]) {
      let [bytes, count] = [0, 0]
      for (const [first, last] of ranges) {
        const removed = await within
          .deleteFrom('sync_records')
          .where('account_id', '=', accountId)
          .where('device', '=', device)
          .where('seq', '>=', first)
          .where('seq', '<=', Math.min(last, before - 1))
          .returning('size')
          .execute()
        count += removed.length
        bytes += removed.reduce((sum, { size }) => sum + size, 0)
      }
      return { bytes, count }
    },
  }
}

export type LockedSync = ReturnType<typeof createLocked>

export const createSyncStore = (db: Database) => ({
  async state(accountId: string): Promise<SyncState> {
    const select = db.selectFrom('sync_accounts').select(columns).where('account_id', '=', accountId)
    return (await select.executeTakeFirst()) ?? nothing
  },

  /** The same of several accounts, by their ids. */
  async states(accountIds: readonly string[]): Promise<ReadonlyMap<string, SyncState>> {
    const states = new Map<string, SyncState>(accountIds.map((id) => [id, nothing]))
    for (const ids of partsOf(accountIds)) {
      const rows = await db
        .selectFrom('sync_accounts')
        .select(['account_id', ...columns])
        .where('account_id', 'in', ids)
        .execute()
      for (const { account_id, ...state } of rows) states.set(account_id, state)
    }
    return states
  },

  /** Of all accounts together. */
  async totals(): Promise<{ readonly accounts: number; readonly records: number; readonly bytes: number }> {
    const { accounts, records, bytes } = await db
      .selectFrom('sync_accounts')
      .select(({ fn }) => [fn.countAll().as('accounts'), fn.sum('position').as('records'), fn.sum('bytes').as('bytes')])
      .executeTakeFirstOrThrow()
    // A sum is no number of its own in PostgreSQL, and none of nothing.
    return { accounts: Number(accounts), records: Number(records), bytes: Number(bytes) }
  },

  /** Changes what an account has, alone. `change` answers the new state with what is to be told, or undefined to leave it. */
  change: <T>(
    accountId: string,
    change: (state: SyncState, locked: LockedSync) => Promise<{ readonly state?: SyncState; readonly told: T }>,
  ): Promise<T> =>
    db.transaction().execute(async (within) => {
      const before = await lockAccount(within, accountId)
      const { state, told } = await change(before, createLocked(within, accountId))
      if (state !== undefined) {
        await saveAccount(within, accountId, state)
        await announce(within, accountId)
      }
      return told
    }),

  /**
   * Records after a position and up to another, in order: so many at most, and no more bytes than this, but one whatever its size.
   */
  async records(accountId: string, [after, upTo]: Span, limit: number, bytes: number): Promise<RecordPage> {
    const later = db
      .selectFrom('sync_records')
      .where('account_id', '=', accountId)
      .where('position', '>', after)
      .where('position', '<=', upTo)
      .orderBy('position')
    // Sizes first: what is not sent is not read.
    const sizes = await later.select(['position', 'size']).limit(limit).execute()
    let [count, total] = [0, 0]
    for (const { size } of sizes) {
      total += size
      if (count > 0 && total > bytes) break
      count += 1
    }
    const last = sizes[count - 1]
    if (last === undefined) return { records: [], isLast: true }
    const records = await later.select(['position', 'record']).where('position', '<=', last.position).execute()
    return { records, isLast: count === sizes.length && count < limit }
  },

  heads: (accountId: string): Promise<DeviceHead[]> =>
    db
      .selectFrom('sync_heads')
      .select(['device', 'seq', 'hash'])
      .where('account_id', '=', accountId)
      .orderBy('device')
      .execute(),

  log: async (accountId: string, after: number): Promise<string[]> => {
    const select = db.selectFrom('sync_log').select('entry').where('account_id', '=', accountId)
    const rows = await select.where('entry_index', '>=', after).orderBy('entry_index').execute()
    return rows.map(({ entry }) => entry)
  },

  wraps: (accountId: string): Promise<Wrap[]> =>
    db
      .selectFrom('sync_wraps')
      .select(['epoch', 'recipient', 'wrapped'])
      .where('account_id', '=', accountId)
      .orderBy('epoch')
      .orderBy('recipient')
      .execute(),
})
