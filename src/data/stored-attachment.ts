import * as v from 'valibot'
import type { Attachment } from '../notebook/attachment.ts'

const isPlain = (value: unknown): value is Uint8Array<ArrayBuffer> =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer

const schema = v.object({
  id: v.string(),
  noteId: v.string(),
  name: v.string(),
  type: v.string(),
  createdAt: v.pipe(v.number(), v.finite()),
  bytes: v.custom<Uint8Array<ArrayBuffer>>(isPlain),
})

/** Reads whatever is stored, oldest first; what is not all of a file is left out. */
export const readAttachments = (entries: readonly unknown[]): readonly Attachment[] =>
  entries
    .flatMap((entry) => {
      const parsed = v.safeParse(schema, entry)
      return parsed.success ? [parsed.output] : []
    })
    .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
