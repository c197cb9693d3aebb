import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { Failure } from './failure.ts'
import type { Session } from './session-file.ts'

const client: oauth.Client = { client_id: 'desktop' }
const none = oauth.None()
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/** Plain http is for this very machine. */
const isLocal = (url: string): boolean => /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(url)

export const options = (url: string) => {
  if (!url.startsWith('https:') && !isLocal(url)) throw new Failure('USAGE')
  return {
    [oauth.allowInsecureRequests]: !url.startsWith('https:'),
    signal: AbortSignal.timeout(15_000),
    headers: new Headers({
      'user-agent': `HoldfastCLI/1 (${process.platform === 'linux' ? 'Linux' : process.platform})`,
    }),
  }
}

const issuerSchema = v.object({ issuer: v.string() })

/** The identity provider of a Holdfast server. */
export const issuerOf = async (server: string): Promise<string> => {
  const { signal } = options(server)
  const response = await fetch(`${server}/api/v1/server`, { signal })
  return v.parse(issuerSchema, await response.json()).issuer
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
  return oauth.DPoP(client, {
    privateKey: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', open, algorithm, true, ['verify']),
  })
}

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
  readonly metadata: oauth.AuthorizationServer
  readonly proofs: oauth.DPoPHandle
  readonly redirect: string
}

/** Begins a sign-in (RFC 9126, RFC 7636): the address to open, and what turns the answer into tokens. */
export const beginSignIn = async ({ metadata, proofs, redirect }: SignIn) => {
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ]
  const parameters = {
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    dpop_jkt: await proofs.calculateThumbprint(),
  }
  const common = () => ({ ...options(metadata.issuer), DPoP: proofs })
  const pushed = await oauth.pushedAuthorizationRequest(metadata, client, none, parameters, options(metadata.issuer))
  const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, pushed)
  const query = new URLSearchParams({ client_id: client.client_id, request_uri })
  return {
    address: `${metadata.authorization_endpoint}?${query}`,
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
export const refresh = async ({ issuer, proofKey, refresh: token }: Session): Promise<Tokens> => {
  const proofs = await proofsOf(proofKey)
  try {
    const metadata = await discover(issuer)
    return await nonceOnce(async () => {
      const common = { ...options(issuer), DPoP: proofs }
      const response = await oauth.refreshTokenGrantRequest(metadata, client, none, token, common)
      return tokensOf(await oauth.processRefreshTokenResponse(metadata, client, response), token)
    })
  } catch (cause) {
    const isOver = cause instanceof oauth.ResponseBodyError && cause.error === 'invalid_grant'
    throw new Failure(isOver ? 'SESSION_ENDED' : 'SERVER_UNAVAILABLE')
  }
}

/** Revokes a session (RFC 7009). */
export const revoke = async ({ issuer, refresh: token }: Session): Promise<void> => {
  const metadata = await discover(issuer)
  await oauth.processRevocationResponse(await oauth.revocationRequest(metadata, client, none, token, options(issuer)))
}
