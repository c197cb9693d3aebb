import type { WordsProblem } from '../../kit/client.ts'
import { language, t } from '../ui/language.ts'
import { counted, fill } from '../ui/words.ts'

/** Words as they were typed, pasted or scanned, without the numbers and signs that stand beside them on paper. */
export const cleanWords = (typed: string): string =>
  typed
    .split(/[\s,;]+/u)
    .map((word) => word.replace(/^\d{1,2}[.):]?|[.,;]$/gu, ''))
    .filter((word) => word !== '')
    .join(' ')

/** The same words with another one in the place of the word number `at`, which counts from 1. */
export const replaceWord = (typed: string, at: number, by: string): string =>
  cleanWords(typed)
    .split(' ')
    .map((word, index) => (index === at - 1 ? by : word))
    .join(' ')

const unknown = (
  typed: string,
  { at, similar }: { readonly at: number; readonly similar: readonly string[] },
): string => {
  const word = cleanWords(typed).split(' ')[at - 1] ?? ''
  const or = new Intl.ListFormat(language, { type: 'disjunction' }).format(similar)
  return fill(similar.length === 0 ? t.wordsUnknown : t.wordsUnknownSimilar, { at, word, similar: or })
}

/** What is wrong with the words, a sentence for each thing. */
export const problemWords = (typed: string, problem: WordsProblem): readonly string[] => {
  switch (problem.type) {
    case 'count':
      return [counted(language, 'wordsCount', problem.count)]
    case 'unknown-words':
      return problem.words.map((word) => unknown(typed, word))
    case 'checksum':
      return [t.wordsChecksum]
    case 'other':
      return [t.wordsOfAnother]
  }
}
