import { gather } from './gathered.ts'
import type { Database } from './store.ts'

export type NewDevice = {
  readonly accountId: string
  readonly sessionId: string
  readonly name: string
  readonly platform: string
  /** Ed25519, 32 bytes, base64url. */
  readonly publicKey: string
}

/** A device with its present session. Times are milliseconds since 1970. */
export type Device = {
  readonly id: string
  readonly accountId: string
  readonly sessionId: string
  readonly clientId: string
  readonly name: string
  readonly platform: string
  readonly publicKey: string
  readonly createdAt: number
  readonly lastSeenAt: number
  /** When it was removed from the account. */
  readonly removedAt: number | null
  /** When its session was revoked, whatever became of the device. */
  readonly revokedAt: number | null
}

export const createDevices = (db: Database) => {
  const select = () =>
    db
      .selectFrom('devices')
      .innerJoin('sessions', 'sessions.id', 'devices.session_id')
      .select([
        'devices.id as id',
        'devices.account_id as accountId',
        'devices.session_id as sessionId',
        'sessions.client_id as clientId',
        'devices.name as name',
        'devices.platform as platform',
        'devices.public_key as publicKey',
        'devices.created_at as createdAt',
        'sessions.last_used_at as lastSeenAt',
        'devices.removed_at as removedAt',
        'sessions.revoked_at as revokedAt',
      ])

  const ofSession = gather(
    db,
    (ids) => select().where('devices.removed_at', 'is', null).where('devices.session_id', 'in', ids),
    ({ sessionId }) => sessionId,
  )

  return {
    find: (id: string): Promise<Device | undefined> => select().where('devices.id', '=', id).executeTakeFirst(),

    findByKey: (publicKey: string): Promise<Device | undefined> =>
      select().where('devices.public_key', '=', publicKey).executeTakeFirst(),

    findBySession: (sessionId: string): Promise<Device | undefined> => ofSession(sessionId),

    /** Those that are signed in, or can sign in again by their key; the one used last comes first. */
    list: (accountId: string): Promise<Device[]> =>
      select()
        .where('devices.account_id', '=', accountId)
        .where('devices.removed_at', 'is', null)
        .where('sessions.revoked_at', 'is', null)
        .orderBy('sessions.last_used_at', 'desc')
        .orderBy('devices.id')
        .execute(),

    /** False where there is a device of this key already. */
    async create(id: string, { accountId, sessionId, name, platform, publicKey }: NewDevice): Promise<boolean> {
      const owner = { account_id: accountId, session_id: sessionId }
      const inserted = await db
        .insertInto('devices')
        .values({ id, ...owner, name, platform, public_key: publicKey, created_at: Date.now(), removed_at: null })
        .onConflict((conflict) => conflict.column('public_key').doNothing())
        .executeTakeFirst()
      return inserted.numInsertedOrUpdatedRows === 1n
    },

    /** Another session in place of this one. False where it has got another meanwhile. */
    async setSession({ id, sessionId: before }: Device, sessionId: string): Promise<boolean> {
      const changed = await db
        .updateTable('devices')
        .set({ session_id: sessionId })
        .where('id', '=', id)
        .where('session_id', '=', before)
        .executeTakeFirst()
      return changed.numUpdatedRows === 1n
    },

    async rename(id: string, name: string): Promise<void> {
      await db.updateTable('devices').set({ name }).where('id', '=', id).execute()
    },

    async remove(id: string): Promise<void> {
      await db.updateTable('devices').set({ removed_at: Date.now() }).where('id', '=', id).execute()
    },
  }
}
