import { type Database, newId } from './store.ts'
import { lockAccount, saveAccount } from './sync.ts'

/** A backup that a device made of its account, which the server cannot read. */
export type Backup = {
  readonly id: string
  readonly size: number
  readonly createdAt: number
  /** What the device is called in the device log. */
  readonly device: string
}

export type BackupPlace = { readonly accountId: string; readonly id: string }

/** How many of an account are kept. */
export const backupsKept = 3
/** One that nothing was added to for so long will never be whole; milliseconds. */
const abandoned = 3600_000

const sum = (backups: readonly { readonly size: number }[]): number =>
  backups.reduce((total, { size }) => total + size, 0)

const wholeOf = (within: Database, accountId: string): Promise<Backup[]> =>
  within
    .selectFrom('sync_backups')
    .select(['id', 'size', 'created_at as createdAt', 'device'])
    .where('account_id', '=', accountId)
    .where('completed_at', 'is not', null)
    .orderBy('completed_at', 'desc')
    .orderBy('id')
    .execute()

/** Now, or just after the last one where the clock was put back: the newest is the one that came last. */
const after = async (within: Database, accountId: string): Promise<number> => {
  const last = await within
    .selectFrom('sync_backups')
    .select(({ fn }) => fn.max('completed_at').as('at'))
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return Math.max(Date.now(), (last?.at ?? 0) + 1)
}

const remove = async (within: Database, { accountId, id }: BackupPlace): Promise<void> => {
  for (const [table, column] of [
    ['sync_backup_parts', 'backup'],
    ['sync_backups', 'id'],
  ] as const) {
    await within.deleteFrom(table).where('account_id', '=', accountId).where(column, '=', id).execute()
  }
}

/** What goes when one more is whole: those beyond the ones that are kept, and older ones where there is no room for them. */
const superseded = (all: readonly Backup[], bytes: number, quota: number): readonly Backup[] => {
  const gone = all.slice(backupsKept)
  for (const one of all.slice(1, backupsKept).reverse()) if (bytes - sum(gone) > quota) gone.push(one)
  return gone
}

/** Backups of accounts, in parts. One that is not whole yet is shown to nobody, and takes the place of none. */
export const createBackups = (db: Database) => {
  const backup = (within: Database, { accountId, id }: BackupPlace) =>
    within.updateTable('sync_backups').where('account_id', '=', accountId).where('id', '=', id)

  const removeAll = (accountId: string, wanted: (all: Database) => Promise<readonly { id: string; size: number }[]>) =>
    db.transaction().execute(async (within) => {
      const state = await lockAccount(within, accountId)
      const gone = await wanted(within)
      for (const { id } of gone) await remove(within, { accountId, id })
      await saveAccount(within, accountId, { ...state, bytes: state.bytes - sum(gone) })
      return gone.length
    })

  const unfinished = (within: Database) => within.selectFrom('sync_backups').where('completed_at', 'is', null)

  return {
    /** Those that are whole; the newest first. */
    list: (accountId: string): Promise<readonly Backup[]> => wholeOf(db, accountId),

    /** How large one more may be. The older ones give way to it, and the newest does not. */
    async room(accountId: string, quota: number): Promise<number> {
      const of = db.selectFrom('sync_accounts').select('bytes').where('account_id', '=', accountId)
      const { bytes } = (await of.executeTakeFirst()) ?? { bytes: 0 }
      return quota - bytes + sum((await wholeOf(db, accountId)).slice(1))
    },

    async begin(accountId: string, device: string): Promise<string> {
      const id = newId()
      const now = Date.now()
      const row = { account_id: accountId, id, device, size: 0, created_at: now, added_at: now, completed_at: null }
      await db.insertInto('sync_backups').values(row).execute()
      return id
    },

    /** Adds the next part. False where there is no room for it. */
    add: (place: BackupPlace, part: number, bytes: Buffer, quota: number): Promise<boolean> =>
      db.transaction().execute(async (within) => {
        const { accountId, id } = place
        const state = await lockAccount(within, accountId)
        const size = bytes.length
        const older = (await wholeOf(within, accountId)).slice(1)
        if (state.bytes + size - sum(older) > quota) return false
        const row = { account_id: accountId, backup: id, part, content: bytes.toString('base64url') }
        await within.insertInto('sync_backup_parts').values(row).execute()
        await backup(within, place)
          .set((value) => ({ size: value('size', '+', size), added_at: Date.now() }))
          .execute()
        await saveAccount(within, accountId, { ...state, bytes: state.bytes + size })
        return true
      }),

    /** It is whole: it is the newest now, and older ones go. Undefined where it was taken for abandoned. */
    finish: (place: BackupPlace, quota: number): Promise<Backup | undefined> =>
      db.transaction().execute(async (within) => {
        const { accountId, id } = place
        const state = await lockAccount(within, accountId)
        await backup(within, place)
          .set({ completed_at: await after(within, accountId) })
          .execute()
        const whole = await wholeOf(within, accountId)
        const own = whole.find((one) => one.id === id)
        if (own === undefined) return undefined
        const gone = superseded(whole, state.bytes, quota)
        for (const one of gone) await remove(within, { accountId, id: one.id })
        await saveAccount(within, accountId, { ...state, bytes: state.bytes - sum(gone) })
        return own
      }),

    /** The bytes of a part; undefined where it is the last one, or was removed meanwhile. */
    async part({ accountId, id }: BackupPlace, part: number): Promise<Buffer<ArrayBuffer> | undefined> {
      const row = await db
        .selectFrom('sync_backup_parts')
        .select('content')
        .where('account_id', '=', accountId)
        .where('backup', '=', id)
        .where('part', '=', part)
        .executeTakeFirst()
      return row === undefined ? undefined : Buffer.from(row.content, 'base64url')
    },

    /** Removes one that will not be whole. */
    discard: ({ accountId, id }: BackupPlace): Promise<number> =>
      removeAll(accountId, (within) => unfinished(within).select(['id', 'size']).where('id', '=', id).execute()),

    /** Removes all of an account. Answers how many they were. */
    removeAll: (accountId: string): Promise<number> => removeAll(accountId, (within) => wholeOf(within, accountId)),

    /** Removes those that were begun, and that nobody goes on with: their node has died. */
    async removeAbandoned(): Promise<void> {
      const before = Date.now() - abandoned
      const rows = await unfinished(db).select(['account_id', 'id']).where('added_at', '<', before).execute()
      for (const { account_id, id } of rows) {
        const still = (within: Database) =>
          unfinished(within).select(['id', 'size']).where('id', '=', id).where('added_at', '<', before).execute()
        await removeAll(account_id, still)
      }
    },
  }
}
