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
export const createOwnTokens = (config: Config, secrets: Secrets, { sessions }: Store): ReadToken => {
  const keys = createLocalJWKSet({ keys: [publicJwk(secrets.tokenKey)] })
  const expected = { typ: 'at+jwt', issuer: config.idUrl, audience: apiAudience(config), algorithms: ['ES256'] }
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, expected)
    const { sub, sid, iat, exp, cnf } = v.parse(claimsSchema, payload)
    const find: Claimed['find'] = async () => {
      const found = await sessions.findWithAccount(sid)
      const good = found !== undefined && found.session.revokedAt === null && found.session.accountId === sub
      return good ? found : undefined
    }
    return { jkt: cnf?.jkt, issuedAt: iat, expiresAt: exp, find }
  }
}
