import { createHash } from 'node:crypto'
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { apiAudience, type Config, callbackPath, webClient } from '../config.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import { createAdapterFactory } from './adapter.ts'
import { followFamilies } from './families.ts'
import { messagePage } from './pages.ts'
import { wordsFor } from './words.ts'

const day = 24 * 3600
const idle = 14 * day
const absolute = 90 * day

/** Clients of our own need no consent: each sign-in gets a grant of its own. */
const isOurs = (clientId: string | undefined): boolean => clientId === webClient

const grantForOurs = async (ctx: KoaContextWithOIDC, audience: string) => {
  const { provider, client, session, result } = ctx.oidc
  const given = result?.consent?.grantId
  if (given !== undefined) return provider.Grant.find(given)
  const accountId = session?.accountId
  if (client === undefined || accountId === undefined || !isOurs(client.clientId)) return undefined
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope('openid profile email offline_access')
  grant.addResourceScope(audience, '')
  await grant.save()
  return grant
}

const clients = (config: Config): Configuration['clients'] => [
  {
    client_id: webClient,
    client_name: 'Holdfast',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // The code never stands in an address.
    response_modes: ['form_post'],
    redirect_uris: [`${config.appUrl}${callbackPath}`],
    post_logout_redirect_uris: [`${config.appUrl}/`],
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
    id_token_signed_response_alg: 'ES256',
  },
]

const features = (config: Config, secrets: Secrets): Configuration['features'] => ({
  devInteractions: { enabled: false },
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
  rpInitiatedLogout: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => apiAudience(config),
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: '',
      audience: apiAudience(config),
      accessTokenFormat: 'jwt',
      accessTokenTTL: config.accessTokenTtl,
      jwt: { sign: { alg: 'ES256' } },
    }),
  },
})

/** The OpenID provider over our store. `issuer` is the identity origin. */
export const createProvider = (config: Config, secrets: Secrets, store: Store): Provider => {
  const https = config.idUrl.startsWith('https:')
  const cookie = { signed: true, httpOnly: true, sameSite: 'lax', secure: https, overwrite: true } as const
  const provider = new Provider(config.idUrl, {
    adapter: createAdapterFactory(store, config.refreshGrace * 1000),
    clients: clients(config) ?? [],
    features: features(config, secrets) ?? {},
    jwks: { keys: [secrets.tokenKey] },
    cookies: { keys: secrets.cookieKeys, long: cookie, short: cookie },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    // The worker reads who it is from the ID token alone.
    conformIdTokenClaims: false,
    clientBasedCORS: (_ctx, origin, client) => isOurs(client.clientId) && origin === config.appUrl,
    enabledJWA: { dPoPSigningAlgValues: ['Ed25519', 'ES256'], idTokenSigningAlgValues: ['ES256'] },
    extraTokenClaims: (_ctx, token) =>
      'grantId' in token && token.grantId !== undefined ? { sid: token.grantId } : {},
    async findAccount(_ctx, sub) {
      const account = await store.accounts.findById(sub)
      if (account === undefined) return undefined
      return {
        accountId: sub,
        claims: () => ({ sub, email: account.email, ...(account.name === null ? {} : { name: account.name }) }),
      }
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && (isOurs(client.clientId) || code.scopes.has('offline_access')),
    loadExistingGrant: (ctx) => grantForOurs(ctx, apiAudience(config)),
    rotateRefreshToken: () => true,
    ttl: {
      AccessToken: config.accessTokenTtl,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: idle,
      Grant: absolute,
      RefreshToken: (_ctx, token) => Math.max(1, Math.min(idle, absolute - token.totalLifetime())),
    },
    renderError(ctx) {
      const words = wordsFor(ctx.get('accept-language'))
      ctx.type = 'html'
      ctx.body = String(messagePage(words, words.failedTitle, words.failed, config.appUrl))
    },
  })
  provider.proxy = https
  followFamilies(provider, store)
  return provider
}
