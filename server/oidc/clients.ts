import type { ClientMetadata } from 'oidc-provider'
import { type Config, callbackPath, desktopCallbackPath, desktopClient, extensionClient, webClient } from '../config.ts'
import { isLocal } from '../config-values.ts'

/** Clients of our own: nobody is asked for consent, and their tokens are for the API. */
export const isOurs = (clientId: string | undefined): boolean =>
  clientId === webClient || clientId === extensionClient || clientId === desktopClient

/** The extension's id in Chromium, which comes of `key` in manifest.json. */
const chromeId = 'npnlkmlcnfhonihnlgojinokfbgfmaok'
/** SHA-1 of the extension's id in Firefox, which its redirect address is made of. */
const firefoxHash = '6cfb0ee3bf68c654aeccd849332a512dd700688e'

/** Where browsers take a provider's answer to the extension: `identity.getRedirectURL()`. */
export const extensionRedirects: readonly string[] = [
  `https://${chromeId}.chromiumapp.org/`,
  `https://${firefoxHash}.extensions.allizom.org/`,
]

/** A program listens there itself, on any port (RFC 8252 §7.3). By its number: a name could lead elsewhere. */
const loopbackRedirect = 'http://127.0.0.1/callback'

/** The page on the app's origin, and the machine itself. A claimed https address must not be this machine's (RFC 8252 §7.2). */
const desktopRedirects = ({ appUrl }: Config): string[] =>
  appUrl.startsWith('https:') && isLocal(appUrl) ? [loopbackRedirect] : [appUrl + desktopCallbackPath, loopbackRedirect]

/** Firefox gives the extension another origin in every profile. There is nothing ambient that such an origin could use. */
const isExtensionOrigin = (origin: string): boolean =>
  origin === `chrome-extension://${chromeId}` || /^moz-extension:\/\/[0-9a-f-]{36}$/.test(origin)

/** Whether a script of this origin may call the endpoints of the provider for this client (CORS). */
export const mayCall = (config: Config, clientId: string, origin: string): boolean =>
  clientId === extensionClient ? isExtensionOrigin(origin) : clientId === webClient && origin === config.appUrl

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
  {
    client_id: extensionClient,
    client_name: 'Holdfast',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // A browser hands an address to the extension, and no body.
    response_modes: ['query'],
    redirect_uris: [...extensionRedirects],
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
    id_token_signed_response_alg: 'ES256',
  },
  {
    client_id: desktopClient,
    client_name: 'Holdfast',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    response_modes: ['query'],
    redirect_uris: desktopRedirects(config),
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
    id_token_signed_response_alg: 'ES256',
  },
  ...others,
]

/** Any port of the machine itself, as a policy names it: forms lead there in a sign-in of a native program alone. */
export const loopbackTarget = 'http://127.0.0.1:*'

/** Origins that a form of the provider's may lead to, by itself or by the redirects after it (CSP Level 3 §6.4.1). */
export const formTargets = (clients: readonly ClientMetadata[]): readonly string[] => {
  const addresses = clients.flatMap((client) => [
    ...(client.redirect_uris ?? []),
    ...(client.post_logout_redirect_uris ?? []),
  ])
  const others = addresses.filter((address) => address !== loopbackRedirect)
  return [...new Set(others.map((address) => new URL(address).origin))]
}
