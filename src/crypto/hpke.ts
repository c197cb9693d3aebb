import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { type Bytes, concat } from '../base/bytes.ts'
import { importExchangeKey } from './primitives.ts'

/** HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

/** What both sides have to say alike. */
type HpkeContext = { readonly info: Bytes; readonly aad: Bytes }

const encapsulated = 32

/** The bytes alone: a view may lie in a larger buffer. */
const buffer = (bytes: Bytes): ArrayBuffer => bytes.slice().buffer

type HpkeOptions = {
  /** The pair of who seals, where that is to be known by it (mode_auth, §5.1.3). */
  readonly senderKey?: CryptoKeyPair
  /** For tests alone. */
  readonly ekm?: Bytes
}

/** Seals for an X25519 key of 32 bytes: `encapsulated key (32) | ciphertext | tag (16)`. */
export const sealFor = async (
  recipient: Bytes,
  { info, aad }: HpkeContext,
  plaintext: Bytes,
  { ekm, ...options }: HpkeOptions = {},
): Promise<Bytes> => {
  const recipientPublicKey = await importExchangeKey(recipient)
  const known = ekm === undefined ? {} : { ekm: buffer(ekm) }
  const sender = await suite.createSenderContext({ recipientPublicKey, info: buffer(info), ...options, ...known })
  const sealed = await sender.seal(buffer(plaintext), buffer(aad))
  return concat(new Uint8Array(sender.enc), new Uint8Array(sealed))
}

/**
 * The plaintext, or undefined where it is not for this key, not of this context, was changed, or comes of another one than `from`,
 * an X25519 key of 32 bytes. Never throws.
 */
export const openSealed = async (
  recipient: CryptoKeyPair,
  { info, aad }: HpkeContext,
  sealed: Bytes,
  from?: Bytes,
): Promise<Bytes | undefined> => {
  try {
    const enc = buffer(sealed.slice(0, encapsulated))
    const sender = from === undefined ? {} : { senderPublicKey: await importExchangeKey(from) }
    const receiver = await suite.createRecipientContext({ recipientKey: recipient, enc, info: buffer(info), ...sender })
    return new Uint8Array(await receiver.open(buffer(sealed.slice(encapsulated)), buffer(aad)))
  } catch {
    return undefined
  }
}
