import * as oauth from 'oauth4webapi'
import { toBase64url, utf8 } from '../../base/bytes.ts'
import { type Clock, seconds } from '../../base/clock.ts'
import { reveal, Secret } from '../../base/secret.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Account } from '../../protocol/messages.ts'
import { retryAfter } from '../../session/backoff.ts'
import { judgeTokenError, type TokenFailure } from '../../session/token-failure.ts'
import type { Provider } from '../config.ts'
import type { Tokens, Transaction } from '../records.ts'
import { clientOf } from './authorization.ts'
import type { VerifiedCallback } from './callback.ts'
import { wireOptions } from './discovery.ts'
import type { Proofs } from './proofs.ts'
import { checkSignature } from './signature.ts'
import { accountOf, withUserInfo } from './userinfo.ts'
import type { Wire } from './wire.ts'

/** Where `expires_in` is missing (it is only recommended, RFC 6749 §5.1): a 401 will tell if it was less. */
const assumedLife = 3600

/** A year. Of a number near the largest there is, milliseconds would be more than any: no time, and no record of one. */
const longestLife = 31_536_000

/** All that one call of the token endpoint needs. */
export type TokenCall = {
  readonly provider: Provider
  readonly server: oauth.AuthorizationServer
  readonly proofs: Proofs | undefined
  readonly wire: Wire
  readonly clock: Clock
}

const toTokens = (reply: oauth.TokenEndpointResponse, at: number, before: Secret | null): Tokens => ({
  access: new Secret(reply.access_token),
  type: reply.token_type === 'dpop' ? 'dpop' : 'bearer',
  refresh: reply.refresh_token === undefined ? before : new Secret(reply.refresh_token),
  life: { issuedAt: at, expiresAt: at + Math.min(longestLife, reply.expires_in ?? assumedLife) * 1000 },
})

/** The client by the clock of the server whose reply has just come: the one of this device may be years off. */
const clientNow = ({ provider, wire }: TokenCall): oauth.Client => ({
  ...clientOf(provider),
  [oauth.clockSkew]: seconds(wire.skew()),
})

/**
 * For a reply to a refresh. It answers what was asked just now, over a channel that names the server: whether its ID token
 * has run out says nothing but that a clock is wrong, and where the server does not tell its time there is no better one.
 */
const clientAtAnyTime = (provider: Provider): oauth.Client => ({
  ...clientOf(provider),
  [oauth.clockTolerance]: Number.MAX_SAFE_INTEGER,
})

const options = (call: TokenCall) => ({
  ...wireOptions(call.wire),
  ...(call.proofs === undefined ? {} : { DPoP: call.proofs.handle }),
  ...(call.provider.resource === undefined ? {} : { additionalParameters: { resource: call.provider.resource } }),
})

/** A server may ask for a nonce in the proof, once (RFC 9449 §8); the handle has learnt it by then. */
const answerNonceOnce = async (send: () => Promise<Response>): Promise<Response> => {
  const response = await send()
  const asked = response.status === 400 || response.status === 401
  const error = asked ? await errorOf(response) : undefined
  return error === 'use_dpop_nonce' ? send() : response
}

const errorOf = async (response: Response): Promise<string | undefined> => {
  try {
    const body: unknown = await response.clone().json()
    const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
    return typeof error === 'string' ? error : undefined
  } catch {
    return undefined
  }
}

/** What an answer to a refresh means for the session where it brings no tokens. */
const failureOf = async (response: Response, now: number): Promise<TokenFailure | undefined> =>
  response.status === 200
    ? undefined
    : judgeTokenError(response.status, await errorOf(response), retryAfter(response.headers.get('retry-after'), now))

const hashOf = (alg: string | undefined): string => {
  if (alg === undefined || alg.endsWith('256')) return 'SHA-256'
  return alg.endsWith('384') ? 'SHA-384' : 'SHA-512'
}

/** `at_hash` is the left half of the access token's hash (OIDC Core §3.1.3.6); optional in this flow. */
const checkAccessTokenHash = async (reply: oauth.TokenEndpointResponse, claims: oauth.IDToken): Promise<void> => {
  if (claims.at_hash === undefined) return
  const header: unknown = JSON.parse(
    atob((reply.id_token ?? '').split('.')[0]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''),
  )
  const alg = typeof header === 'object' && header !== null && 'alg' in header ? String(header.alg) : undefined
  const hash = new Uint8Array(await crypto.subtle.digest(hashOf(alg), utf8(reply.access_token)))
  if (toBase64url(hash.slice(0, hash.length / 2)) !== claims.at_hash) throw new HoldfastError('SIGN_IN_MISMATCH')
}

/** `azp` names this client wherever it is there (OIDC Core §3.1.3.7); the library looks at it beside several `aud` only. */
const checkAuthorizedParty = (provider: Provider, claims: oauth.IDToken): void => {
  if (claims.azp !== undefined && claims.azp !== provider.clientId) throw new HoldfastError('SIGN_IN_MISMATCH')
}

/**
 * Exchanges a code (RFC 6749 §4.1.3) and believes the ID token only after its claims, nonce, hash and signature hold
 * (OIDC Core §3.1.3.7). Throws SIGN_IN_MISMATCH, SIGN_IN_REFUSED, PROVIDER_UNAVAILABLE.
 */
