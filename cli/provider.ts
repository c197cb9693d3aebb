import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { Failure } from './failure.ts'
import type { Session } from './session-file.ts'

const none = oauth.None()
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/** Plain http is for this very machine. */
const isLocal = (url: string): boolean => /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(url)

/** `limit`: milliseconds. */
export const options = (url: string, limit = 15_000) => {
  if (!url.startsWith('https:') && !isLocal(url)) throw new Failure('USAGE')
  return {
    [oauth.allowInsecureRequests]: !url.startsWith('https:'),
    signal: AbortSignal.timeout(limit),
    headers: new Headers({
      'user-agent': `HoldfastCLI/1 (${process.platform === 'linux' ? 'Linux' : process.platform})`,
    }),
  }
}

const aboutSchema = v.object({
  issuer: v.string(),
  clients: v.object({ desktop: v.nullable(v.string()) }),
  scope: v.string(),
  resource: v.nullable(v.string()),
})

/** Where people of a Holdfast server sign in, and as which client. */
export type About = {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  readonly resource: string | null
}

/** What a Holdfast server says of its identity provider. Throws NOT_FOR_PROGRAMS where that does not know this program. */
export const aboutOf = async (server: string): Promise<About> => {
  const { signal } = options(server)
  const response = await fetch(`${server}/api/v1/server`, { signal })
  const { clients, ...rest } = v.parse(aboutSchema, await response.json())
  if (clients.desktop === null) throw new Failure('NOT_FOR_PROGRAMS')
  return { ...rest, clientId: clients.desktop }
}

export const discover = async (issuer: string): Promise<oauth.AuthorizationServer> => {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options(issuer)))
}

export const newProofKey = async (): Promise<Session['proofKey']> => {
  const { privateKey } = await oauth.generateKeyPair('ES256', { extractable: true })
  return { ...(await crypto.subtle.exportKey('jwk', privateKey)) }
}

/** Proofs of possession with this key (RFC 9449). */
export const proofsOf = async (jwk: Session['proofKey']): Promise<oauth.DPoPHandle> => {
  const { d: _private, key_ops: _operations, ...open } = jwk
  return oauth.DPoP(
    {},
    {
      privateKey: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', open, algorithm, true, ['verify']),
    },
  )
}

/** The same for a session; undefined where its tokens are bound to no key. */
export const proofsOfSession = async ({ isBound, proofKey }: Pick<Session, 'isBound' | 'proofKey'>) =>
  isBound ? proofsOf(proofKey) : undefined

/** A server may ask for a nonce in the proof, once (RFC 9449 §8, §9). */
export const nonceOnce = async <T>(send: () => Promise<T>): Promise<T> => {
  try {
    return await send()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return send()
  }
}

type Tokens = Pick<Session, 'access' | 'expiresAt' | 'refresh'>

const tokensOf = (reply: oauth.TokenEndpointResponse, before: string): Tokens => ({
  access: reply.access_token,
  expiresAt: Date.now() + (reply.expires_in ?? 300) * 1000,
  refresh: reply.refresh_token ?? before,
})

export type SignIn = {
  readonly about: About
  readonly metadata: oauth.AuthorizationServer
  /** Undefined where the provider binds tokens to no key. */
  readonly proofs: oauth.DPoPHandle | undefined
  readonly redirect: string
}

/** Whether a provider binds tokens to the keys that this program makes (RFC 9449 §5.1). */
export const canBind = ({ dpop_signing_alg_values_supported: algorithms }: oauth.AuthorizationServer): boolean =>
  algorithms?.includes('ES256') ?? false

const withProofs = (proofs: oauth.DPoPHandle | undefined) => (proofs === undefined ? {} : { DPoP: proofs })

const addressOf = ({ authorization_endpoint }: oauth.AuthorizationServer, query: URLSearchParams): string => {
  const url = new URL(authorization_endpoint ?? '')
  for (const [name, value] of query) url.searchParams.set(name, value)
  return url.href
}

/** The parameters of the address to open: sent ahead where the provider takes that (RFC 9126). */
const queryOf = async (
  metadata: oauth.AuthorizationServer,
  client: oauth.Client,
  parameters: Readonly<Record<string, string>>,
): Promise<URLSearchParams> => {
  const query = new URLSearchParams({ ...parameters, client_id: client.client_id })
  if (metadata.pushed_authorization_request_endpoint === undefined) return query
  const pushed = await oauth.pushedAuthorizationRequest(metadata, client, none, query, options(metadata.issuer))
  const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, pushed)
  return new URLSearchParams({ client_id: client.client_id, request_uri })
}

/** Begins a sign-in (RFC 9126, RFC 7636): the address to open, and what turns the answer into tokens. */
export const beginSignIn = async ({ about, metadata, proofs, redirect }: SignIn) => {
  const client: oauth.Client = { client_id: about.clientId }
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ]
  const parameters = {
    redirect_uri: redirect,
    response_type: 'code',
    scope: about.scope,
    ...(about.resource === null ? {} : { resource: about.resource }),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...(proofs === undefined ? {} : { dpop_jkt: await proofs.calculateThumbprint() }),
  }
  const common = () => ({ ...options(metadata.issuer), ...withProofs(proofs) })
  const query = await queryOf(metadata, client, parameters)
  return {
    address: addressOf(metadata, query),
    async finish(answer: URLSearchParams): Promise<Tokens> {
      const checked = oauth.validateAuthResponse(metadata, client, answer, state)
      return nonceOnce(async () => {
        const grant = oauth.authorizationCodeGrantRequest
        const response = await grant(metadata, client, none, checked, redirect, verifier, common())
        const checks = { expectedNonce: nonce, requireIdToken: true }
        return tokensOf(await oauth.processAuthorizationCodeResponse(metadata, client, response, checks), '')
      })
    },
  }
}

/** New tokens for a session (RFC 6749 §6). Throws SESSION_ENDED where the provider says so, and for no other reason. */
export const refresh = async (session: Session): Promise<Tokens> => {
  const { issuer, refresh: token } = session
  const client: oauth.Client = { client_id: session.clientId }
  const proofs = await proofsOfSession(session)
  try {
    const metadata = await discover(issuer)
    return await nonceOnce(async () => {
      const common = { ...options(issuer), ...withProofs(proofs) }
      const response = await oauth.refreshTokenGrantRequest(metadata, client, none, token, common)
      return tokensOf(await oauth.processRefreshTokenResponse(metadata, client, response), token)
    })
  } catch (cause) {
    const isOver = cause instanceof oauth.ResponseBodyError && cause.error === 'invalid_grant'
    throw new Failure(isOver ? 'SESSION_ENDED' : 'SERVER_UNAVAILABLE')
  }
}

/** Revokes a session (RFC 7009), where its provider can. */
export const revoke = async ({ issuer, clientId, refresh: token }: Session): Promise<void> => {
  const metadata = await discover(issuer)
  if (metadata.revocation_endpoint === undefined) return
  const client: oauth.Client = { client_id: clientId }
  await oauth.processRevocationResponse(await oauth.revocationRequest(metadata, client, none, token, options(issuer)))
}
