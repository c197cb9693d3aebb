import { createHash } from 'node:crypto'
import { jwtVerify } from 'jose'
import * as v from 'valibot'
import { describeDevice } from '../../src/base/device-name.ts'
import { normaliseEmail } from '../accounts/email.ts'
import type { ExternalProvider } from '../external.ts'
import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import type { From, ReadToken, Whose } from './credentials.ts'
import { createIssuerKeys } from './issuer-keys.ts'

/** Signatures that need no secret shared with the issuer (RFC 7518 §3.1, RFC 9864). */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** RFC 9068 §2.1, and what is usual elsewhere. Whatever else names its type is no access token. */
const types: ReadonlySet<string> = new Set(['', 'jwt', 'at+jwt', 'application/at+jwt'])

/** Text that every database can keep. */
const plain = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  v.check((text) => text.isWellFormed() && !text.includes('\0')),
)

const claimsSchema = v.object({
  sub: plain,
  iat: v.number(),
  exp: v.number(),
  // RFC 9068 §2.2 calls the client `client_id`; others have their own names for it.
  client_id: v.optional(v.string()),
  azp: v.optional(v.string()),
  appid: v.optional(v.string()),
  cid: v.optional(v.string()),
  sid: v.optional(v.string()),
  auth_time: v.optional(v.number()),
  // A token that is bound to something else than a DPoP key is not taken for one that is bound to nothing.
  cnf: v.optional(v.object({ jkt: v.string() })),
  email: v.optional(v.string()),
  email_verified: v.optional(v.unknown()),
  name: v.optional(v.string()),
})
type Claims = v.InferOutput<typeof claimsSchema>

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** A token by which one sign-in cannot be told from the next of the same person with the same client. */
const isLoose = ({ cnf, sid, auth_time }: Claims): boolean =>
  cnf === undefined && sid === undefined && auth_time === undefined

const emailOf = ({ email, email_verified }: Claims): string | null =>
  email === undefined || email_verified !== true ? null : (normaliseEmail(email) ?? null)

const nameOf = ({ name }: Claims): string | null => (v.is(plain, name) ? name.slice(0, 100) : null)

/** Sessions of our own for the tokens of someone else: see docs/decisions/067-sessions-for-the-tokens-of-others.md. */
const createSessions = ({ issuer }: ExternalProvider, store: Store) => {
  const { sessions, accounts, identities } = store

  /** The id of the session of a token and the session, if there is one; undefined where it was ended. */
  const locate = async (claims: Claims, clientId: string) => {
    const { sub, cnf, sid, auth_time, iat } = claims
    let id = hash(JSON.stringify([issuer, sub, clientId, cnf?.jkt ?? sid ?? null, auth_time ?? null]))
    for (;;) {
      const session: Session | undefined = await sessions.find(id)
      if (session === undefined || session.revokedAt === null) return { id, session }
      // Nothing but its time tells a token of another sign-in from one of that which was ended.
      if (!isLoose(claims) || iat * 1000 <= session.revokedAt) return undefined
      id = hash(id)
    }
  }

  const createAccount = async (claims: Claims): Promise<string | undefined> => {
    const identity = { issuer, subject: claims.sub, email: emailOf(claims) }
    // An e-mail that has an account already is not a way into it, and is left to that one.
    const created =
      (await identities.createAccount(identity, identity.email, nameOf(claims))) ??
      (await identities.createAccount(identity, null, nameOf(claims)))
    if (created !== undefined) await sessions.audit('account.created', created, null)
    return created ?? identities.findAccount(issuer, claims.sub)
  }

  /** Whoever had an account that was deleted begins anew by signing in anew. */
  const isOver = async ({ sub, auth_time, iat }: Claims): Promise<boolean> =>
    (auth_time ?? iat) * 1000 <= (await identities.endedAt(issuer, sub))

  const find = async (claims: Claims, clientId: string): Promise<Whose | undefined> => {
    const session = (await locate(claims, clientId))?.session
    const account = session === undefined ? undefined : await accounts.findById(session.accountId)
    return session === undefined || account === undefined ? undefined : { session, account }
  }

  const begin = async (claims: Claims, clientId: string, from: From): Promise<Whose | undefined> => {
    const place = await locate(claims, clientId)
    if (place === undefined || (await isOver(claims))) return undefined
    const accountId = (await identities.findAccount(issuer, claims.sub)) ?? (await createAccount(claims))
    if (accountId === undefined) return undefined
    const { platform, name: deviceName } = describeDevice(from.userAgent)
    const authTime = claims.auth_time === undefined ? undefined : claims.auth_time * 1000
    const known = { accountId, clientId, providerSession: undefined, authTime }
    await sessions.begin({ id: place.id, ...known, platform, deviceName, ...from })
    return find(claims, clientId)
  }

  return { find, begin }
}

/** Reads the access tokens of someone else's provider: JWTs, for our API, given to a client of ours. */
export const createExternalTokens = (provider: ExternalProvider, store: Store): ReadToken => {
  const { issuer, audience, clients } = provider
  const keys = createIssuerKeys(issuer)
  const sessions = createSessions(provider, store)
  const kinds = new Map(Object.entries(clients).flatMap(([kind, id]) => (id === undefined ? [] : [[id, kind]])))
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, algorithms })
    if (!types.has(protectedHeader.typ?.toLowerCase() ?? '')) throw new Error('This is no access token.')
    const claims = v.parse(claimsSchema, payload)
    const clientId = kinds.get(claims.client_id ?? claims.azp ?? claims.appid ?? claims.cid ?? '')
    if (clientId === undefined) throw new Error('The token is of another client.')
    return {
      jkt: claims.cnf?.jkt,
      issuedAt: claims.iat,
      expiresAt: claims.exp,
      find: () => sessions.find(claims, clientId),
      begin: (from) => sessions.begin(claims, clientId, from),
    }
  }
}
