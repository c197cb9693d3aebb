import { type SigningAlgorithm, unwrapSigningKey, type WrappedSigningKey, wrapSigningKey } from './signing-key.ts'

/** JWS algorithms that a proof can be signed with here. */
export type DpopAlgorithm = SigningAlgorithm

export type WrappedDpopKey = WrappedSigningKey

/**
 * A new DPoP key (RFC 9449 §2), already wrapped: Ed25519 where the provider accepts it and this browser can make one, else
 * ES256, which every provider has. `accepted`: `dpop_signing_alg_values_supported` of the provider.
 */
export const createDpopKey = async (vaultKey: CryptoKey, accepted: readonly string[]): Promise<WrappedDpopKey> => {
  if (accepted.includes('Ed25519')) {
    try {
      return await wrapSigningKey(vaultKey, 'Ed25519')
    } catch {
      // A browser without Ed25519 says so by throwing; ES256 is there.
    }
  }
  return wrapSigningKey(vaultKey, 'ES256')
}

export const unwrapDpopKey = unwrapSigningKey
