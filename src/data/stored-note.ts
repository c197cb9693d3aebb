import * as v from 'valibot'
import { isTime } from '../base/clock.ts'
import { cleanTags, type Note } from '../notebook/note.ts'

const time = v.custom<number>(isTime)
const text = v.string()
/** Rows of versions before there were marks have none. */
const marks = {
  pinned: v.optional(v.fallback(v.boolean(), false), false),
  tags: v.optional(
    v.fallback(
      v.pipe(
        v.array(text),
        v.transform((tags): string[] => [...cleanTags(tags)]),
      ),
      [],
    ),
    [],
  ),
  trashedAt: v.optional(v.fallback(v.nullable(time), null), null),
}
const noteSchema = v.object({ id: text, title: text, body: text, ...marks, createdAt: time, updatedAt: time })

/** The same with every field that is not of its form left out: text that can be read is shown. */
const restSchema = v.object({
  id: text,
  title: v.fallback(text, ''),
  body: v.fallback(text, ''),
  ...marks,
  createdAt: v.fallback(time, 0),
  updatedAt: v.fallback(time, 0),
})

/** What a database gave: the notes in it, and the entries that are not all of a note. */
export type StoredNotes = { readonly notes: readonly Note[]; readonly damaged: readonly unknown[] }

/** Reads whatever is stored, and throws nothing: a damaged entry must not hide the others. */
export const readStored = (entries: readonly unknown[]): StoredNotes => {
  const notes: Note[] = []
  const damaged: unknown[] = []
  for (const entry of entries) {
    const whole = v.safeParse(noteSchema, entry)
    if (whole.success) {
      notes.push(whole.output)
      continue
    }
    damaged.push(entry)
    const rest = v.safeParse(restSchema, entry)
    if (rest.success && rest.output.title + rest.output.body !== '') notes.push(rest.output)
  }
  return { notes, damaged }
}
