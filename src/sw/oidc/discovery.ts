import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
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
  'userinfo_endpoint',
  'end_session_endpoint',
  'jwks_uri',
] as const

const address = v.exactOptional(v.string())
const names = v.exactOptional(v.array(v.string()))

/** What is used of a metadata document; the rest, however much it is, is not kept (OIDC Discovery §3). */
const metadataSchema = v.object({
  issuer: v.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  pushed_authorization_request_endpoint: address,
  revocation_endpoint: address,
  userinfo_endpoint: address,
  end_session_endpoint: address,
  jwks_uri: address,
  dpop_signing_alg_values_supported: names,
  id_token_signing_alg_values_supported: names,
  userinfo_signing_alg_values_supported: names,
  authorization_response_iss_parameter_supported: v.exactOptional(v.boolean()),
})

/** Provider metadata, with nothing in it that was not looked at. */
type Metadata = v.InferOutput<typeof metadataSchema>

/** Metadata whose fields are of the form that the standard gives them, and whose issuer is the one that was asked. */
const parseMetadata = (provider: Provider, document: unknown): Metadata => {
  const parsed = v.safeParse(metadataSchema, document)
  // A slash at the end or its lack makes another identifier (OIDC Discovery §4.3).
  if (!parsed.success || parsed.output.issuer !== provider.issuer) throw new HoldfastError('PROVIDER_INVALID')
  return parsed.output
}

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
    if (found.at !== 'here' || Math.abs(clock() - found.value.fetchedAt) > day) return undefined
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
    const document = parseMetadata(provider, server)
    // What cannot be used is not kept either: the next sign-in asks again.
    checkEndpoints(provider, document)
    await vault.commit([{ kind: 'metadata', provider: provider.id, value: { fetchedAt: clock(), document } }])
    return document
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
