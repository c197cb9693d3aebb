import { type Bytes, concat, utf8 } from '../base/bytes.ts'

/** What a record is bound to. A record moved to another name, grade or provider does not open. */
export type RecordLabel = { readonly name: string; readonly grade: string; readonly provider: string }

const VERSION = 1
const ivLength = 12
const tagLength = 16

/**
 * The associated data of a record: `"holdfast record"`, the version, then name, grade and provider, each as a 32-bit
 * big-endian length and its UTF-8 bytes, so that no two labels give the same bytes. Normative: docs/envelope.md.
 */
export const associatedData = (label: RecordLabel): Bytes => {
  const field = (text: string): Bytes => {
    const bytes = utf8(text)
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, bytes.length)
    return concat(length, bytes)
  }
  return concat(
    utf8('holdfast record'),
    Uint8Array.of(VERSION),
    field(label.name),
    field(label.grade),
    field(label.provider),
  )
}

/** AES-256-GCM (NIST SP 800-38D): `version (1) | iv (12) | ciphertext | tag (16)`. The IV is fresh unless a test gives it. */
export const sealRecord = async (
  key: CryptoKey,
  label: RecordLabel,
  plaintext: Bytes,
  iv: Bytes = crypto.getRandomValues(new Uint8Array(ivLength)),
): Promise<Bytes> => {
  const algorithm = { name: 'AES-GCM', iv, additionalData: associatedData(label) }
  return concat(Uint8Array.of(VERSION), iv, new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext)))
}

/** The plaintext, or undefined where the record is of another version, label or key, or was changed. Never throws. */
export const openRecord = async (key: CryptoKey, label: RecordLabel, record: Bytes): Promise<Bytes | undefined> => {
  if (record[0] !== VERSION || record.length < 1 + ivLength + tagLength) return undefined
  const iv = record.slice(1, 1 + ivLength)
  const algorithm = { name: 'AES-GCM', iv, additionalData: associatedData(label) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, record.slice(1 + ivLength)))
  } catch {
    return undefined
  }
}
