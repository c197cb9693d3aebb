import type { NoteText } from './note.ts'

const TITLE_LENGTH = 80
const EXCERPT_LENGTH = 120

const shorten = (text: string, length: number): string => {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length).join('').trimEnd()}…`
}

const collapse = (text: string): string => text.replace(/\s+/gu, ' ').trim()

/** Lines with something in them, without the marks of a Markdown heading. */
const writtenLines = (body: string): string[] =>
  body
    .split('\n')
    .map((line) => collapse(line.replace(/^\s*#{1,6}\s+/u, '')))
    .filter((line) => line !== '')

/** The title as lists show it: the title, or the first line written, or an empty string where there is neither. */
export const displayedTitle = ({ title, body }: NoteText): string =>
  shorten(collapse(title) || (writtenLines(body.slice(0, 4000))[0] ?? ''), TITLE_LENGTH)

/** The beginning of the text, without the line that already stands as the title. */
export const excerpt = ({ title, body }: NoteText): string => {
  const lines = writtenLines(body.slice(0, 4000))
  return shorten((collapse(title) === '' ? lines.slice(1) : lines).join(' '), EXCERPT_LENGTH)
}
