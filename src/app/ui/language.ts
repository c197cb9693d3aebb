import { languageFor, type Words, words } from './words.ts'

/** The language of this page, chosen once. */
export const language = languageFor(navigator.language)

/** The words of this page. */
export const t: Words = words[language]