export const exchange = async (
  call: TokenCall,
  callback: VerifiedCallback,
  transaction: Transaction,
  redirectUri: string,
): Promise<{ readonly tokens: Tokens; readonly account: Account }> => {
  const { provider, server, clock } = call
  const client = clientOf(provider)
  const verifier = reveal(transaction.verifier)
  const response = await answerNonceOnce(() =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      callback.parameters,
      redirectUri,
      verifier,
      options(call),
    ),
  )
  if (response.status >= 500 || response.status === 429) throw new HoldfastError('PROVIDER_UNAVAILABLE')
  if (response.status >= 400) throw new HoldfastError('SIGN_IN_REFUSED')
  try {
    const expectedNonce = reveal(transaction.nonce)
    const reply = await oauth.processAuthorizationCodeResponse(server, clientNow(call), response, {
      expectedNonce,
      requireIdToken: true,
    })
    await checkSignature(server, response, call.wire)
    const claims = oauth.getValidatedIdTokenClaims(reply)
    if (claims === undefined) throw new HoldfastError('SIGN_IN_MISMATCH')
    checkAuthorizedParty(provider, claims)
    await checkAccessTokenHash(reply, claims)
    const tokens = toTokens(reply, clock(), null)
    return { tokens, account: await withUserInfo(call, tokens, accountOf(claims)) }
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause
    throw new HoldfastError('SIGN_IN_MISMATCH', { cause })
  }
}

/**
 * The first tokens of a session that a pairing has brought, by its refresh token (RFC 6749 §6). Whose they are, the ID token
 * says, as after a sign-in. Throws SIGN_IN_MISMATCH, SIGN_IN_REFUSED, PROVIDER_UNAVAILABLE.
 */
export const firstTokens = async (
  call: TokenCall,
  token: Secret,
): Promise<{ readonly tokens: Tokens; readonly account: Account }> => {
  const { provider, server, clock, wire } = call
  const client = clientOf(provider)
  const response = await answerNonceOnce(() =>
    oauth.refreshTokenGrantRequest(server, client, oauth.None(), reveal(token), options(call)),
  )
  if (response.status >= 500 || response.status === 429) throw new HoldfastError('PROVIDER_UNAVAILABLE')
  if (response.status >= 400) throw new HoldfastError('SIGN_IN_REFUSED')
  try {
    const reply = await oauth.processRefreshTokenResponse(server, clientNow(call), response)
    const claims = oauth.getValidatedIdTokenClaims(reply)
    if (claims === undefined) throw new HoldfastError('SIGN_IN_MISMATCH')
    await checkSignature(server, response, wire)
    checkAuthorizedParty(provider, claims)
    const tokens = toTokens(reply, clock(), token)
    return { tokens, account: await withUserInfo(call, tokens, accountOf(claims)) }
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause
    throw new HoldfastError('SIGN_IN_MISMATCH', { cause })
  }
}

/** An ID token of or for somebody else. A reply that cannot be read says nothing: a portal gives such. */
const isLie = (error: unknown): boolean =>
  (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_CLAIM_COMPARISON) ||
  (error instanceof HoldfastError && error.code === 'SIGN_IN_MISMATCH')

export type Refreshed =
  | { readonly ok: true; readonly tokens: Tokens }
  | { readonly ok: false; readonly failure: TokenFailure }

/**
 * Refreshes (RFC 6749 §6). A reply of another subject or issuer counts as denied (OIDC Core §12.2). Never ends a session
 * for a reply that it cannot read. Throws PROVIDER_UNAVAILABLE where no reply came at all.
 */
export const refresh = async (call: TokenCall, tokens: Tokens, account: Account): Promise<Refreshed> => {
  const { provider, server, clock } = call
  const client = clientOf(provider)
  if (tokens.refresh === null) return { ok: false, failure: { kind: 'denied' } }
  const token = reveal(tokens.refresh)
  const send = () =>
    answerNonceOnce(() => oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, options(call)))
  let response = await send()
  let failure = await failureOf(response, clock())
  // A browser sends a request again by itself where its connection ends, and a provider that has seen the proof of it before
  // may call that an invalid grant too. A new proof tells the one from the other.
  if (failure?.kind === 'denied' && call.proofs !== undefined) {
    response = await send()
    failure = await failureOf(response, clock())
  }
  if (failure !== undefined) return { ok: false, failure }
  try {
    const reply = await oauth.processRefreshTokenResponse(server, clientAtAnyTime(provider), response)
    const claims = oauth.getValidatedIdTokenClaims(reply)
    if (claims !== undefined) {
      if (claims.sub !== account.sub) return { ok: false, failure: { kind: 'denied' } }
      // Nothing is taken from it, and it came straight from the provider: its signature is not asked for (OIDC Core §3.1.3.7).
      checkAuthorizedParty(provider, claims)
    }
    return { ok: true, tokens: toTokens(reply, clock(), tokens.refresh) }
  } catch (error) {
    return { ok: false, failure: isLie(error) ? { kind: 'denied' } : { kind: 'passing', waitAtLeast: 0 } }
  }
}

/** Revokes one token (RFC 7009). True where nothing is left to do; false where it should be tried again. */
export const revoke = async (call: TokenCall, token: Secret, hint: string): Promise<boolean> => {
  const { provider, server, wire } = call
  if (server.revocation_endpoint === undefined) return true
  const additionalParameters = { token_type_hint: hint }
  const response = await oauth.revocationRequest(server, clientOf(provider), oauth.None(), reveal(token), {
    ...wireOptions(wire),
    additionalParameters,
  })
  return response.status < 500 && response.status !== 429
}
