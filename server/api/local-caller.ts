import { createHash } from 'node:crypto'
import { describeDevice } from '../../src/base/device-name.ts'
import { type Config, webClient } from '../config.ts'
import { isLocal } from '../config-values.ts'
import type { Store } from '../store/store.ts'
import { isPrivate } from '../trusted-network.ts'
import type { Caller } from './credentials.ts'

/** Who the one account of a trusted network is, beside people of other issuers. */
const identity = { issuer: 'holdfast:trusted-network', subject: 'local', email: null } as const

const life = 900

/**
 * Whether a request comes from this network and from no page of a stranger: nothing but the browser's word tells a page
 * of ours from any other (Fetch Metadata; RFC 6454 §7).
 */
const isOurs = ({ appUrl }: Config, request: Request, address: string): boolean => {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  // Where no proxy is expected, one that is there hides who asks.
  const isProxied = headers.has('x-forwarded-for') || headers.has('forwarded')
  return (
    isPrivate(address) &&
    (!isProxied || !isLocal(appUrl)) &&
    (origin === null || origin === appUrl) &&
    (site === null || site === 'same-origin' || site === 'none')
  )
}

/** Who asks without credentials on a trusted network: the one local account. Undefined for a page of a stranger. */
export const createLocalCaller = (config: Config, { accounts, identities, sessions }: Store) => {
  const account = async () => {
    const find = () => identities.findAccount(identity.issuer, identity.subject)
    const id = (await find()) ?? (await identities.createAccount(identity, null, null)) ?? (await find())
    return id === undefined ? undefined : accounts.findById(id)
  }

  /** One session for all who ask; after its end another. */
  const sessionOf = async (accountId: string, from: { readonly address: string; readonly userAgent: string }) => {
    const { platform, name: deviceName } = describeDevice(from.userAgent)
    let id = createHash('sha256').update(`local ${accountId}`).digest('base64url')
    for (;;) {
      const found = await sessions.find(id)
      if (found !== undefined && found.revokedAt === null) return found
      if (found !== undefined) id = createHash('sha256').update(id).digest('base64url')
      else {
        const known = { clientId: webClient, providerSession: undefined, authTime: undefined }
        await sessions.begin({ id, accountId, ...known, platform, deviceName, ...from })
      }
    }
  }

  return async (request: Request, address: string): Promise<Caller | undefined> => {
    if (!isOurs(config, request, address)) return undefined
    const local = await account()
    if (local === undefined) return undefined
    const session = await sessionOf(local.id, { address, userAgent: request.headers.get('user-agent') ?? '' })
    await sessions.touch(session, address)
    const now = Math.floor(Date.now() / 1000)
    // Nobody has to prove anything here, so nothing is too long ago.
    return {
      account: local,
      session: { ...session, authTime: now * 1000 },
      jkt: '',
      issuedAt: now,
      expiresAt: now + life,
    }
  }
}
