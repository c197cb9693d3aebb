import { languageFor, type Words, words } from './words.ts'

/** The language of this page, chosen once. */
export const language = languageFor(navigator.language)

/** How dates and numbers are written: as the browser's region does it, in the language of the page. */
export const locale = navigator.language.toLowerCase().startsWith(language) ? navigator.language : language

/** The words of this page. */
export const t: Words = words[language]
