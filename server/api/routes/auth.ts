import * as v from 'valibot'
import type { Store } from '../../store/store.ts'
import type { Caller } from '../credentials.ts'
import { forCaller, forEither, type Route } from '../route.ts'
import { iso, time } from '../shapes.ts'
import { user, userOf } from './profile.ts'

const status = v.variant('isAuthenticated', [
  v.object({ isAuthenticated: v.literal(false) }),
  v.object({
    isAuthenticated: v.literal(true),
    user,
    expiresAt: time,
    needsRefresh: v.boolean(),
    device: v.object({ id: v.string(), name: v.string(), platform: v.string() }),
  }),
])

/** A refresh is due at the last fifth of the token's life, five minutes before its end at the earliest (G6). */
const needsRefresh = ({ issuedAt, expiresAt }: Caller): boolean =>
  expiresAt - Date.now() / 1000 <= Math.min(300, (expiresAt - issuedAt) / 5)

/** The device of this session; until it has told its key, what is known of the session stands for it. */
const deviceOf = async (store: Store, { session }: Caller) =>
  (await store.devices.findBySession(session.id)) ?? {
    id: session.id,
    name: session.deviceName,
    platform: session.platform,
  }

export const authRoutes = (store: Store): readonly Route[] => [
  forEither(
    {
      method: 'GET',
      path: '/auth/status',
      summary: 'Who is signed in, on which device and until when.',
      reply: status,
    },
    async (caller) => {
      if (caller === undefined) return { isAuthenticated: false } as const
      const rest = { needsRefresh: needsRefresh(caller), device: await deviceOf(store, caller) }
      return {
        isAuthenticated: true,
        user: userOf(caller.account),
        expiresAt: iso(caller.expiresAt * 1000),
        ...rest,
      } as const
    },
  ),
  forCaller(
    {
      method: 'POST',
      path: '/auth/logout',
      summary: 'Ends this session, or those of all devices.',
      body: v.object({ allDevices: v.optional(v.boolean(), false) }),
      reply: v.object({ loggedOut: v.literal(true), allDevices: v.boolean() }),
    },
    async ({ account, session }, { body: { allDevices } }) => {
      if (allDevices) await store.sessions.signOutEverywhere(account.id)
      else await store.sessions.signOut(session.id)
      return { loggedOut: true, allDevices } as const
    },
  ),
]
