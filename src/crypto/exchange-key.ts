import { type Bytes, concat, fromBase64url, toBase64url } from '../base/bytes.ts'

/** An X25519 key pair (RFC 7748) whose private half is wrapped under the vault key: what a device receives keys with. */
export type WrappedExchangeKey = {
  /** 32 bytes, base64url. */
  readonly publicKey: string
  readonly wrapped: Bytes
}

/** A new pair, already wrapped. Rejects with a DOMException where this browser has no X25519. */
export const createExchangeKey = async (vaultKey: CryptoKey): Promise<WrappedExchangeKey> => {
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const wrapped = await crypto.subtle.wrapKey('pkcs8', pair.privateKey, vaultKey, { name: 'AES-GCM', iv })
  const publicKey = toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))
  return { publicKey, wrapped: concat(iv, new Uint8Array(wrapped)) }
}

/** The pair, ready to receive and not extractable. Throws where the vault key is not the one it was wrapped under. */
export const unwrapExchangeKey = async (vaultKey: CryptoKey, key: WrappedExchangeKey): Promise<CryptoKeyPair> => {
  const wrapping = { name: 'AES-GCM', iv: key.wrapped.slice(0, 12) }
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.unwrapKey('pkcs8', key.wrapped.slice(12), vaultKey, wrapping, 'X25519', false, ['deriveBits']),
    crypto.subtle.importKey('raw', fromBase64url(key.publicKey) ?? new Uint8Array(), 'X25519', true, []),
  ])
  return { privateKey, publicKey }
}
