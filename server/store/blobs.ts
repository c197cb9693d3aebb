import type { Database } from './store.ts'
import { lockAccount, saveAccount } from './sync.ts'

/** How long a blob that was removed is still there; milliseconds. */
const grace = 30 * 24 * 3600_000

/** A blob of an account. `deletedAt`: it was removed, and waits for the end of its grace. */
export type BlobAbout = { readonly blob: string; readonly deletedAt: number | null }

const deletionsOf = (within: Database, accountId: string) =>
  within.selectFrom('blob_deletions').where('account_id', '=', accountId)

const chunksOf = (within: Database, accountId: string, blob: string) =>
  within.selectFrom('blob_chunks').where('account_id', '=', accountId).where('blob', '=', blob)

/** Bytes of a blob whose removal is taken back with this; 0 where it was not removed. */
const takeBack = async (within: Database, accountId: string, blob: string): Promise<number> => {
  const taken = await within
    .deleteFrom('blob_deletions')
    .where('account_id', '=', accountId)
    .where('blob', '=', blob)
    .returning('size')
    .executeTakeFirst()
  return taken?.size ?? 0
}

/** Removes a blob for good. What it had of the quota was given back before. */
const purge = async (within: Database, accountId: string, blob: string): Promise<void> => {
  for (const table of ['blob_deletions', 'blob_chunks'] as const) {
    await within.deleteFrom(table).where('account_id', '=', accountId).where('blob', '=', blob).execute()
  }
}

/** What was removed takes no more of the disk than what an account may have: beyond it the oldest goes at once. */
const keepWithin = async (within: Database, accountId: string, quota: number): Promise<void> => {
  const newestFirst = deletionsOf(within, accountId).select(['blob', 'size']).orderBy('deleted_at', 'desc')
  let bytes = 0
  for (const { blob, size } of await newestFirst.orderBy('blob').execute()) {
    bytes += size
    if (bytes > quota) await purge(within, accountId, blob)
  }
}

/** Parts of files, each under the hash of its bytes. */
export const createBlobs = (db: Database) => ({
  /** Names of the chunks of a blob that are there, and stay. */
  async list(accountId: string, blob: string): Promise<string[]> {
    const deleted = await deletionsOf(db, accountId).select('blob').where('blob', '=', blob).executeTakeFirst()
    // A client must not rely on them: whoever needs one of them puts it again.
    if (deleted !== undefined) return []
    const rows = await chunksOf(db, accountId, blob).select('chunk').orderBy('chunk').execute()
    return rows.map(({ chunk }) => chunk)
  },

  /** The bytes of a chunk, also of a blob that was removed, while it is still there. */
  async find(accountId: string, blob: string, chunk: string): Promise<Buffer<ArrayBuffer> | undefined> {
    const row = await chunksOf(db, accountId, blob).select('content').where('chunk', '=', chunk).executeTakeFirst()
    return row === undefined ? undefined : Buffer.from(row.content, 'base64url')
  },

  /** False where the account has no room for it. The same chunk twice is one. A blob that was removed is back with it. */
  put: (accountId: string, blob: string, chunk: string, bytes: Buffer, quota: number): Promise<boolean> =>
    db
      .transaction()
      .execute(async (within) => {
        const state = await lockAccount(within, accountId)
        const found = await chunksOf(within, accountId, blob)
          .select('size')
          .where('chunk', '=', chunk)
          .executeTakeFirst()
        const size = bytes.length
        const added = (await takeBack(within, accountId, blob)) + (found === undefined ? size : 0)
        if (added === 0) return true
        // The removal that was taken back stays, too.
        if (state.bytes + added > quota) throw new Full()
        const row = { account_id: accountId, blob, chunk, size, content: bytes.toString('base64url') }
        if (found === undefined) await within.insertInto('blob_chunks').values(row).execute()
        await saveAccount(within, accountId, { ...state, bytes: state.bytes + added })
        return true
      })
      .catch((error: unknown) => {
        if (error instanceof Full) return false
        throw error
      }),

  /** Removes a blob, and makes its room free; its bytes can be had for 30 days more. False where there is none. */
  remove: (accountId: string, blob: string, quota: number): Promise<boolean> =>
    db.transaction().execute(async (within) => {
      const state = await lockAccount(within, accountId)
      const { size } = await chunksOf(within, accountId, blob)
        .select(({ fn }) => fn.sum<number | string | null>('size').as('size'))
        .executeTakeFirstOrThrow()
      if (size === null) return false
      const inserted = await within
        .insertInto('blob_deletions')
        .values({ account_id: accountId, blob, size: Number(size), deleted_at: Date.now() })
        .onConflict((conflict) => conflict.columns(['account_id', 'blob']).doNothing())
        .returning('blob')
        .executeTakeFirst()
      if (inserted === undefined) return false
      await saveAccount(within, accountId, { ...state, bytes: state.bytes - Number(size) })
      await keepWithin(within, accountId, quota)
      return true
    }),

  /** Every blob of an account. */
  all: (accountId: string): Promise<readonly BlobAbout[]> =>
    db
      .selectFrom('blob_chunks as chunk')
      .leftJoin('blob_deletions as deletion', (join) =>
        join.onRef('deletion.account_id', '=', 'chunk.account_id').onRef('deletion.blob', '=', 'chunk.blob'),
      )
      .select(['chunk.blob as blob', 'deletion.deleted_at as deletedAt'])
      .distinct()
      .where('chunk.account_id', '=', accountId)
      .orderBy('blob')
      .execute(),

  /** Names of all chunks of a blob, also of one that was removed. */
  chunks: (accountId: string, blob: string): Promise<readonly { readonly chunk: string }[]> =>
    chunksOf(db, accountId, blob).select('chunk').orderBy('chunk').execute(),

  /** Removes for good what was removed 30 days ago. */
  async removeDeleted(): Promise<void> {
    const before = Date.now() - grace
    const old = db.selectFrom('blob_deletions').select(['account_id', 'blob']).where('deleted_at', '<', before)
    for (const { account_id, blob } of await old.execute()) {
      await db.transaction().execute(async (within) => {
        await lockAccount(within, account_id)
        const still = deletionsOf(within, account_id).select('blob').where('blob', '=', blob)
        if ((await still.where('deleted_at', '<', before).executeTakeFirst()) === undefined) return
        await purge(within, account_id, blob)
      })
    }
  },
})

/** There is no room; what was changed before is taken back with the transaction. */
class Full extends Error {}
