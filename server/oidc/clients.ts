import type { ClientMetadata } from 'oidc-provider'
import { type Config, callbackPath, webClient } from '../config.ts'

/** Clients of our own: nobody is asked for consent, and their tokens are for the API. */
export const isOurs = (clientId: string | undefined): boolean => clientId === webClient

/** The clients of this server: our own, and those that its operator adds. */
export const clientsOf = (config: Config, others: readonly ClientMetadata[]): readonly ClientMetadata[] => [
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
  ...others,
]

/** Origins that a form of the provider's may lead to, by itself or by the redirects after it (CSP Level 3 §6.4.1). */
export const formTargets = (clients: readonly ClientMetadata[]): readonly string[] => {
  const addresses = clients.flatMap((client) => [
    ...(client.redirect_uris ?? []),
    ...(client.post_logout_redirect_uris ?? []),
  ])
  return [...new Set(addresses.map((address) => new URL(address).origin))]
}
