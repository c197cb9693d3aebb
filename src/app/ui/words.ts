import { de } from './words-de.ts'
import { en } from './words-en.ts'

export type Words = { readonly [Key in keyof typeof en]: string }
export type WordKey = keyof Words
export type Language = 'en' | 'de'

/** The interface in every language it speaks. English is the contract: tests and assistive tools find things by it. */
export const words: { readonly [L in Language]: Words } = { en, de }

/** The language for a BCP 47 tag such as `de-AT`. */
export const languageFor = (tag: string): Language => (/^de\b/iu.test(tag) ? 'de' : 'en')

/** Puts values in the places of a text: `fill('{count} notes', { count: 3 })`. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/gu, (place, name: string) => String(values[name] ?? place))

type Stem<Key> = Key extends `${infer Name}Other` ? Name : never
export type CountedKey = Stem<WordKey>

/** Made once: making them costs more than a row of a list. */
const rules: { readonly [L in Language]: readonly [Intl.PluralRules, Intl.NumberFormat] } = {
  en: [new Intl.PluralRules('en'), new Intl.NumberFormat('en')],
  de: [new Intl.PluralRules('de'), new Intl.NumberFormat('de')],
}

/** The plural form of a counted text, with the count written in the language. */
export const counted = (language: Language, key: CountedKey, count: number): string => {
  const [plural, number] = rules[language]
  const form = plural.select(count) === 'one' ? 'One' : 'Other'
  return fill(words[language][`${key}${form}`], { count: number.format(count) })
}
