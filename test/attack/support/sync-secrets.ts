import { type Bytes, concat, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { itemIdOf } from '../../../src/crypto/item.ts'
import { hkdf, importForHkdf } from '../../../src/crypto/primitives.ts'
import { readRecoveryWords } from '../../../src/crypto/recovery-key.ts'

/** What nobody but the devices of an account may have, by what it is. */
export type SyncSecrets = ReadonlyMap<string, Bytes>

/** Of the words of a kit: what they mean, and the keys that come of them; and every key of an epoch. */
export const syncSecrets = async (words: string, keys: ReadonlyMap<number, Bytes>): Promise<SyncSecrets> => {
  const entropy = readRecoveryWords(words)
  if (!entropy.ok) throw new Error('These are no words.')
  const list = words.split(' ')
  return new Map([
    ['recovery bits', entropy.value],
    ['recovery key that signs', await hkdf(entropy.value, 'holdfast recovery v1 sign')],
    ['recovery key that receives', await hkdf(entropy.value, 'holdfast recovery v1 exchange')],
    // A word alone is in many texts.
    ...list.slice(2).map((word, at) => [`words from ${at + 1}`, utf8(`${list[at]} ${list[at + 1]} ${word}`)] as const),
    ...[...keys].map(([epoch, key]) => [`key of epoch ${epoch}`, key] as const),
  ])
}

/** The keys of items, which the workers alone derive: HKDF(key of the epoch, "holdfast item v1" | item). */
export const itemKeysOf = async (
  account: Bytes,
  keys: ReadonlyMap<number, Bytes>,
  names: readonly string[],
): Promise<SyncSecrets> => {
  const found = new Map<string, Bytes>()
  for (const [epoch, key] of keys) {
    const material = await importForHkdf(key)
    for (const [at, name] of names.entries()) {
      const info = concat(utf8('holdfast item v1'), await itemIdOf(account, name))
      const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info }
      const bits = await crypto.subtle.deriveBits(derivation, material, 256)
      found.set(`key of item ${at + 1} in epoch ${epoch}`, new Uint8Array(bits))
    }
  }
  return found
}

/** The part of base64 that is the same whatever stands around the bytes, where they begin at this place of a group of three. */
const within = (bytes: Uint8Array, place: number, coding: 'base64' | 'base64url'): string => {
  const text = Buffer.concat([Buffer.alloc(place), bytes])
    .toString(coding)
    .replace(/=+$/, '')
  const isWhole = (place + bytes.length) % 3 === 0
  return text.slice(place === 0 ? 0 : place + 1, isWhole ? undefined : -1)
}

/** How bytes are written down: as they are, in hexadecimal, in base64 at any place, in numbers, or in UTF-16. */
const formsOf = (bytes: Bytes): readonly Buffer[] => {
  const texts = [
    Buffer.from(bytes).toString('hex'),
    bytes.join(','),
    toBase64url(bytes),
    ...[0, 1, 2].flatMap((place) => [within(bytes, place, 'base64'), within(bytes, place, 'base64url')]),
  ]
  const wide = Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf16le')
  return [Buffer.from(bytes), wide, ...texts.map((text) => Buffer.from(text))]
}

/** Nothing but its words, one space apart: a list has marks between them, and numbers. */
const wordsOf = (hay: string): string =>
  hay
    .replace(/<[^>]*>|\\[nrt]/g, ' ')
    .replace(/[^a-z]+/gi, ' ')
    .toLowerCase()

/** Which of these are anywhere in there. */
export const foundIn = (hay: Uint8Array | string, wanted: SyncSecrets): readonly string[] => {
  const all = Buffer.concat([Buffer.from(hay), Buffer.from(typeof hay === 'string' ? wordsOf(hay) : '')])
  return [...wanted].filter(([, bytes]) => formsOf(bytes).some((form) => all.includes(form))).map(([name]) => name)
}
