import type { Account } from './accounts.ts'
import type { AuditType } from './audit.ts'
import { gather } from './gathered.ts'
import { partsOf } from './parts.ts'
import { type Database, newId } from './store.ts'

/** What is known of a sign-in when it is made. */
export type NewSession = {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  readonly providerSession: string | undefined
  readonly platform: string
  readonly deviceName: string
  readonly userAgent: string
  readonly address: string
  /** When the person proved who it is; undefined: not known. */
  readonly authTime: number | undefined
}

export type Session = {
  readonly id: string
  readonly accountId: string
  readonly platform: string
  readonly deviceName: string
  readonly lastUsedAt: number
  readonly revokedAt: number | null
  readonly authTime: number | null
}

/** A session as its owner sees it. */
export type SessionInFull = {
  readonly id: string
  readonly clientId: string
  readonly platform: string
  readonly deviceName: string
  readonly userAgent: string
  readonly address: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly revokedAt: number | null
}

/** What only a thief would do: a code or a refresh token presented again, or by someone without its key. */
export type Misuse = 'code.reused' | 'refresh.reused'

const minute = 60_000

const rowOf = (session: NewSession) => {
  const now = Date.now()
  return {
    id: session.id,
    account_id: session.accountId,
    client_id: session.clientId,
    provider_session: session.providerSession ?? null,
    platform: session.platform,
    device_name: session.deviceName,
    user_agent: session.userAgent.slice(0, 500),
    address: session.address,
    created_at: now,
    last_used_at: now,
    revoked_at: null,
    auth_time: session.authTime ?? null,
  }
}

