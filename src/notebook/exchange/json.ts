import * as v from 'valibot'
import { concat, fromBase64url, toBase64url } from '../../base/bytes.ts'
import type { Attachment, Bytes, WholeAttachment } from '../attachment.ts'
import { cleanTags, type Note } from '../note.ts'
import { ImportError, type Imported, type Left, MOST_FILE } from './imported.ts'
import { type Cut, createCutter } from './json-cuts.ts'

const FORMAT = 'holdfast'
const VERSION = 1

const number = v.pipe(v.number(), v.finite())
/** The furthest time that a date can tell (ECMA-262, 21.4.1.1). */
const FURTHEST = 8.64e15
const time = v.pipe(
  number,
  v.transform((value) => Math.min(Math.max(value, -FURTHEST), FURTHEST)),
)
const noteSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  title: v.string(),
  body: v.string(),
  pinned: v.boolean(),
  tags: v.pipe(
    v.array(v.string()),
    v.transform((tags): string[] => [...cleanTags(tags)]),
  ),
  trashedAt: v.nullable(time),
  createdAt: time,
  updatedAt: time,
})
const fileSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  noteId: v.string(),
  name: v.string(),
  type: v.string(),
  size: number,
  createdAt: time,
  text: v.string(),
  duration: v.nullable(number),
})
const encoded = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const bytes = fromBase64url(dataset.value)
    if (bytes !== undefined) return bytes
    addIssue({ message: 'It is not base64url.' })
    return NEVER
  }),
)
/** What the files of a zip of Holdfast's own are, as they are listed in it; undefined where it is another's list. */
export const readFileList = (text: string): readonly Attachment[] | undefined => {
  try {
    const parsed = v.safeParse(v.array(fileSchema), JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

const headSchema = v.object({ format: v.literal(FORMAT), version: number })

/** So much of a file is written in one text, in bytes. */
const PIECE = 192 * 1024

/** The beginning, one piece for each note and file, and the end of a lossless export. */
export const jsonParts = {
  start: `{"format":"${FORMAT}","version":${VERSION},"notes":[\n`,
  note: (note: Note, first: boolean): string => (first ? '' : ',\n') + JSON.stringify(note),
  between: '\n],"attachments":[\n',
  /** A file in pieces, so that none of them takes long. */
  *file({ attachment, bytes }: WholeAttachment, first: boolean): Generator<string> {
    const about = JSON.stringify(attachment).slice(0, -1)
    yield `${first ? '' : ',\n'}${about},"data":[`
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = toBase64url(bytes.subarray(at, at + PIECE))
      yield `${at === 0 ? '' : ','}"${piece}"`
    }
    yield ']}'
  },
  end: '\n]}\n',
}

export type JsonReader = {
  /** Takes the next piece of the text. Throws an `ImportError`. */
  push(text: string): void
  /** What was in it, once all has been pushed. Throws an `ImportError`. */
  end(): Imported
}

const damaged = <T>(work: () => T): T => {
  try {
    return work()
  } catch (thrown) {
    throw thrown instanceof ImportError ? thrown : new ImportError('IMPORT_DAMAGED', thrown)
  }
}

/** Nothing is read of what is no export, or of one that says more than this version knows. */
const checkHead = (head: string): void => {
  const parsed = v.safeParse(headSchema, JSON.parse(head))
  if (!parsed.success) throw new ImportError('IMPORT_UNKNOWN')
  if (parsed.output.version > VERSION) throw new ImportError('IMPORT_NEWER')
}

/** What something is called that is no note and no file. */
const nameOf = (value: unknown, key: string): string => {
  const name: unknown = Reflect.get(Object(value), key)
  return typeof name === 'string' ? name : ''
}

/** Reads a lossless export as it comes. An element that is not of its form is named, and the others are read. */
export const readJson = (): JsonReader => {
  let hasLists = false
  const cutter = createCutter((head) => {
    checkHead(head)
    hasLists = true
  })
  const notes: Note[] = []
  const files: WholeAttachment[] = []
  const left: Left[] = []
  let pieces: Bytes[] = []
  let size = 0
  const take: { readonly [K in Cut['kind']]: (value: unknown) => void } = {
    notes: (value) => {
      const parsed = v.safeParse(noteSchema, value)
      if (parsed.success) notes.push(parsed.output)
      else left.push({ name: nameOf(value, 'title'), reason: 'IMPORT_UNREADABLE' })
    },
    piece: (value) => {
      const bytes = v.parse(encoded, value)
      size += bytes.length
      if (size > MOST_FILE) throw new ImportError('IMPORT_TOO_LARGE')
      pieces.push(bytes)
    },
    attachments: (value) => {
      const parsed = v.safeParse(fileSchema, value)
      if (parsed.success) files.push({ attachment: parsed.output, bytes: concat(...pieces) })
      else left.push({ name: nameOf(value, 'name'), reason: 'IMPORT_UNREADABLE' })
      ;[pieces, size] = [[], 0]
    },
  }
  return {
    push: (text) =>
      damaged(() => {
        for (const { kind, text: part } of cutter.push(text)) take[kind](JSON.parse(part))
      }),
    end: () =>
      damaged(() => {
        const rest = cutter.end()
        if (rest === undefined) throw new ImportError('IMPORT_DAMAGED')
        checkHead(rest)
        if (!hasLists) throw new ImportError('IMPORT_DAMAGED')
        return { notes, files, left }
      }),
  }
}

/** Reads a lossless export that is one text. Throws an `ImportError`. */
export const fromJson = (text: string): Imported => {
  const reader = readJson()
  reader.push(text)
  return reader.end()
}
