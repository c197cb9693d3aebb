import { type Bytes, concat } from '../base/bytes.ts'

/** JWS algorithms that a proof can be signed with here (RFC 7518 §3.1, RFC 9864). */
export type DpopAlgorithm = 'Ed25519' | 'ES256'

/** A key pair whose private half is wrapped under the vault key: the form that is stored. */
export type WrappedDpopKey = { readonly alg: DpopAlgorithm; readonly publicKey: JsonWebKey; readonly wrapped: Bytes }

const parameters = (alg: DpopAlgorithm): EcKeyGenParams | { name: 'Ed25519' } =>
  alg === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' }

const wrapping = (iv: Bytes) => ({ name: 'AES-GCM', iv })

/** Ed25519 where the provider accepts it and this browser can make one, else ES256, which every provider has. */
const generate = async (accepted: readonly string[]): Promise<{ alg: DpopAlgorithm; pair: CryptoKeyPair }> => {
  const make = (alg: DpopAlgorithm) =>
    crypto.subtle.generateKey(parameters(alg), true, ['sign', 'verify']) as Promise<CryptoKeyPair>
  if (accepted.includes('Ed25519')) {
    try {
      return { alg: 'Ed25519', pair: await make('Ed25519') }
    } catch {
      // A browser without Ed25519 says so by throwing; ES256 is there.
    }
  }
  return { alg: 'ES256', pair: await make('ES256') }
}

/** A new DPoP key (RFC 9449 §2), already wrapped. `accepted`: `dpop_signing_alg_values_supported` of the provider. */
export const createDpopKey = async (vaultKey: CryptoKey, accepted: readonly string[]): Promise<WrappedDpopKey> => {
  const { alg, pair } = await generate(accepted)
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const wrapped = await crypto.subtle.wrapKey('pkcs8', pair.privateKey, vaultKey, wrapping(iv))
  const publicKey = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { alg, publicKey, wrapped: concat(iv, new Uint8Array(wrapped)) }
}

/** The pair, ready to sign and not extractable. Throws where the vault key is not the one it was wrapped under. */
export const unwrapDpopKey = async (vaultKey: CryptoKey, key: WrappedDpopKey): Promise<CryptoKeyPair> => {
  const iv = key.wrapped.slice(0, 12)
  const body = key.wrapped.slice(12)
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.unwrapKey('pkcs8', body, vaultKey, wrapping(iv), parameters(key.alg), false, ['sign']),
    crypto.subtle.importKey('jwk', key.publicKey, parameters(key.alg), true, ['verify']),
  ])
  return { privateKey, publicKey }
}
