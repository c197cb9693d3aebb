import { createLocalJWKSet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { apiAudience, type Config } from '../config.ts'
import { publicJwk, type Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import type { Claimed, ReadToken } from './credentials.ts'

const claimsSchema = v.object({
  sub: v.string(),
  sid: v.string(),
  iat: v.number(),
  exp: v.number(),
  cnf: v.optional(v.object({ jkt: v.string() })),
})

/** Reads the access tokens of our own provider (RFC 9068): `sid` names the session, which began with the sign-in. */
export const createOwnTokens = (config: Config, secrets: Secrets, { sessions, accounts }: Store): ReadToken => {
  const keys = createLocalJWKSet({ keys: [publicJwk(secrets.tokenKey)] })
  const expected = { typ: 'at+jwt', issuer: config.idUrl, audience: apiAudience(config), algorithms: ['ES256'] }
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, expected)
    const { sub, sid, iat, exp, cnf } = v.parse(claimsSchema, payload)
    const find: Claimed['find'] = async () => {
      const session = await sessions.find(sid)
      const account = await accounts.findById(sub)
      const good = session !== undefined && session.revokedAt === null && session.accountId === sub
      return good && account !== undefined ? { account, session } : undefined
    }
    return { jkt: cnf?.jkt, issuedAt: iat, expiresAt: exp, find }
  }
}
