import { randomInt } from 'node:crypto'
import { wordlist } from '@scure/bip39/wordlists/english.js'

/** Short ones are typed without a mistake; in the whole list no two begin with the same four letters. */
const short = wordlist.filter((word) => word.length <= 5).map((word) => word.toUpperCase())

const pick = (): string => short[randomInt(short.length)] ?? ''

/** What finds a pairing: two words, and a number that tells whether they were guessed. Never a key. */
export type PairingWords = { readonly words: string; readonly number: string }

export const newWords = (): PairingWords => ({
  words: `${pick()}-${pick()}`,
  number: String(randomInt(100)).padStart(2, '0'),
})

export const writeWords = ({ words, number }: PairingWords): string => `${words}-${number}`

/** Words as people write them: in small letters, with spaces. Undefined where they cannot be any. */
export const readWords = (text: string): PairingWords | undefined => {
  const [, first, second, number] = /^\s*([a-z]{3,5})[\s-]*\b([a-z]{3,5})[\s-]*(\d{2})\s*$/i.exec(text) ?? []
  if (first === undefined || second === undefined || number === undefined) return undefined
  return { words: `${first}-${second}`.toUpperCase(), number }
}
