import { toBase64url, utf8 } from '../base/bytes.ts'
import { unwrapSigningKey, type WrappedSigningKey, wrapSigningKey } from './signing-key.ts'

/** The Ed25519 key of a device (RFC 8032), its private half wrapped under the vault key. */
export type WrappedDeviceKey = WrappedSigningKey

/** A new device key. Rejects with a DOMException where this browser has no Ed25519. */
export const createDeviceSigningKey = (vaultKey: CryptoKey): Promise<WrappedDeviceKey> =>
  wrapSigningKey(vaultKey, 'Ed25519')

/** The public half as it is sent: 32 bytes, base64url. */
export const devicePublicKey = (key: WrappedDeviceKey): string => key.publicKey.x ?? ''

/** The signature of a device under a text, base64url. Rejects where the vault key is not the one it was wrapped under. */
export const signAsDevice = async (vaultKey: CryptoKey, key: WrappedDeviceKey, text: string): Promise<string> => {
  const { privateKey } = await unwrapSigningKey(vaultKey, key)
  return toBase64url(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, utf8(text))))
}
