import { createHash, hash } from 'node:crypto'
import * as v from 'valibot'
import { pathOf } from '../../src/base/path-of.ts'
import type { Config } from '../config.ts'
import type { Secrets } from '../secrets.ts'
import type { Account } from '../store/accounts.ts'
import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { createNonces, createProofCheck, dpopChallenge } from './dpop.ts'
import { ApiError } from './errors.ts'
import { createExternalTokens } from './external-tokens.ts'
import { createLocalCaller } from './local-caller.ts'
import { createOwnTokens } from './own-tokens.ts'
import { createRecent } from './recent.ts'

export type Whose = { readonly account: Account; readonly session: Session }

/** Who asks, after every check (T2, G5). */
export type Caller = Whose & {
  /** The thumbprint of the key that the token is bound to; empty where it is bound to none. */
  readonly jkt: string
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Where a request comes from. */
export type From = { readonly address: string; readonly userAgent: string }

/** What a token says whose signature, issuer, audience and expiry hold. */
export type Claimed = {
  /** Of the key that it is bound to (RFC 9449 §6.1); undefined: whoever has it may use it. */
  readonly jkt: string | undefined
  /** Seconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Its account and its session, where that has not ended. */
  find(): Promise<Whose | undefined>
  /** The same where a token itself is the first that is heard of a sign-in; asked once everything else holds. */
  begin?(from: From): Promise<Whose | undefined>
}

/** Rejects where a token does not hold; with ApiError where that cannot be told. */
export type ReadToken = (token: string) => Promise<Claimed>

/** A token with its hash: what it is remembered by, and `ath` of its proofs (RFC 9449 §4.2). */
type Token = { readonly text: string; readonly hash: string }

/** How long a signature that was good is believed without another look, and for how many tokens. */
const believed = 60_000
const mostTokens = 5000

/** The same, with tokens of the last minute remembered by their hash; when they end and whose they are is looked at each time. */
const remembering = (read: ReadToken): ((token: Token) => Promise<Claimed>) => {
  const recent = createRecent<{ readonly claimed: Claimed; readonly until: number }>(mostTokens)
  return async ({ text, hash: key }) => {
    const known = recent.get(key)
    const now = Date.now()
    if (known !== undefined && now < known.until && now / 1000 < known.claimed.expiresAt) return known.claimed
    const claimed = await read(text)
    recent.put(key, { claimed, until: now + believed })
    return claimed
  }
}

type Scheme = 'DPoP' | 'Bearer'

const claimSchema = v.object({ sid: v.optional(v.string()), cnf: v.optional(v.object({ jkt: v.string() })) })

/** What device a request claims to come from, as a key of limits. Nothing of it is verified. */
export const claimOf = (request: Request): string => {
  const [, payload = ''] = (request.headers.get('authorization') ?? '').split('.')
  try {
    const { sid, cnf } = v.parse(claimSchema, JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
    return createHash('sha256')
      .update(JSON.stringify([sid, cnf?.jkt]))
      .digest('base64url')
  } catch {
    return ''
  }
}

const invalid = (scheme: Scheme): ApiError => {
  const challenge = scheme === 'DPoP' ? dpopChallenge('invalid_token') : 'Bearer error="invalid_token"'
  const headers = { 'www-authenticate': challenge }
  return new ApiError('invalid_token', { headers })
}

/** Verifies the credentials of each request: signature, type, issuer, expiry, audience, session, proof. */
export const createCredentials = (config: Config, secrets: Secrets, store: Store) => {
  const { external } = config
  const read = remembering(
    external === undefined ? createOwnTokens(config, secrets, store) : createExternalTokens(external, store),
  )
  const local = config.requirePairing ? undefined : createLocalCaller(config, store)
  const checkProof = createProofCheck(createNonces(secrets.nonceSecret), store.proofs.claim)

  const readToken = async (scheme: Scheme, token: Token): Promise<Claimed> => {
    try {
      return await read(token)
    } catch (error) {
      throw error instanceof ApiError ? error : invalid(scheme)
    }
  }

  const prove = async (request: Request, ath: string, thumbprint: string): Promise<void> => {
    const proof = request.headers.get('dpop')
    if (proof === null) throw invalid('DPoP')
    const url = config.appUrl + pathOf(request.url)
    await checkProof(proof, { method: request.method, url, ath, thumbprint })
  }

  /** The caller, or undefined where the request carries no credentials. Rejects with ApiError where they do not hold. */
  return async (request: Request, address: string): Promise<Caller | undefined> => {
    const header = request.headers.get('authorization')
    if (header === null) return local?.(request, address)
    const [, named, text] = /^(DPoP|Bearer) ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? []
    if (named === undefined || text === undefined) throw invalid('Bearer')
    const scheme = named.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'
    const token = { text, hash: hash('sha256', text, 'base64url') }
    const claimed = await readToken(scheme, token)
    const { jkt, issuedAt, expiresAt } = claimed
    if ((scheme === 'DPoP') !== (jkt !== undefined)) throw invalid('DPoP')
    // Before the proof: whoever holds a token of a session that has ended need not try another proof.
    const found = await claimed.find()
    if (found === undefined && claimed.begin === undefined) throw invalid(scheme)
    if (jkt !== undefined) await prove(request, token.hash, jkt)
    const userAgent = request.headers.get('user-agent') ?? ''
    const whose = found ?? (await claimed.begin?.({ address, userAgent }))
    if (whose === undefined) throw invalid(scheme)
    await store.sessions.touch(whose.session)
    return { ...whose, jkt: jkt ?? '', issuedAt, expiresAt }
  }
}

export type Credentials = ReturnType<typeof createCredentials>
