import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { apiAudience, type Config, desktopClient } from '../config.ts'
import { isOurs } from './clients.ts'

/** What our clients may ask for, at the provider and at the API alike. */
export const scopes = ['openid', 'offline_access', 'profile', 'email']

/** Native programs have no page that a stranger's script could run in. Seconds. */
const desktopTokenLife = 3600

type Features = NonNullable<Configuration['features']>

/** Access tokens of our clients are JWTs for the API (RFC 8707, RFC 9068). No other client gets one. */
export const resourceIndicators = (config: Config): NonNullable<Features['resourceIndicators']> => ({
  enabled: true,
  defaultResource: (_ctx, client) => (isOurs(client?.clientId) ? apiAudience(config) : []),
  useGrantedResource: () => true,
  getResourceServerInfo(_ctx, resource, client) {
    if (resource !== apiAudience(config) || !isOurs(client.clientId)) throw new errors.InvalidTarget()
    return {
      scope: scopes.join(' '),
      audience: apiAudience(config),
      accessTokenFormat: 'jwt',
      accessTokenTTL: client.clientId === desktopClient ? desktopTokenLife : config.accessTokenTtl,
      jwt: { sign: { alg: 'ES256' } },
    }
  },
})

/**
 * A new grant for each sign-in at a client of ours, without asking; for any other client the grant that the person gave,
 * if there is one.
 */
export const loadGrant = async (ctx: KoaContextWithOIDC, config: Config) => {
  const { provider, client, session, result } = ctx.oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  if (!isOurs(client.clientId)) {
    const given = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
    return given === undefined ? undefined : provider.Grant.find(given)
  }
  // This one will be asked for the password first, and comes by again.
  if (ctx.oidc.promptPending('login')) return undefined
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  grant.addOIDCScope(scopes.join(' '))
  grant.addResourceScope(apiAudience(config), scopes.join(' '))
  await grant.save()
  return grant
}
