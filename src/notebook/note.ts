/** What a writer writes. */
export type NoteText = { readonly title: string; readonly body: string }

/** What a writer says of a note beside its text. */
export type NoteMarks = {
  readonly pinned: boolean
  /** Without `#`, in the order of the alphabet, each once. */
  readonly tags: readonly string[]
  /** When it was put in the trash, in milliseconds since 1970; null where it is not there. */
  readonly trashedAt: number | null
}

export type NoteContent = NoteText & NoteMarks

/** One note. Times are milliseconds since 1970. */
export type Note = NoteContent & {
  readonly id: string
  readonly createdAt: number
  /** When its text was last changed. Marks do not count: pinning a note is no edit. */
  readonly updatedAt: number
}

/** How long a note stays in the trash, in milliseconds: 30 days. */
export const TRASH_KEPT = 30 * 24 * 60 * 60 * 1000

export const unmarked: NoteMarks = { pinned: false, tags: [], trashedAt: null }

/** An empty note. The id and the time come from outside, so that a test can choose them. */
export const newNote = (id: string, now: number): Note => ({
  id,
  title: '',
  body: '',
  ...unmarked,
  createdAt: now,
  updatedAt: now,
})

/** The note with other text or marks. With a text its time always moves on, so that of two versions the later is known. */
export const editNote = (note: Note, change: Partial<NoteContent>, now: number): Note => {
  const written = change.title !== undefined || change.body !== undefined
  return { ...note, ...change, updatedAt: written ? Math.max(now, note.updatedAt + 1) : note.updatedAt }
}

/** True where nothing at all is written. */
export const isBlank = (note: NoteText): boolean => note.title === '' && note.body === ''

export const isLive = ({ trashedAt }: NoteMarks): boolean => trashedAt === null

/** Whether a note has been in the trash for so long that it goes. */
export const isSpent = ({ trashedAt }: NoteMarks, now: number): boolean =>
  trashedAt !== null && now - trashedAt >= TRASH_KEPT

const TAG_LENGTH = 60

/** A tag as it is kept: without `#` and outer spaces, spaces within made one. An empty string where nothing is left. */
export const cleanTag = (text: string): string =>
  [
    ...text
      .replace(/[\s,]+/gu, ' ')
      .replace(/^[ #]+/u, '')
      .trim(),
  ]
    .slice(0, TAG_LENGTH)
    .join('')
    .trim()

/** Tags as they are kept: clean, each once (whatever its case), in the order of the alphabet. */
export const cleanTags = (tags: readonly string[]): readonly string[] => {
  const kept = new Map<string, string>()
  for (const tag of tags.map(cleanTag)) {
    if (tag !== '' && !kept.has(tag.toLowerCase())) kept.set(tag.toLowerCase(), tag)
  }
  return [...kept.values()].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}

export const sameTags = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((tag, at) => tag === other[at])

export const sameContent = (one: NoteContent, other: NoteContent): boolean =>
  one.title === other.title &&
  one.body === other.body &&
  one.pinned === other.pinned &&
  one.trashedAt === other.trashedAt &&
  sameTags(one.tags, other.tags)

/** The note as one plain text: what `Copy text` gives. */
export const plainText = ({ title, body }: NoteText): string =>
  [title.trim(), body].filter((part) => part !== '').join('\n\n')

/** How many words a text has, counted as its language counts them where the browser can. */
export const countWords = (text: string): number => {
  let count = 0
  for (const { isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)) {
    if (isWordLike === true) count += 1
  }
  return count
}
