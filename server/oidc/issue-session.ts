import type { Provider } from 'oidc-provider'
import { apiAudience, type Config } from '../config.ts'
import type { IssueSession } from '../devices/devices.ts'
import { scopes } from './resources.ts'

/** A grant and its first refresh token, as a sign-in would have given them; the token endpoint does the rest. */
export const createIssueSession =
  (provider: Provider, config: Config): IssueSession =>
  async ({ accountId, clientId, jkt }) => {
    const client = await provider.Client.find(clientId)
    if (client === undefined) throw new Error('A device is of a client that is no more.')
    const audience = apiAudience(config)
    const scope = scopes.join(' ')
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(scope)
    grant.addResourceScope(audience, scope)
    const grantId = await grant.save()
    const token = new provider.RefreshToken({
      accountId,
      client,
      grantId,
      scope,
      jkt,
      resource: audience,
      gty: 'device',
    })
    return { sessionId: grantId, refreshToken: await token.save() }
  }
