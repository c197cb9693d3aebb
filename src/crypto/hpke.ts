import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { type Bytes, concat } from '../base/bytes.ts'
import { importExchangeKey } from './primitives.ts'

/** HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

/** What both sides have to say alike. With a pre-shared key (mode_psk, §5.1.2) only who knows it can seal and open. */
export type HpkeContext = {
  readonly info: Bytes
  readonly aad: Bytes
  readonly psk?: { readonly id: Bytes; readonly key: Bytes }
}

const encapsulated = 32

/** The bytes alone: a view may lie in a larger buffer. */
const buffer = (bytes: Bytes): ArrayBuffer => bytes.slice().buffer

const parameters = ({ info, psk }: HpkeContext) => ({
  info: buffer(info),
  ...(psk === undefined ? {} : { psk: { id: buffer(psk.id), key: buffer(psk.key) } }),
})

/** Seals for an X25519 key of 32 bytes: `encapsulated key (32) | ciphertext | tag (16)`. `ekm` is for tests alone. */
export const sealFor = async (
  recipient: Bytes,
  context: HpkeContext,
  plaintext: Bytes,
  ekm?: Bytes,
): Promise<Bytes> => {
  const recipientPublicKey = await importExchangeKey(recipient)
  const known = ekm === undefined ? {} : { ekm: buffer(ekm) }
  const sender = await suite.createSenderContext({ recipientPublicKey, ...parameters(context), ...known })
  const sealed = await sender.seal(buffer(plaintext), buffer(context.aad))
  return concat(new Uint8Array(sender.enc), new Uint8Array(sealed))
}

/** The plaintext, or undefined where it is not for this key, not of this context, or was changed. Never throws. */
export const openSealed = async (
  recipient: CryptoKeyPair,
  context: HpkeContext,
  sealed: Bytes,
): Promise<Bytes | undefined> => {
  try {
    const enc = buffer(sealed.slice(0, encapsulated))
    const receiver = await suite.createRecipientContext({ recipientKey: recipient, enc, ...parameters(context) })
    return new Uint8Array(await receiver.open(buffer(sealed.slice(encapsulated)), buffer(context.aad)))
  } catch {
    return undefined
  }
}
