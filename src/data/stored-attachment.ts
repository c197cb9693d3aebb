import * as v from 'valibot'
import { isTime } from '../base/clock.ts'
import type { Attachment, Bytes } from '../notebook/attachment.ts'

const number = v.pipe(v.number(), v.finite())

const schema = v.object({
  id: v.string(),
  noteId: v.string(),
  name: v.string(),
  type: v.string(),
  size: number,
  createdAt: v.fallback(v.custom<number>(isTime), 0),
  text: v.fallback(v.string(), ''),
  duration: v.fallback(v.nullable(number), null),
})

/** Reads whatever is stored, oldest first; what is not all of a file is left out. */
export const readAttachments = (entries: readonly unknown[]): readonly Attachment[] =>
  entries
    .flatMap((entry) => {
      const parsed = v.safeParse(schema, entry)
      return parsed.success ? [parsed.output] : []
    })
    .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))

/** A piece of a file. */
export type StoredChunk = { readonly id: string; readonly index: number; readonly bytes: Bytes }

/** The size of the pieces, in bytes: what is read or written in one go. */
export const CHUNK = 256 * 1024

export const isBytes = (value: unknown): value is Bytes =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer

/** What a file is in pieces, or those of them from one to before another. */
export const chunksOf = (id: string, bytes: Bytes, from = 0, to = Number.POSITIVE_INFINITY): readonly StoredChunk[] =>
  Array.from({ length: Math.min(to, Math.ceil(bytes.length / CHUNK)) - from }, (_, at) => ({
    id,
    index: from + at,
    bytes: bytes.slice((from + at) * CHUNK, (from + at + 1) * CHUNK),
  }))

const chunkSchema = v.object({ id: v.string(), index: number, bytes: v.custom<Bytes>(isBytes) })

/** The bytes of the pieces that can be read, in their order. */
export const bytesOf = (entries: readonly unknown[]): readonly Bytes[] =>
  entries
    .flatMap((entry) => {
      const parsed = v.safeParse(chunkSchema, entry)
      return parsed.success ? [parsed.output] : []
    })
    .sort((one, other) => one.index - other.index)
    .map(({ bytes }) => bytes)
