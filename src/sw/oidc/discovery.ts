import * as oauth from 'oauth4webapi'
import type { Clock } from '../../base/clock.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import { isSecureUrl, type Provider } from '../config.ts'
import type { Vault } from '../vault.ts'
import type { Wire } from './wire.ts'

const day = 86_400_000

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'pushed_authorization_request_endpoint',
  'revocation_endpoint',
  'jwks_uri',
] as const

/** Endpoints over https; over http only where the issuer itself is a loopback http address. */
const checkEndpoints = (provider: Provider, server: oauth.AuthorizationServer): void => {
  const plain = provider.issuer.startsWith('http:')
  for (const name of endpoints) {
    const address = server[name]
    if (address === undefined && name !== 'authorization_endpoint' && name !== 'token_endpoint') continue
    if (address === undefined || !isSecureUrl(address) || (address.startsWith('http:') && !plain)) {
      throw new HoldfastError('PROVIDER_INVALID', { detail: `The provider's ${name} cannot be used.` })
    }
  }
}

type WireInit = { readonly method: string; readonly headers: HeadersInit; readonly body?: BodyInit | null | undefined }

/** Options that every call of oauth4webapi gets. */
export const wireOptions = (wire: Wire) => ({
  [oauth.customFetch]: (url: string, { method, headers, body }: WireInit) =>
    wire.fetch(url, { method, headers, body: body ?? null }),
  [oauth.allowInsecureRequests]: true,
})

/** Provider metadata (OIDC Discovery §4): from the network, then from memory, then for a day from the vault. */
export const createDiscovery = (vault: Vault, wire: Wire, clock: Clock) => {
  const known = new Map<string, oauth.AuthorizationServer>()

  const fromVault = async (provider: Provider): Promise<oauth.AuthorizationServer | undefined> => {
    const found = await vault.read('metadata', provider.id)
    if (found.at !== 'here' || clock() - found.value.fetchedAt > day) return undefined
    const { document } = found.value
    return document.issuer === provider.issuer ? { ...document, issuer: provider.issuer } : undefined
  }

  const fromNetwork = async (provider: Provider): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(provider.issuer)
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...wireOptions(wire) })
    // Anything but a document is a portal or a proxy in between, or a provider that is down.
    const isDocument = response.status === 200 && /\bjson\b/.test(response.headers.get('content-type') ?? '')
    if (!isDocument) throw new HoldfastError('PROVIDER_UNAVAILABLE')
    let server: oauth.AuthorizationServer
    try {
      server = await oauth.processDiscoveryResponse(issuer, response)
    } catch (cause) {
      throw new HoldfastError('PROVIDER_INVALID', { cause })
    }
    // Compared as URLs so far, where a slash at the end may be missing; as identifiers they differ (OIDC Discovery §4.3).
    if (server.issuer !== provider.issuer) throw new HoldfastError('PROVIDER_INVALID')
    const document = Object.fromEntries(Object.entries(server))
    await vault.commit([{ kind: 'metadata', provider: provider.id, value: { fetchedAt: clock(), document } }])
    return server
  }

  /** Throws PROVIDER_UNAVAILABLE or PROVIDER_INVALID. */
  return async (provider: Provider): Promise<oauth.AuthorizationServer> => {
    const server = known.get(provider.id) ?? (await fromVault(provider)) ?? (await fromNetwork(provider))
    checkEndpoints(provider, server)
    known.set(provider.id, server)
    return server
  }
}

export type Discovery = ReturnType<typeof createDiscovery>
