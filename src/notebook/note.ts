/** One note. Times are milliseconds since 1970. */
export type Note = {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** What a writer changes. */
export type NoteText = { readonly title: string; readonly body: string }

/** An empty note. The id and the time come from outside, so that a test can choose them. */
export const newNote = (id: string, now: number): Note => ({ id, title: '', body: '', createdAt: now, updatedAt: now })

/** The note with other text. Its time always moves on, so that of two versions the later one is known. */
export const editNote = (note: Note, change: Partial<NoteText>, now: number): Note => ({
  ...note,
  ...change,
  updatedAt: Math.max(now, note.updatedAt + 1),
})

/** True where nothing at all is written. */
export const isBlank = (note: NoteText): boolean => note.title === '' && note.body === ''

/** The note as one plain text: what `Copy text` gives. */
export const plainText = ({ title, body }: NoteText): string =>
  [title.trim(), body].filter((part) => part !== '').join('\n\n')
