import { type Bytes, fromBase64url, toBase64url, utf8 } from '../base/bytes.ts'

/** What a new device says of itself before anything else. Keys are base64url: Ed25519 to sign, X25519 to receive. */
export type NewDevice = {
  readonly name: string
  readonly platform: string
  readonly publicKey: string
  readonly exchangeKey: string
}

/** All that two devices have said to each other in a pairing, as one of them has it. Normative: docs/pairing.md. */
export type Transcript = {
  readonly pairing: string
  /** The public key of the server, as each device knows it: the session is signed for it. */
  readonly serverKey: string
  readonly device: NewDevice
  readonly commitment: string
  readonly opening: string
  readonly answerKey: string
  readonly answerNonce: string
}

/** Which of the two says that it knows the secret of the QR code. */
export type Side = 'old' | 'new'

/** Fields as JSON: no two lists of texts give the same bytes. */
const bytesOf = (purpose: string, fields: readonly string[]): Bytes =>
  utf8(JSON.stringify([`holdfast pairing ${purpose} v1`, ...fields]))

const hash = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

const deviceFields = ({ name, platform, publicKey, exchangeKey }: NewDevice) => [name, platform, publicKey, exchangeKey]

/** 32 random bytes, base64url: a nonce, or the secret of a QR code. */
export const newNonce = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)))

/** Binds a new device to its keys and its name, before it has heard anything of the old one. */
export const commitmentOf = async (device: NewDevice, opening: string): Promise<string> =>
  toBase64url(await hash(bytesOf('commitment', [...deviceFields(device), opening])))

/** What the QR code says of the old device's key. */
export const keyHash = async (key: string): Promise<string> => toBase64url(await hash(bytesOf('key', [key])))

/** All of a transcript, for one purpose. */
export const transcriptBytes = (purpose: 'numbers' | 'log' | Side, transcript: Transcript): Bytes => {
  const { pairing, serverKey, device, commitment, opening, answerKey, answerNonce } = transcript
  return bytesOf(purpose, [pairing, serverKey, ...deviceFields(device), commitment, opening, answerKey, answerNonce])
}

/** The numbers that a person compares: twelve digits of SHA-256 over the transcript, in three groups. */
export const numbersOf = async (transcript: Transcript): Promise<readonly [string, string, string]> => {
  const digest = await hash(transcriptBytes('numbers', transcript))
  const number = digest.slice(0, 16).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) % 1_000_000_000_000n
  const digits = String(number).padStart(12, '0')
  return [digits.slice(0, 4), digits.slice(4, 8), digits.slice(8)]
}

const macKey = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey(
    'raw',
    fromBase64url(secret) ?? new Uint8Array(32),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  )

/** HMAC-SHA-256 (RFC 2104) of the transcript under the secret of the QR code, which the server never has. */
export const proofOf = async (secret: string, side: Side, transcript: Transcript): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', await macKey(secret), transcriptBytes(side, transcript))))

/** Whether the other device has said the same and knows the secret. Never throws. */
export const isProof = async (
  secret: string,
  side: Side,
  transcript: Transcript,
  proof: string | null,
): Promise<boolean> => {
  const bytes = proof === null ? undefined : fromBase64url(proof)
  if (bytes === undefined) return false
  return crypto.subtle.verify('HMAC', await macKey(secret), bytes, transcriptBytes(side, transcript))
}
