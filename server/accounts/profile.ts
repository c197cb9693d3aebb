import type { Account } from '../store/accounts.ts'
import type { SessionInFull } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'

/** What is known of a person on one kind of system (N4). Times are milliseconds since 1970. */
export type Platform = {
  readonly platform: string
  readonly firstSignInAt: number
  readonly lastSignInAt: number
  readonly lastUsedAt: number
  readonly sessions: number
  readonly devices: readonly string[]
}

const toPlatform = (platform: string, sessions: readonly SessionInFull[]): Platform => {
  const created = sessions.map(({ createdAt }) => createdAt)
  return {
    platform,
    firstSignInAt: Math.min(...created),
    lastSignInAt: Math.max(...created),
    lastUsedAt: Math.max(...sessions.map(({ lastUsedAt }) => lastUsedAt)),
    sessions: sessions.length,
    devices: [...new Set(sessions.map(({ deviceName }) => deviceName))],
  }
}

/** Sessions by the kind of system, the one that was used last first. */
export const platformsOf = (sessions: readonly SessionInFull[]): readonly Platform[] => {
  const names = [...new Set(sessions.map(({ platform }) => platform))]
  const all = names.map((name) =>
    toPlatform(
      name,
      sessions.filter(({ platform }) => platform === name),
    ),
  )
  return all.sort((one, other) => other.lastUsedAt - one.lastUsedAt)
}

/** Most events that are shown or given out at once. */
const mostEvents = 1000

/** What is held of an account besides what it syncs, in the open; what opens something is left out. */
export const exportOf = async (store: Store, account: Account) => {
  const { passwordHash, ...profile } = account
  const [sessions, devices, events, identities, passkeys, plan, usage] = await Promise.all([
    store.sessions.list(account.id),
    store.devices.list(account.id),
    store.audit.list(account.id, mostEvents),
    store.identities.list(account.id),
    store.passkeys.list(account.id),
    store.usage.plan(account.id),
    store.usage.list(account.id),
  ])
  return {
    profile: { ...profile, hasPassword: passwordHash !== '' },
    platforms: platformsOf(sessions),
    sessions,
    devices,
    identities,
    passkeys,
    plan,
    usage,
    events,
  }
}
