import * as v from 'valibot'
import { platformsOf } from '../../accounts/profile.ts'
import { type Account, emailOf } from '../../store/accounts.ts'
import type { Store } from '../../store/store.ts'
import { forCaller, type Route } from '../route.ts'
import { iso, isoOrNull, text, time } from '../shapes.ts'

export const user = v.object({ id: v.string(), email: v.nullable(v.string()), name: v.nullable(v.string()) })

export const userOf = (account: Account) => ({ id: account.id, email: emailOf(account), name: account.name })

const platform = v.object({
  platform: v.string(),
  firstSignInAt: time,
  lastSignInAt: time,
  sessions: v.number(),
  devices: v.array(v.string()),
})

const profile = v.object({
  ...user.entries,
  createdAt: time,
  status: v.object({
    downloadedAt: v.nullable(time),
    onboardedAt: v.nullable(v.pipe(time, v.description('When the first device told its key.'))),
    lastActiveAt: time,
  }),
  platforms: v.array(platform),
})

const profileOf = async (store: Store, account: Account) => {
  const [sessions, devices] = await Promise.all([store.sessions.list(account.id), store.devices.list(account.id)])
  const onboarded = devices.map(({ createdAt }) => createdAt)
  return {
    ...userOf(account),
    createdAt: iso(account.createdAt),
    status: {
      downloadedAt: isoOrNull(account.downloadedAt),
      onboardedAt: isoOrNull(onboarded.length === 0 ? null : Math.min(...onboarded)),
      lastActiveAt: iso(Math.max(account.createdAt, ...sessions.map(({ lastUsedAt }) => lastUsedAt))),
    },
    platforms: platformsOf(sessions).map((one) => ({
      ...one,
      firstSignInAt: iso(one.firstSignInAt),
      lastSignInAt: iso(one.lastSignInAt),
      devices: [...one.devices],
    })),
  }
}

export const profileRoutes = (store: Store): readonly Route[] => [
  forCaller(
    { method: 'GET', path: '/user/profile', summary: 'The profile, and where the account is used.', reply: profile },
    ({ account }) => profileOf(store, account),
  ),
  forCaller(
    {
      method: 'PUT',
      path: '/user/profile',
      summary: 'Changes the name.',
      body: v.object({ name: v.nullable(text(100)) }),
      reply: profile,
    },
    async ({ account }, { body: { name } }) => {
      await store.accounts.setName(account.id, name)
      return profileOf(store, { ...account, name })
    },
  ),
]
