import { createHmac, KeyObject, timingSafeEqual } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import * as v from 'valibot'
import { isSignedBy } from '../signed.ts'
import { ApiError } from './errors.ts'
import { createRecent } from './recent.ts'

const windowSeconds = 60
const nonceMinutes = 5
/** As long could a proof be replayed, in milliseconds. */
const replayTime = (nonceMinutes + 1) * 60_000
const mostProofs = 200_000

/** Time-based nonces (RFC 9449 §9): nothing is stored, and any node of the server knows them. */
export const createNonces = (secret: string) => {
  const made = createRecent<string>(2 * nonceMinutes)
  const at = (minute: number): string => {
    const name = `api nonce ${minute}`
    const nonce = made.get(name) ?? createHmac('sha256', secret).update(name).digest('base64url')
    made.put(name, nonce)
    return nonce
  }
  const now = () => Math.floor(Date.now() / 60_000)
  return {
    current: () => at(now()),
    isValid: (nonce: string): boolean =>
      Array.from({ length: nonceMinutes + 1 }, (_, age) => at(now() - age)).some(
        (known) => known.length === nonce.length && timingSafeEqual(Buffer.from(known), Buffer.from(nonce)),
      ),
  }
}

/** Proofs seen within the time in which one could be replayed. */
const createReplays = () => {
  let older = new Set<string>()
  let newer = new Set<string>()
  let since = Date.now()
  /** True the first time. */
  return (jti: string): boolean => {
    if (Date.now() - since > replayTime || newer.size > mostProofs) {
      older = newer
      newer = new Set()
      since = Date.now()
    }
    if (older.has(jti) || newer.has(jti)) return false
    newer.add(jti)
    return true
  }
}

const payloadSchema = v.object({
  htm: v.string(),
  htu: v.string(),
  iat: v.number(),
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  ath: v.string(),
  nonce: v.optional(v.string()),
})

const algorithms = ['Ed25519', 'EdDSA', 'ES256']

/** A challenge of the DPoP scheme, RFC 9449 §7.1. */
export const dpopChallenge = (error?: string): string =>
  [`DPoP algs="${algorithms.join(' ')}"`, ...(error === undefined ? [] : [`error="${error}"`])].join(', ')

export type ProofCheck = (
  proof: string,
  /** `ath`: the hash of the token, `thumbprint`: of the key that it is bound to. */
  request: { method: string; url: string; ath: string; thumbprint: string },
) => Promise<void>

/** RFC 9110 §9.2.1. */
const isSafe = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Marks a proof as used, for every node; true the first time. `until`: milliseconds since 1970. */
export type ClaimProof = (jti: string, until: number) => Promise<boolean>

/** The key of a proof, made of its JWK once. */
type ProofKey = { readonly key: KeyObject; readonly thumbprint: string }

const mostKeys = 5000
/** Of a header that is remembered; one of a P-256 key has 200 characters. */
const longestHeader = 500

/** The claims of a proof whose header was found good before, to the letter: what is left to verify is the signature. */
const verifyKnown = async (proof: string, length: number, { key }: ProofKey): Promise<unknown> => {
  const [, payload, signature] = /^\.([\w-]+)\.([\w-]{86})$/.exec(proof.slice(length)) ?? []
  if (payload === undefined || signature === undefined) throw new TypeError('This is no compact JWS.')
  const signed = Buffer.from(proof.slice(0, length + 1 + payload.length), 'latin1')
  if (!(await isSignedBy(key, signed, Buffer.from(signature, 'base64url')))) throw new TypeError('Not signed by it.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
}

const withoutQuery = (address: string): string | undefined => {
  const url = URL.parse(address)
  return url === null ? undefined : url.origin + url.pathname
}

/**
 * Checks of a DPoP proof at a resource, RFC 9449 §4.3 and §7. Rejects with ApiError. What only reads is remembered by each
 * node alone; what changes something is done once, whichever nodes it comes to.
 */
export const createProofCheck = (nonces: ReturnType<typeof createNonces>, claim: ClaimProof): ProofCheck => {
  const isNew = createReplays()
  const challenge = () => {
    const nonce = nonces.current()
    const headers = { 'www-authenticate': dpopChallenge('use_dpop_nonce'), 'dpop-nonce': nonce }
    return new ApiError('use_dpop_nonce', { headers })
  }
  const refused = () => {
    const headers = { 'www-authenticate': dpopChallenge('invalid_dpop_proof') }
    return new ApiError('invalid_dpop_proof', { headers })
  }
  const keys = createRecent<ProofKey>(mostKeys)
  const read = async (proof: string) => {
    try {
      // A client writes the same header each time.
      const header = proof.slice(0, proof.indexOf('.'))
      const known = keys.get(header)
      if (known !== undefined) {
        return { claims: v.parse(payloadSchema, await verifyKnown(proof, header.length, known)), key: known, header }
      }
      const options = { typ: 'dpop+jwt', algorithms, clockTolerance: 10 * 365 * 86_400 }
      const { payload, protectedHeader, key } = await jwtVerify(proof, EmbeddedJWK, options)
      if (protectedHeader.jwk === undefined) throw refused()
      const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk)
      return { claims: v.parse(payloadSchema, payload), key: { key: KeyObject.from(key), thumbprint }, header }
    } catch {
      throw refused()
    }
  }
  return async (proof, { method, url, ath, thumbprint }) => {
    const { claims, key, header } = await read(proof)
    if (key.thumbprint !== thumbprint || claims.ath !== ath || claims.htm !== method) throw refused()
    // Only keys that tokens are bound to: nobody else's take up room.
    if (header.length <= longestHeader) keys.put(header, key)
    if (claims.htu !== url && withoutQuery(claims.htu) !== url) throw refused()
    const recent = Math.abs(Date.now() / 1000 - claims.iat) <= windowSeconds
    const fresh = claims.nonce === undefined ? recent : nonces.isValid(claims.nonce)
    if (!fresh) throw challenge()
    const isFirst = isNew(claims.jti) && (isSafe(method) || (await claim(claims.jti, Date.now() + replayTime)))
    if (isFirst) return
    // A browser may have sent the request twice, because its connection ended. A new proof settles that where it does no harm
    // to act again; elsewhere a 401 would have the worker ask again for what was done already.
    throw isSafe(method) ? challenge() : new ApiError('duplicate_request')
  }
}
