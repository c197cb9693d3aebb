import { displayedTitle } from '../../notebook/heading.ts'
import { isBlank, isLive, type Note } from '../../notebook/note.ts'
import { plain, wordsOf } from '../../notebook/search.ts'

/** The notes that a document can be drafted from. */
export const draftable = (notes: readonly Note[] | undefined): readonly Note[] =>
  (notes ?? []).filter((note) => isLive(note) && !isBlank(note))

/** Those of them with every word in their title, tags or text. */
export const matching = (notes: readonly Note[], query: string): readonly Note[] => {
  const words = wordsOf(query)
  if (words.length === 0) return notes
  return notes.filter((note) => {
    const text = plain([displayedTitle(note), ...note.tags, note.body].join('\n'))
    return words.every((word) => text.includes(word))
  })
}
