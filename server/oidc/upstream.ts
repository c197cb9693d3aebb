import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { Person } from '../accounts/federation.ts'

export type UpstreamConfig = {
  /** What people call it: "Continue with Google". */
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The one organisation whose people may come (`hd`); undefined: everybody. */
  readonly domain: string | undefined
}

/** What is kept between going there and coming back. */
export const transactionSchema = v.object({ nonce: v.string(), verifier: v.string() })
export type UpstreamTransaction = v.InferOutput<typeof transactionSchema>

const patience = 10_000
const hour = 3600_000

/** Text that every database can keep. */
const isPlain = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const claimsSchema = v.object({
  iss: v.string(),
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255), v.check(isPlain)),
  azp: v.optional(v.string()),
  email: v.optional(v.string()),
  // Some providers write it as text.
  email_verified: v.optional(v.union([v.boolean(), v.picklist(['true', 'false'])])),
  name: v.optional(v.string()),
  hd: v.optional(v.string()),
})

const plain = (text: string | undefined): string | null =>
  text === undefined || text === '' || !isPlain(text) ? null : text

/** Another OpenID provider that people may come from, as a client of it: code, PKCE, state and nonce. */
export const createUpstream = (config: UpstreamConfig, redirectUri: string) => {
  const client: oauth.Client = { client_id: config.clientId }
  // Plain http is for tests on this very machine; the configuration takes no other.
  const common = { [oauth.allowInsecureRequests]: config.issuer.startsWith('http:') }
  const options = () => ({ ...common, signal: AbortSignal.timeout(patience) })
  let known: { readonly server: oauth.AuthorizationServer; readonly at: number } | undefined

  const discover = async (): Promise<oauth.AuthorizationServer> => {
    if (known !== undefined && Date.now() - known.at < hour) return known.server
    const issuer = new URL(config.issuer)
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options()))
    known = { server, at: Date.now() }
    return server
  }

  const exchange = async (server: oauth.AuthorizationServer, answer: URLSearchParams, kept: UpstreamTransaction) => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(config.clientSecret),
      answer,
      redirectUri,
      kept.verifier,
      options(),
    )
    const checks = { expectedNonce: kept.nonce, requireIdToken: true }
    const reply = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
    await oauth.validateApplicationLevelSignature(server, response, options())
    return v.parse(claimsSchema, oauth.getValidatedIdTokenClaims(reply))
  }

  return {
    name: config.name,

    /** The address to go to. `state` comes back with the answer. */
    async begin(state: string, { nonce, verifier }: UpstreamTransaction): Promise<string> {
      const server = await discover()
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = String(
        new URLSearchParams({
          client_id: config.clientId,
          redirect_uri: redirectUri,
          response_type: 'code',
          scope: 'openid email profile',
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
          ...(config.domain === undefined ? {} : { hd: config.domain }),
        }),
      )
      return url.href
    },

    newTransaction: (): UpstreamTransaction => ({
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    }),

    /** Who came back. Rejects where anything of the answer does not hold (OIDC Core §3.1.3.7). */
    async receive(parameters: URLSearchParams, state: string, kept: UpstreamTransaction): Promise<Person> {
      const server = await discover()
      const answer = oauth.validateAuthResponse(server, client, parameters, state)
      const claims = await exchange(server, answer, kept)
      if (claims.azp !== undefined && claims.azp !== config.clientId) throw new Error('It is for another client.')
      if (config.domain !== undefined && claims.hd !== config.domain) throw new Error('It is of another organisation.')
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: plain(claims.email),
        isEmailVerified: claims.email_verified === true || claims.email_verified === 'true',
        name: plain(claims.name),
      }
    },
  }
}

export type Upstream = ReturnType<typeof createUpstream>
