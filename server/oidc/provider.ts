import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import Provider, { type ClientMetadata, type Configuration, ExternalSigningKey, errors } from 'oidc-provider'
import type { Config } from '../config.ts'
import type { Mail } from '../mail/mail.ts'
import type { Secrets } from '../secrets.ts'
import { signEs256 } from '../signed.ts'
import type { Store } from '../store/store.ts'
import { isUnavailable } from '../store/unavailable.ts'
import { createAdapterFactory } from './adapter.ts'
import { createAlerts } from './alerts.ts'
import { isOurs, mayCall } from './clients.ts'
import { followFamilies } from './families.ts'
import { messagePage, signedOutPage, signOutPage } from './pages.ts'
import { createPendingWrites } from './pending-writes.ts'
import { loadGrant, resourceIndicators, scopes } from './resources.ts'
import { answerUnavailable } from './unavailable.ts'
import { type Words, wordsFor } from './words.ts'

const day = 24 * 3600
const idle = 14 * day
const absolute = 90 * day

const features = (config: Config, secrets: Secrets): Configuration['features'] => ({
  devInteractions: { enabled: false },
  externalSigningSupport: { enabled: true, ack: 'experimental-01' },
  dPoP: {
    enabled: true,
    nonceSecret: createHash('sha256').update(secrets.nonceSecret).digest(),
    // A browser may kill a worker and send the very same request again; refusing it would sign the person out.
    allowReplay: true,
  },
  pushedAuthorizationRequests: { enabled: true },
  revocation: {
    enabled: true,
    allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource(ctx, form) {
      ctx.body = String(signOutPage(wordsFor(ctx.get('accept-language')), form))
    },
    postLogoutSuccessSource(ctx) {
      ctx.body = String(signedOutPage(wordsFor(ctx.get('accept-language')), config.appUrl))
    },
  },
  resourceIndicators: resourceIndicators(config),
})

/** The key that signs tokens. The provider gets what it needs of it: the public part, and signatures made at once. */
const signingKey = ({ tokenKey }: Secrets): ExternalSigningKey => {
  const key = createPrivateKey({ key: tokenKey, format: 'jwk' })
  const publicKey = createPublicKey(key)
  const { kid, alg } = tokenKey
  const own = { kid, alg, keyObject: () => publicKey, sign: (data: Uint8Array) => signEs256(key, data) }
  return Object.assign(new ExternalSigningKey(), own)
}

/** Cookies do not know ports, so on localhost the names must not be anyone else's (RFC 6265 §8.5; prefixes: 6265bis §4.1.3). */
const cookieNames = (https: boolean) => ({
  session: `${https ? '__Host-' : ''}holdfast-session`,
  interaction: 'holdfast-interaction',
  resume: 'holdfast-resume',
})

export type ProviderDeps = {
  readonly config: Config
  readonly secrets: Secrets
  readonly store: Store
  readonly clients: readonly ClientMetadata[]
  readonly mail: Mail
}

/** Title and text of the page for a request that failed. */
const reasonOf = (words: Words, error: unknown): [string, string] => {
  if (isUnavailable(error)) return [words.unavailableTitle, words.unavailable]
  const isExpired = error instanceof errors.SessionNotFound
  return isExpired ? [words.expiredTitle, words.expired] : [words.failedTitle, words.failed]
}

/** The OpenID provider over our store. `issuer` is the identity origin. */
export const createProvider = ({ config, secrets, store, clients, mail }: ProviderDeps): Provider => {
  const https = config.idUrl.startsWith('https:')
  const cookie = { signed: true, httpOnly: true, sameSite: 'lax', secure: https, overwrite: true } as const
  const pending = createPendingWrites(store.oidcRecords)
  const provider = new Provider(config.idUrl, {
    adapter: createAdapterFactory(store, pending, config.refreshGrace * 1000),
    clients,
    features: features(config, secrets) ?? {},
    jwks: { keys: [signingKey(secrets)] },
    cookies: { keys: secrets.cookieKeys, long: cookie, short: cookie, names: cookieNames(https) },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes,
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    // The worker reads who it is from the ID token alone.
    conformIdTokenClaims: false,
    clientBasedCORS: (_ctx, origin, client) => mayCall(config, client.clientId, origin),
    enabledJWA: { dPoPSigningAlgValues: ['Ed25519', 'ES256'], idTokenSigningAlgValues: ['ES256'] },
    extraTokenClaims: (_ctx, token) =>
      'grantId' in token && token.grantId !== undefined ? { sid: token.grantId } : {},
    async findAccount(_ctx, sub) {
      const account = await store.accounts.findById(sub)
      if (account === undefined) return undefined
      return {
        accountId: sub,
        claims: () => ({
          sub,
          email: account.email,
          email_verified: account.emailVerifiedAt !== null,
          ...(account.name === null ? {} : { name: account.name }),
        }),
      }
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && (isOurs(client.clientId) || code.scopes.has('offline_access')),
    // Our sessions end by sign-out, revocation or time, not with the browser's session at the provider.
    expiresWithSession: (_ctx, source) => !isOurs(source.clientId) && !source.scopes.has('offline_access'),
    loadExistingGrant: (ctx) => loadGrant(ctx, config),
    rotateRefreshToken: () => true,
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? config.accessTokenTtl,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: idle,
      Grant: absolute,
      RefreshToken: (_ctx, token) => Math.max(1, Math.min(idle, absolute - token.totalLifetime())),
    },
    renderError(ctx, _out, error) {
      const words = wordsFor(ctx.get('accept-language'))
      ctx.type = 'html'
      ctx.body = String(messagePage(words, ...reasonOf(words, error), config.appUrl))
    },
  })
  // The listener sets what a proxy would have said, from the configuration.
  provider.proxy = true
  answerUnavailable(provider, (ctx) => {
    const words = wordsFor(ctx.get('accept-language'))
    return String(messagePage(words, words.unavailableTitle, words.unavailable, config.appUrl))
  })
  provider.use(async (ctx, next) => {
    // The address to return to has no parameters; with some that name a client the provider fails where nothing is under way.
    if (/^\/auth\/[^/]+$/.test(ctx.path)) ctx.search = ''
    await next()
    // A worker learns the provider's clock, and how long to wait, from what it may read of an answer.
    const exposed = ctx.response.get('access-control-expose-headers')
    if (exposed !== '') ctx.set('access-control-expose-headers', `${exposed}, Date, Retry-After`)
    if (ctx.status !== 404 || ctx.body !== undefined) return
    const words = wordsFor(ctx.get('accept-language'))
    ctx.type = 'html'
    ctx.body = String(messagePage(words, words.nothingTitle, words.nothing, config.appUrl))
    ctx.status = 404
  })
  followFamilies(provider, store, createAlerts(store, mail, config))
  // Innermost: what follows sessions and families finds it stored.
  provider.use((ctx, next) => next().finally(() => pending.flush(ctx)))
  return provider
}
