import type { Database } from './store.ts'
import { lockAccount, saveAccount } from './sync.ts'

/** Parts of files, each under the hash of its bytes. */
export const createBlobs = (db: Database) => {
  const chunks = (accountId: string, blob: string) =>
    db.selectFrom('blob_chunks').where('account_id', '=', accountId).where('blob', '=', blob)

  return {
    /** Names of the chunks of a blob that are there. */
    list: async (accountId: string, blob: string): Promise<string[]> =>
      (await chunks(accountId, blob).select('chunk').orderBy('chunk').execute()).map(({ chunk }) => chunk),

    find: async (accountId: string, blob: string, chunk: string): Promise<Buffer<ArrayBuffer> | undefined> => {
      const row = await chunks(accountId, blob).select('content').where('chunk', '=', chunk).executeTakeFirst()
      return row === undefined ? undefined : Buffer.from(row.content, 'base64url')
    },

    /** False where the account has no room for it. The same chunk twice is one. */
    put: (accountId: string, blob: string, chunk: string, bytes: Buffer, quota: number): Promise<boolean> =>
      db.transaction().execute(async (within) => {
        const state = await lockAccount(within, accountId)
        const found = await within
          .selectFrom('blob_chunks')
          .select('size')
          .where('account_id', '=', accountId)
          .where('blob', '=', blob)
          .where('chunk', '=', chunk)
          .executeTakeFirst()
        if (found !== undefined) return true
        const size = bytes.length
        if (state.bytes + size > quota) return false
        const row = { account_id: accountId, blob, chunk, size, content: bytes.toString('base64url') }
        await within.insertInto('blob_chunks').values(row).execute()
        await saveAccount(within, accountId, { ...state, bytes: state.bytes + size })
        return true
      }),

    /** Removes a blob, and makes its room free. False where there is none. */
    remove: (accountId: string, blob: string): Promise<boolean> =>
      db.transaction().execute(async (within) => {
        const state = await lockAccount(within, accountId)
        const removed = await within
          .deleteFrom('blob_chunks')
          .where('account_id', '=', accountId)
          .where('blob', '=', blob)
          .returning('size')
          .execute()
        const bytes = state.bytes - removed.reduce((sum, { size }) => sum + size, 0)
        await saveAccount(within, accountId, { ...state, bytes })
        return removed.length > 0
      }),
  }
}
