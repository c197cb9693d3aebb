import type { Note, NoteText } from './note.ts'

/** Newest edit first; notes of the same time by id, so that the order never flickers. */
export const newestFirst = (notes: readonly Note[]): readonly Note[] =>
  [...notes].sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1))

/** Text as search compares it: without case, and without accents, so that `uber` finds `Über`. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const known = new WeakMap<NoteText, string>()

const searchable = (note: NoteText): string => {
  const found = known.get(note)
  if (found !== undefined) return found
  const made = plain(`${note.title}\n${note.body}`)
  known.set(note, made)
  return made
}

/** The notes that hold every word of the query, anywhere. All of them where the query is empty. */
export const matching = (notes: readonly Note[], query: string): readonly Note[] => {
  const words = plain(query)
    .split(/\s+/u)
    .filter((word) => word !== '')
  return words.length === 0 ? notes : notes.filter((note) => words.every((word) => searchable(note).includes(word)))
}
