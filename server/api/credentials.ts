import { createLocalJWKSet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { apiAudience, type Config } from '../config.ts'
import { publicJwk, type Secrets } from '../secrets.ts'
import type { Account } from '../store/accounts.ts'
import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { createNonces, createProofCheck, dpopChallenge } from './dpop.ts'
import { ApiError } from './errors.ts'

/** Who asks, after every check (T2, G5). */
export type Caller = {
  readonly account: Account
  readonly session: Session
  /** The thumbprint of the key that the token is bound to; empty where it is bound to none. */
  readonly jkt: string
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
}

const claimsSchema = v.object({
  sub: v.string(),
  sid: v.string(),
  iat: v.number(),
  exp: v.number(),
  cnf: v.optional(v.object({ jkt: v.string() })),
})

const invalid = (scheme: 'DPoP' | 'Bearer'): ApiError => {
  const challenge = scheme === 'DPoP' ? dpopChallenge('invalid_token') : 'Bearer error="invalid_token"'
  const headers = { 'www-authenticate': challenge }
  return new ApiError('invalid_token', { headers })
}

/** Verifies the credentials of each request: signature, type, issuer, expiry, audience, session, proof. */
export const createCredentials = (config: Config, secrets: Secrets, store: Store) => {
  const keys = createLocalJWKSet({ keys: [publicJwk(secrets.tokenKey)] })
  const checkProof = createProofCheck(createNonces(secrets.nonceSecret), store.proofs.claim)
  const expected = { typ: 'at+jwt', issuer: config.idUrl, audience: apiAudience(config), algorithms: ['ES256'] }

  const readToken = async (scheme: 'DPoP' | 'Bearer', token: string) => {
    try {
      const { payload } = await jwtVerify(token, keys, expected)
      return v.parse(claimsSchema, payload)
    } catch {
      throw invalid(scheme)
    }
  }

  /** The caller, or undefined where the request carries no credentials. Rejects with ApiError where they do not hold. */
  return async (request: Request): Promise<Caller | undefined> => {
    const header = request.headers.get('authorization')
    if (header === null) return undefined
    const [, scheme, token] = /^(DPoP|Bearer) ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? []
    if (scheme === undefined || token === undefined) throw invalid('Bearer')
    const isDpop = scheme.toLowerCase() === 'dpop'
    const claims = await readToken(isDpop ? 'DPoP' : 'Bearer', token)
    if (isDpop !== (claims.cnf !== undefined)) throw invalid('DPoP')
    // Before the proof: whoever holds a token of a session that has ended need not try another proof.
    const session = await store.sessions.find(claims.sid)
    const account = await store.accounts.findById(claims.sub)
    const good = session !== undefined && session.revokedAt === null && session.accountId === claims.sub
    if (!good || account === undefined) throw invalid(isDpop ? 'DPoP' : 'Bearer')
    if (claims.cnf !== undefined) {
      const proof = request.headers.get('dpop')
      if (proof === null) throw invalid('DPoP')
      const url = config.appUrl + new URL(request.url).pathname
      await checkProof(proof, { method: request.method, url, token, thumbprint: claims.cnf.jkt })
    }
    await store.sessions.touch(session)
    return { account, session, jkt: claims.cnf?.jkt ?? '', issuedAt: claims.iat, expiresAt: claims.exp }
  }
}

export type Credentials = ReturnType<typeof createCredentials>
