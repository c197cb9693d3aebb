import * as oauth from 'oauth4webapi'
import { reveal, Secret } from '../../base/secret.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Provider } from '../config.ts'
import { wireOptions } from './discovery.ts'
import type { Wire } from './wire.ts'

/** What is made for one authorization request (RFC 6749 §4.1.1, RFC 7636 §4, OIDC Core §3.1.2.1). */
export type Begun = {
  readonly address: Secret
  readonly state: Secret
  readonly nonce: Secret
  readonly verifier: Secret
}

export const clientOf = (provider: Provider): oauth.Client => ({
  client_id: provider.clientId,
  [oauth.clockTolerance]: 60,
})

const push = async (
  provider: Provider,
  server: oauth.AuthorizationServer,
  parameters: URLSearchParams,
  wire: Wire,
): Promise<URLSearchParams> => {
  const client = clientOf(provider)
  const response = await oauth.pushedAuthorizationRequest(server, client, oauth.None(), parameters, wireOptions(wire))
  if (response.status >= 500 || response.status === 429) throw new HoldfastError('PROVIDER_UNAVAILABLE')
  try {
    const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, response)
    return new URLSearchParams({ client_id: provider.clientId, request_uri })
  } catch (cause) {
    throw new HoldfastError('PROVIDER_INVALID', { cause })
  }
}

/**
 * Builds the address to go to; pushes the parameters first where the provider takes that (RFC 9126). `again`: the person is
 * asked even where the provider knows who it is (OIDC Core §3.1.2.1).
 */
export const begin = async (
  provider: Provider,
  server: oauth.AuthorizationServer,
  redirectUri: string,
  thumbprint: string | undefined,
  wire: Wire,
  again = false,
): Promise<Begun> => {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const parameters = new URLSearchParams({
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: provider.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  if (provider.responseMode !== 'query') parameters.set('response_mode', provider.responseMode)
  if (provider.prompt !== undefined) parameters.set('prompt', provider.prompt)
  if (again) parameters.set('prompt', 'login')
  if (provider.resource !== undefined) parameters.set('resource', provider.resource)
  if (thumbprint !== undefined) parameters.set('dpop_jkt', thumbprint)

  const pushes = server.pushed_authorization_request_endpoint !== undefined
  const query = pushes ? await push(provider, server, parameters, wire) : parameters
  const address = new URL(server.authorization_endpoint ?? '')
  for (const [name, value] of query) address.searchParams.set(name, value)
  return {
    address: new Secret(address.href),
    state: new Secret(state),
    nonce: new Secret(nonce),
    verifier: new Secret(verifier),
  }
}

/** Where the browser goes to sign in. Only a navigation that the worker answers gets to see it. */
export const destination = (begun: Begun): string => reveal(begun.address)
