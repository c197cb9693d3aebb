import type { NoteText } from '../../src/notebook/note.ts'

// A note as a file of Markdown: its title as a heading, an empty line, and its text as it is.

const headingOf = (title: string): string => `# ${title.replace(/\s+/gu, ' ').trim()}`

const hasTitle = ({ title }: NoteText): boolean => title.trim() !== ''

export const toText = (note: NoteText): string => {
  const text = hasTitle(note) ? `${headingOf(note.title)}\n\n${note.body}` : note.body
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

/** What a text makes of a note that was shown as `before`; of a new one where that has neither title nor text. */
export const fromText = (text: string, before: NoteText): NoteText => {
  const lines = before.body.includes('\r') ? text : text.replaceAll('\r\n', '\n')
  // The last line was ended for whoever reads it, unless it is the note's own.
  const whole = before.body.endsWith('\n') ? lines : lines.replace(/\n$/u, '')
  // A note without a title, whose text begins with a heading: that stays what it is.
  const isText = !hasTitle(before) && before.body.startsWith('# ')
  const found = isText ? null : /^# ([^\n]*)(?:\n\n?|$)/u.exec(whole)
  if (found === null) return { title: hasTitle(before) ? '' : before.title, body: whole }
  const isSame = hasTitle(before) && `# ${found[1]}` === headingOf(before.title)
  return { title: isSame ? before.title : (found[1] ?? '').trim(), body: whole.slice(found[0].length) }
}
