/** Bytes over a plain ArrayBuffer: what WebCrypto takes and gives. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 bytes of a text. */
export const utf8 = (text: string): Bytes => encoder.encode(text)

/** The text of UTF-8 bytes. Throws a TypeError on bytes that are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes)

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const base64Letters = utf8(`${letters}+/`)
const base64urlLetters = utf8(`${letters}-_`)

/** Groups of three bytes as four letters; what is left over as two or three. */
const encode = (bytes: Uint8Array, alphabet: Bytes): string => {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let place = 0
  // What is beyond the end of `bytes` counts as 0, and nothing is written beyond the end of `out`.
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    out[place] = alphabet[group >> 18] ?? 0
    out[place + 1] = alphabet[(group >> 12) & 63] ?? 0
    out[place + 2] = alphabet[(group >> 6) & 63] ?? 0
    out[place + 3] = alphabet[group & 63] ?? 0
    place += 4
  }
  return fromUtf8(out)
}

/** base64, RFC 4648 §4. */
export const toBase64 = (bytes: Uint8Array): string => {
  const text = encode(bytes, base64Letters)
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** The bytes of a base64 text. Throws where it is none. */
export const fromBase64 = (text: string): Bytes => {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/** base64url without padding, RFC 4648 §5. */
export const toBase64url = (bytes: Uint8Array): string => encode(bytes, base64urlLetters)

/** What each letter of base64url stands for, by its code. Of all others it is 64 and more. */
const values = new Uint8Array(256).fill(64)
for (const [value, code] of base64urlLetters.entries()) values[code] = value

/** The bytes of a base64url text, or undefined where it is not canonical base64url without padding (RFC 4648 §3.5). */
export const fromBase64url = (text: string): Bytes | undefined => {
  if (text.length % 4 === 1) return undefined
  const valueAt = (at: number): number => (at < text.length ? (values[text.charCodeAt(at)] ?? 64) : 0)
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let place = 0
  let all = 0
  let group = 0
  // What is beyond the end of `text` counts as 0, and nothing is written beyond the end of `bytes`.
  for (let at = 0; at < text.length; at += 4) {
    const first = valueAt(at)
    const second = valueAt(at + 1)
    const third = valueAt(at + 2)
    const fourth = valueAt(at + 3)
    all |= first | second | third | fourth
    group = (first << 18) | (second << 12) | (third << 6) | fourth
    bytes[place] = group >> 16
    bytes[place + 1] = group >> 8
    bytes[place + 2] = group
    place += 3
  }
  // Only the last group can be written in more than one way: where it is no whole one, some of its bits say nothing.
  const unused = [0, 0, 0xffff, 0xff][text.length % 4] ?? 0
  return all < 64 && (group & unused) === 0 ? bytes : undefined
}

/** Parts one after the other. */
export const concat = (...parts: readonly Uint8Array[]): Bytes => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
