import type { RequestListener } from 'node:http'
import Provider from 'oidc-provider'

/** Somebody else's OpenID provider, plainly set up: any name signs in, nothing is kept when it ends. */
export const createProvider = (options: {
  readonly issuer: string
  readonly page: string
  readonly api: string
  readonly dpop: boolean
  /** Life of access tokens, in seconds. */
  readonly accessTokenTtl: number
}): RequestListener => {
  const provider = new Provider(options.issuer, {
    clients: [
      {
        client_id: 'example',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${options.page}/auth/callback`],
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === options.page,
    ttl: { AccessToken: options.accessTokenTtl },
    features: {
      dPoP: { enabled: options.dpop },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: options.api,
          accessTokenFormat: 'jwt',
          accessTokenTTL: options.accessTokenTtl,
        }),
      },
    },
  })
  return provider.callback()
}
