import { type Bytes, utf8 } from '../base/bytes.ts'

/** The two keys that come of a device key and a share. Neither can be exported. */
export type VaultKeys = {
  /** AES-256-GCM, for records and for wrapping the DPoP key. */
  readonly record: CryptoKey
  /** HMAC-SHA-256, for names that a page must not be able to guess. */
  readonly name: CryptoKey
}

/** A new device key: HMAC-SHA-256, not extractable, so that it can be stored and used but never read. */
export const createDeviceKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])

/**
 * HKDF-SHA-256(HMAC-SHA-256(device key, share)), RFC 2104 and RFC 5869. The share keeps out a page, which can use the
 * device key in place; the device key keeps out whoever learns the share. Throws where `deviceKey` cannot sign.
 */
export const deriveVaultKeys = async (deviceKey: CryptoKey, share: Bytes): Promise<VaultKeys> => {
  const mixed = await crypto.subtle.sign('HMAC', deviceKey, share)
  const base = await crypto.subtle.importKey('raw', mixed, 'HKDF', false, ['deriveKey'])
  const derivation = (info: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(32),
    info: utf8(`holdfast vault v1 ${info}`),
  })
  const aes = { name: 'AES-GCM', length: 256 }
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const [record, name] = await Promise.all([
    crypto.subtle.deriveKey(derivation('record'), base, aes, false, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']),
    crypto.subtle.deriveKey(derivation('name'), base, hmac, false, ['sign']),
  ])
  return { record, name }
}
