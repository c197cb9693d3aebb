import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { type Bytes, concat } from '../../../src/base/bytes.ts'
import { importVerifyKey, open, seal, verify } from '../../../src/crypto/primitives.ts'
import vectors from '../../vectors/standards.json' with { type: 'json' }

const hex = (text: string): Bytes => new Uint8Array((text.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)))
const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** PKCS #8 of a key of RFC 8410. */
const privateKey = (name: 'Ed25519' | 'X25519', secret: string): Promise<CryptoKey> => {
  const der = hex(`302e020100300506032b65${name === 'Ed25519' ? '70' : '6e'}04220420${secret}`)
  return crypto.subtle.importKey('pkcs8', der, name, true, name === 'Ed25519' ? ['sign'] : ['deriveBits'])
}

const exchange = async (secret: string, publicHex: string): Promise<string> => {
  const publicKey = await crypto.subtle.importKey('raw', hex(publicHex), 'X25519', true, [])
  const algorithm = { name: 'X25519', public: publicKey }
  return toHex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, await privateKey('X25519', secret), 256)))
}

const ed25519 = async (): Promise<string[]> => {
  const key = await importVerifyKey(hex(vectors.ed25519.publicKey))
  const wrong: string[] = []
  for (const { tcId, msg, sig, valid } of vectors.ed25519.tests) {
    if ((await verify(key, hex(sig), hex(msg))) !== valid) wrong.push(`Ed25519 ${tcId}`)
  }
  const { secret, signature } = vectors.rfc8032
  const signed = await crypto.subtle.sign('Ed25519', await privateKey('Ed25519', secret), new Uint8Array())
  return toHex(new Uint8Array(signed)) === signature ? wrong : [...wrong, 'RFC 8032']
}

const aesGcm = async (): Promise<string[]> => {
  const wrong: string[] = []
  for (const { tcId, key: raw, iv, aad, msg, ct, tag } of vectors.aesGcm) {
    const key = await crypto.subtle.importKey('raw', hex(raw), 'AES-GCM', false, ['encrypt', 'decrypt'])
    const sealed = concat(hex(iv), hex(ct), hex(tag))
    const isSame = toHex(await seal(key, hex(msg), hex(aad), hex(iv))) === toHex(sealed)
    const opened = await open(key, sealed, hex(aad))
    const changed = sealed.slice()
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 0x80
    const isChangedRefused = (await open(key, changed, hex(aad))) === undefined
    if (!isSame || opened === undefined || toHex(opened) !== msg || !isChangedRefused) wrong.push(`AES-GCM ${tcId}`)
  }
  return wrong
}

const x25519 = async (): Promise<string[]> => {
  const wrong: string[] = []
  for (const { tcId, public: other, private: secret, shared } of vectors.x25519) {
    if ((await exchange(secret, other)) !== shared) wrong.push(`X25519 ${tcId}`)
  }
  const { alice, bobPublic, shared } = vectors.rfc7748
  for (const point of vectors.smallOrder) {
    // The outcome would be all zeros, whatever the secret.
    if ((await exchange(alice, point).catch(() => 'refused')) !== 'refused') wrong.push(`X25519 ${point}`)
  }
  return (await exchange(alice, bobPublic)) === shared ? wrong : [...wrong, 'RFC 7748']
}

const hkdf = async (): Promise<string[]> => {
  const wrong: string[] = []
  for (const { tcId, ikm, salt, info, okm } of vectors.hkdf) {
    const key = await crypto.subtle.importKey('raw', hex(ikm), 'HKDF', false, ['deriveBits'])
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: hex(salt), info: hex(info) }
    const bits = await crypto.subtle.deriveBits(algorithm, key, okm.length * 4)
    if (toHex(new Uint8Array(bits)) !== okm) wrong.push(`HKDF ${tcId}`)
  }
  return wrong
}

/** The RFC has vectors of this KEM and KDF with AES-128 alone; what is sealed with AES-256 is in the vectors of sync. */
const hpke = async (): Promise<string[]> => {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() })
  const { info, aad, plaintext, base, psk } = vectors.rfc9180
  const openWith = async (given: typeof base, more: object): Promise<string> => {
    const recipientKey = await privateKey('X25519', given.recipient)
    const parameters = { recipientKey, enc: hex(given.enc).buffer, info: hex(info).buffer, ...more }
    const receiver = await suite.createRecipientContext(parameters)
    return toHex(new Uint8Array(await receiver.open(hex(given.ciphertext).buffer, hex(aad).buffer)))
  }
  const shared = { psk: { id: hex(psk.id).buffer, key: hex(psk.key).buffer } }
  return [
    ...((await openWith(base, {})) === plaintext ? [] : ['RFC 9180 base']),
    ...((await openWith(psk, shared)) === plaintext ? [] : ['RFC 9180 PSK']),
  ]
}

/** What this runtime has wrong of the vectors of the standards: nothing, where all is well. */
export const runStandardVectors = async (): Promise<string[]> => {
  const each = await Promise.all(
    [ed25519, aesGcm, x25519, hkdf, hpke].map((run) =>
      run().catch((error: unknown) => [`${run.name}: ${String(error)}`]),
    ),
  )
  return each.flat()
}