export const createSessions = (db: Database) => {
  const audit = async (type: AuditType, accountId: string | null, sessionId: string | null): Promise<void> => {
    const row = { id: newId(), at: Date.now(), account_id: accountId, session_id: sessionId, type }
    await db.insertInto('audit_events').values(row).execute()
  }

  /** Everything that came of these grants, tokens and codes and all, and the provider's own sessions if `providers`. */
  const end = async (ids: readonly string[], providers: boolean): Promise<void> => {
    if (ids.length === 0) return
    await db.transaction().execute(async (within) => {
      const rows = await within.selectFrom('sessions').select('provider_session').where('id', 'in', ids).execute()
      const uids = rows.map((row) => row.provider_session).filter((uid) => uid !== null)
      await within.deleteFrom('oidc_records').where('grant_id', 'in', ids).execute()
      if (providers && uids.length > 0) {
        await within.deleteFrom('oidc_records').where('model', '=', 'Session').where('uid', 'in', uids).execute()
      }
      const revoked = { revoked_at: Date.now() }
      await within.updateTable('sessions').set(revoked).where('id', 'in', ids).where('revoked_at', 'is', null).execute()
    })
  }

  const withAccount = gather(
    db,
    (ids) =>
      db
        .selectFrom('sessions')
        .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
        .select([
          'sessions.id as id',
          'sessions.account_id as accountId',
          'sessions.platform as platform',
          'sessions.device_name as deviceName',
          'sessions.last_used_at as lastUsedAt',
          'sessions.revoked_at as revokedAt',
          'sessions.auth_time as authTime',
          'accounts.email as email',
          'accounts.name as name',
          'accounts.password_hash as passwordHash',
          'accounts.created_at as createdAt',
          'accounts.email_verified_at as emailVerifiedAt',
          'accounts.downloaded_at as downloadedAt',
        ])
        .where('sessions.id', 'in', ids),
    ({ id }) => id,
  )

  const alone = gather(
    db,
    (ids) =>
      db
        .selectFrom('sessions')
        .select([
          'id',
          'account_id as accountId',
          'platform',
          'device_name as deviceName',
          'last_used_at as lastUsedAt',
          'revoked_at as revokedAt',
          'auth_time as authTime',
        ])
        .where('id', 'in', ids),
    ({ id }) => id,
  )

  return {
    audit,

    /** All of an account, also those that are over; the newest first. */
    list: (accountId: string): Promise<SessionInFull[]> =>
      db
        .selectFrom('sessions')
        .select([
          'id',
          'client_id as clientId',
          'platform',
          'device_name as deviceName',
          'user_agent as userAgent',
          'address',
          'created_at as createdAt',
          'last_used_at as lastUsedAt',
          'revoked_at as revokedAt',
        ])
        .where('account_id', '=', accountId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute(),

    async create(session: NewSession): Promise<void> {
      await db.insertInto('sessions').values(rowOf(session)).execute()
      await audit('session.created', session.accountId, session.id)
    },

    /** The same, for one that two requests may begin at once. */
    async begin(session: NewSession): Promise<void> {
      const inserted = await db
        .insertInto('sessions')
        .values(rowOf(session))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      const isNew = inserted.numInsertedOrUpdatedRows === 1n
      if (isNew) await audit('session.created', session.accountId, session.id)
    },

    find: (id: string): Promise<Session | undefined> => alone(id),

    /** Those of these sessions that have not ended. */
    async live(ids: readonly string[]): Promise<ReadonlySet<string>> {
      const live = new Set<string>()
      for (const some of partsOf(ids)) {
        const open = db.selectFrom('sessions').select('id').where('id', 'in', some).where('revoked_at', 'is', null)
        for (const { id } of await open.execute()) live.add(id)
      }
      return live
    },

    /** A session with its account, asked by every request with credentials. */
    async findWithAccount(id: string): Promise<{ session: Session; account: Account } | undefined> {
      const row = await withAccount(id)
      if (row === undefined) return undefined
      const { platform, deviceName, lastUsedAt, revokedAt, authTime, ...rest } = row
      const { id: _id, accountId, ...account } = rest
      const session = { id, accountId, platform, deviceName, lastUsedAt, revokedAt, authTime }
      return { session, account: { id: accountId, ...account } }
    },

    /** Notes that the session is in use, once a minute at most, and from where, if that is known. */
    async touch(session: Session, address?: string): Promise<void> {
      const now = Date.now()
      if (now - session.lastUsedAt < minute) return
      const seen = { last_used_at: now, ...(address === undefined ? {} : { address }) }
      await db.updateTable('sessions').set(seen).where('id', '=', session.id).execute()
    },

    /** Ends one session as a sign-out does: its tokens, and the provider's session in that browser. */
    async signOut(id: string): Promise<void> {
      const session = await db.selectFrom('sessions').select('account_id').where('id', '=', id).executeTakeFirst()
      await end([id], true)
      if (session !== undefined) await audit('session.revoked', session.account_id, id)
    },

    /** Ends every session of an account. */
    async signOutEverywhere(accountId: string): Promise<void> {
      const rows = await db
        .selectFrom('sessions')
        .select('id')
        .where('account_id', '=', accountId)
        .where('revoked_at', 'is', null)
        .execute()
      await end(
        rows.map((row) => row.id),
        true,
      )
      await audit('session.revoked', accountId, null)
    },

    /** Begins a session where another was: the same person on the same device, with a new token family. */
    async succeed(before: string, id: string): Promise<void> {
      const row = await db.selectFrom('sessions').selectAll().where('id', '=', before).executeTakeFirstOrThrow()
      const now = Date.now()
      const times = { created_at: now, last_used_at: now, revoked_at: null }
      await db
        .insertInto('sessions')
        .values({ ...row, ...times, id, provider_session: null })
        .execute()
      await audit('session.renewed', row.account_id, id)
    },

    /** Ends a session in whose place there is another; the provider's own session in that browser stays. */
    retire: (id: string): Promise<void> => end([id], false),

    /** Ends a family whose code or refresh token was misused, unless it is over already. */
    async revokeFamily(id: string, misuse: Misuse): Promise<void> {
      const live = db.selectFrom('sessions').select('account_id').where('id', '=', id).where('revoked_at', 'is', null)
      const session = await live.executeTakeFirst()
      await end([id], false)
      if (session !== undefined) await audit(misuse, session.account_id, id)
    },
  }
}
