import * as v from 'valibot'
import { concat, fromBase64url, toBase64url } from '../../base/bytes.ts'
import type { Bytes, WholeAttachment } from '../attachment.ts'
import { cleanTags, type Note } from '../note.ts'
import { ImportError, type Imported } from './imported.ts'

const FORMAT = 'holdfast'
const VERSION = 1

const number = v.pipe(v.number(), v.finite())
const noteSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  title: v.string(),
  body: v.string(),
  pinned: v.boolean(),
  tags: v.pipe(
    v.array(v.string()),
    v.transform((tags): string[] => [...cleanTags(tags)]),
  ),
  trashedAt: v.nullable(number),
  createdAt: number,
  updatedAt: number,
})
const fileSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  noteId: v.string(),
  name: v.string(),
  type: v.string(),
  size: number,
  createdAt: number,
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
const wholeSchema = v.object({ ...fileSchema.entries, data: v.array(encoded) })

/** What the files are, as they are listed in a zip. */
export const fileListSchema = v.array(fileSchema)

const exportSchema = v.object({
  format: v.literal(FORMAT),
  version: number,
  notes: v.array(noteSchema),
  attachments: v.array(wholeSchema),
})

/** So much of a file is written in one text, in bytes. */
const PIECE = 192 * 1024

const piecesOf = (bytes: Bytes): readonly Bytes[] =>
  Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, at) => bytes.slice(at * PIECE, (at + 1) * PIECE))

/** The beginning, one piece for each note and file, and the end of a lossless export. */
export const jsonParts = {
  start: `{"format":"${FORMAT}","version":${VERSION},"notes":[\n`,
  note: (note: Note, first: boolean): string => (first ? '' : ',\n') + JSON.stringify(note),
  between: '\n],"attachments":[\n',
  file: ({ attachment, bytes }: WholeAttachment, first: boolean): string =>
    (first ? '' : ',\n') + JSON.stringify({ ...attachment, data: piecesOf(bytes).map(toBase64url) }),
  end: '\n]}\n',
}

/** Reads a lossless export. Throws an `ImportError`. */
export const fromJson = (text: string): Imported => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw new ImportError('IMPORT_DAMAGED', thrown)
  }
  if (Reflect.get(Object(value), 'format') !== FORMAT) throw new ImportError('IMPORT_UNKNOWN')
  if (Number(Reflect.get(Object(value), 'version')) > VERSION) throw new ImportError('IMPORT_NEWER')
  const parsed = v.safeParse(exportSchema, value)
  if (!parsed.success) throw new ImportError('IMPORT_DAMAGED')
  const { notes, attachments } = parsed.output
  const files = attachments.map(({ data, ...attachment }) => ({ attachment, bytes: concat(...data) }))
  return { notes, files, left: [] }
}
