import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { type Bytes, concat, fromBase64url } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import { deviceIdOf, hkdf, randomBytes, type Sign, signWith } from './primitives.ts'

/** What the words of recovery give: who signs as the recovery key, and what receives epoch keys. */
export type RecoveryKey = {
  readonly id: Bytes
  readonly signKey: Bytes
  readonly exchangeKey: Bytes
  readonly exchange: CryptoKeyPair
  readonly sign: Sign
}

/** What is wrong with words that were typed. Words count from 1. */
export type WordsProblem =
  | { readonly type: 'count'; readonly count: number }
  | { readonly type: 'unknown-words'; readonly words: readonly { readonly at: number; readonly similar: string[] }[] }
  /** Every word is one of the list, and one of them is another than was written down. */
  | { readonly type: 'checksum' }

const count = 12

/** Twelve new words: 128 random bits and their checksum (BIP-39). */
export const newRecoveryWords = (): string => entropyToMnemonic(randomBytes(16), wordlist)

/** Whether one letter was left out, added, changed, or swapped with the next. */
const isNear = (one: string, other: string): boolean => {
  if (Math.abs(one.length - other.length) > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const [a, b] = [one.slice(at), other.slice(at)]
  const swapped = a.length === b.length && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2)
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || swapped
}

const similarTo = (word: string): string[] => wordlist.filter((known) => isNear(word, known)).slice(0, 3)

/** The 128 bits of words as a person types them; case and spaces do not matter. */
export const readRecoveryWords = (typed: string): Result<Bytes, WordsProblem> => {
  const words = typed
    .normalize('NFKD')
    .toLowerCase()
    .trim()
    .split(/[\s,]+/u)
  const unknown = words.flatMap((word, at) =>
    wordlist.includes(word) ? [] : [{ at: at + 1, similar: similarTo(word) }],
  )
  if (words.length !== count) return err({ type: 'count', count: typed.trim() === '' ? 0 : words.length })
  if (unknown.length > 0) return err({ type: 'unknown-words', words: unknown })
  try {
    return ok(new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist)))
  } catch {
    return err({ type: 'checksum' })
  }
}

/** PKCS #8 of a key of RFC 8410: all of it but the 32 bytes is the same. `tag`: the last byte of the algorithm's OID. */
const pkcs8 = (tag: number, secret: Bytes): Bytes =>
  concat(Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, tag, 4, 0x22, 4, 0x20), secret)

/** The pair of a secret of 32 bytes. The public half comes out of the private one, so that is read once and then forgotten. */
const importPair = async (
  name: 'Ed25519' | 'X25519',
  secret: Bytes,
): Promise<{ readonly privateKey: CryptoKey; readonly publicBytes: Bytes }> => {
  const [tag, usages]: [number, KeyUsage[]] = name === 'Ed25519' ? [0x70, ['sign']] : [0x6e, ['deriveBits']]
  const der = pkcs8(tag, secret)
  const readable = await crypto.subtle.importKey('pkcs8', der, name, true, usages)
  const { x = '' } = await crypto.subtle.exportKey('jwk', readable)
  const privateKey = await crypto.subtle.importKey('pkcs8', der, name, false, usages)
  return { privateKey, publicBytes: fromBase64url(x) ?? new Uint8Array(32) }
}

/** The keys of 128 bits, by HKDF-SHA-256 under two names. The same everywhere. */
export const recoveryKeyOf = async (entropy: Bytes): Promise<RecoveryKey> => {
  const signing = await importPair('Ed25519', await hkdf(entropy, 'holdfast recovery v1 sign'))
  const exchange = await importPair('X25519', await hkdf(entropy, 'holdfast recovery v1 exchange'))
  const publicKey = await crypto.subtle.importKey('raw', exchange.publicBytes, 'X25519', true, [])
  return {
    id: await deviceIdOf(signing.publicBytes),
    signKey: signing.publicBytes,
    exchangeKey: exchange.publicBytes,
    exchange: { privateKey: exchange.privateKey, publicKey },
    sign: signWith(signing.privateKey),
  }
}
