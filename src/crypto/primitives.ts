import { type Bytes, concat, utf8 } from '../base/bytes.ts'

/** SHA-256, FIPS 180-4. */
export const sha256 = async (...parts: readonly Uint8Array[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)))

export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))

/** Key material for HKDF, which cannot be read again. */
export const importForHkdf = (material: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveBits', 'deriveKey'])

const derivation = (info: Bytes) => ({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info })

/** 32 bytes of HKDF-SHA-256 (RFC 5869) with a salt of zeros. */
export const hkdf = async (material: Bytes, info: string): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.deriveBits(derivation(utf8(info)), await importForHkdf(material), 256))

/** An AES-256-GCM key of HKDF-SHA-256 with a salt of zeros; it cannot be read again. */
export const deriveAesKey = (material: CryptoKey, info: Bytes): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(derivation(info), material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

/** An HMAC-SHA-256 key of HKDF-SHA-256 with a salt of zeros. */
export const deriveMacKey = (material: CryptoKey, info: Bytes): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(derivation(info), material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])

/** HMAC-SHA-256, RFC 2104. */
export const mac = async (key: CryptoKey, bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes))

/** AES-256-GCM (NIST SP 800-38D): `iv (12) | ciphertext | tag (16)`. The IV is fresh unless a test gives it. */
export const seal = async (
  key: CryptoKey,
  plaintext: Bytes,
  additionalData: Bytes,
  iv: Bytes = randomBytes(12),
): Promise<Bytes> =>
  concat(iv, new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plaintext)))

/** The plaintext, or undefined where it is of another key or was changed. Never throws. */
export const open = async (key: CryptoKey, sealed: Bytes, additionalData: Bytes): Promise<Bytes | undefined> => {
  try {
    const algorithm = { name: 'AES-GCM', iv: sealed.subarray(0, 12), additionalData }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.subarray(12)))
  } catch {
    return undefined
  }
}

/** Whoever signs: gives the Ed25519 signature (RFC 8032) of bytes, 64 bytes. The key stays where it is. */
export type Sign = (bytes: Bytes) => Promise<Bytes>

export const signWith =
  (privateKey: CryptoKey): Sign =>
  async (bytes) =>
    new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, bytes))

/** Rejects where the bytes are no key. */
export const importVerifyKey = (raw: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, 'Ed25519', true, ['verify'])

export const importExchangeKey = (raw: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, 'X25519', true, [])

export const verify = (key: CryptoKey, signature: Bytes, bytes: Bytes): Promise<boolean> =>
  crypto.subtle.verify('Ed25519', key, signature, bytes)

/** What a device, or the recovery key, is called: the first 16 bytes of SHA-256 over its Ed25519 key. */
export const deviceIdOf = async (signKey: Bytes): Promise<Bytes> =>
  (await sha256(utf8('holdfast device v1'), signKey)).slice(0, 16)
