import * as v from 'valibot'
import { deleteAccount } from '../../accounts/delete-account.ts'
import { exportStream } from '../../accounts/export.ts'
import type { Store } from '../../store/store.ts'
import type { Caller } from '../credentials.ts'
import { ApiError } from '../errors.ts'
import { forCaller, type Route } from '../route.ts'
import { iso, isoOrNull, time } from '../shapes.ts'

const session = v.object({
  id: v.string(),
  clientId: v.string(),
  platform: v.string(),
  deviceName: v.string(),
  userAgent: v.string(),
  address: v.string(),
  createdAt: time,
  lastUsedAt: time,
  revokedAt: v.nullable(time),
  isThis: v.boolean(),
})

const event = v.object({ at: time, type: v.string(), sessionId: v.nullable(v.string()) })

/** Minutes since the person proved who it is, for what cannot be undone. */
const recent = 5 * 60_000

/** Rejects where the last proof of who asks is older than five minutes. */
export const needRecentSignIn = ({ session: { authTime } }: Caller): void => {
  if (authTime === null || Date.now() - authTime > recent) throw new ApiError('recent_sign_in_required')
}

export const accountRoutes = (store: Store): readonly Route[] => [
  forCaller(
    {
      method: 'GET',
      path: '/user/sessions',
      summary: 'All sessions, those that are over too.',
      reply: v.object({ sessions: v.array(session) }),
    },
    async ({ account, session: own }) => ({
      sessions: (await store.sessions.list(account.id)).map((one) => ({
        ...one,
        createdAt: iso(one.createdAt),
        lastUsedAt: iso(one.lastUsedAt),
        revokedAt: isoOrNull(one.revokedAt),
        isThis: one.id === own.id,
      })),
    }),
  ),
  forCaller(
    {
      method: 'GET',
      path: '/user/events',
      summary: 'What was written down of sign-ins, devices and changes of the account; the newest 200.',
      reply: v.object({ events: v.array(event) }),
    },
    async ({ account }) => ({
      events: (await store.audit.list(account.id, 200)).map(({ at, type, sessionId }) => ({
        at: iso(at),
        type,
        sessionId,
      })),
    }),
  ),
  forCaller(
    {
      method: 'GET',
      path: '/user/export',
      summary:
        'Everything that this server holds of the account, as JSON. Times are milliseconds since 1970; what devices have sealed is base64url, below `sync`.',
      reply: v.object({ exportedAt: time, account: v.record(v.string(), v.unknown()) }),
      limit: { burst: 5, interval: 60_000, longest: 60_000 },
    },
    async ({ account, session: own }) => {
      await store.sessions.audit('account.exported', account.id, own.id)
      return new Response(exportStream(store, account), { headers: { 'content-type': 'application/json' } })
    },
  ),
  forCaller(
    {
      method: 'DELETE',
      path: '/user',
      summary: 'Deletes the account with everything that is held of it. Needs a sign-in of the last five minutes.',
      reply: v.object({ deleted: v.literal(true) }),
      errors: ['recent_sign_in_required'],
    },
    async (caller) => {
      needRecentSignIn(caller)
      await deleteAccount(store, caller.account)
      return { deleted: true } as const
    },
  ),
]
