import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

export type SigningKey = { readonly kid: string; readonly alg: string; readonly private: CryptoKey; readonly jwk: JWK }

const make = async (kid: string, alg: string): Promise<SigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, private: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** The keys that every liar of a test run has, made once: making an RSA key takes long. */
export const makeKeys = async () => ({
  es: await make('es-1', 'ES256'),
  es2: await make('es-2', 'ES256'),
  rs: await make('rs-1', 'RS256'),
})

export type Keys = Awaited<ReturnType<typeof makeKeys>>

export type Claims = Readonly<Record<string, unknown>>

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Extensions that the liar signs for and nobody knows. */
const extensions = { 'x-unknown': true }

/** A JWS in compact form, of claims or of a payload that is text already. */
export const sign = (key: SigningKey, claims: Claims | string, header: Claims = {}): Promise<string> => {
  const payload = new TextEncoder().encode(typeof claims === 'string' ? claims : JSON.stringify(claims))
  const protectedHeader = { alg: key.alg, kid: key.kid, ...header }
  return new CompactSign(payload).setProtectedHeader(protectedHeader).sign(key.private, { crit: extensions })
}

/** The same claims without a signature (RFC 7515 §A.5). */
export const unsigned = (claims: Claims): string => `${encode({ alg: 'none' })}.${encode(claims)}.`

/** Signed with what anyone can get: the public key, used as the secret of an HMAC. */
export const signedWithPublicKey = async (key: SigningKey, claims: Claims): Promise<string> => {
  const secret = new TextEncoder().encode(JSON.stringify(key.jwk))
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  return new CompactSign(payload).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(secret)
}

/** The same token with another signature of the same length. */
export const misSigned = (jwt: string): string => {
  const [header, payload, signature = ''] = jwt.split('.')
  const flipped = Buffer.from(signature, 'base64url').map((byte) => byte ^ 1)
  return [header, payload, Buffer.from(flipped).toString('base64url')].join('.')
}
