import type { AuthorizationServer } from 'oauth4webapi'
import type { Provider } from '../config.ts'

/**
 * Where the browser goes to end the provider's own session (OIDC RP-Initiated Logout §2), and from there back to the root
 * of the origin of `redirectUri`. It names the client and not the person: an ID token is not kept for it, so nothing in
 * this address is secret, and the provider asks the person.
 */
export const endSessionAddress = (
  provider: Provider,
  server: AuthorizationServer,
  redirectUri: string,
): string | undefined => {
  if (server.end_session_endpoint === undefined) return undefined
  const address = new URL(server.end_session_endpoint)
  address.searchParams.set('client_id', provider.clientId)
  address.searchParams.set('post_logout_redirect_uri', new URL('/', redirectUri).href)
  return address.href
}
