import { type Bytes, concat } from '../base/bytes.ts'

/** JWS algorithms of the keys here (RFC 7518 §3.1, RFC 9864). */
export type SigningAlgorithm = 'Ed25519' | 'ES256'

/** A key pair whose private half is wrapped under the vault key: the form that is stored. */
export type WrappedSigningKey = {
  readonly alg: SigningAlgorithm
  readonly publicKey: JsonWebKey
  readonly wrapped: Bytes
}

const parameters = (alg: SigningAlgorithm): EcKeyGenParams | { name: 'Ed25519' } =>
  alg === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' }

const wrapping = (iv: Bytes) => ({ name: 'AES-GCM', iv })

/** A new pair, already wrapped. Rejects with a DOMException where this browser has no such algorithm. */
export const wrapSigningKey = async (vaultKey: CryptoKey, alg: SigningAlgorithm): Promise<WrappedSigningKey> => {
  const pair = (await crypto.subtle.generateKey(parameters(alg), true, ['sign', 'verify'])) as CryptoKeyPair
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const wrapped = await crypto.subtle.wrapKey('pkcs8', pair.privateKey, vaultKey, wrapping(iv))
  const publicKey = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { alg, publicKey, wrapped: concat(iv, new Uint8Array(wrapped)) }
}

/** The pair, ready to sign and not extractable. Throws where the vault key is not the one it was wrapped under. */
export const unwrapSigningKey = async (vaultKey: CryptoKey, key: WrappedSigningKey): Promise<CryptoKeyPair> => {
  const iv = key.wrapped.slice(0, 12)
  const body = key.wrapped.slice(12)
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.unwrapKey('pkcs8', body, vaultKey, wrapping(iv), parameters(key.alg), false, ['sign']),
    crypto.subtle.importKey('jwk', key.publicKey, parameters(key.alg), true, ['verify']),
  ])
  return { privateKey, publicKey }
}
