import * as v from 'valibot'
import { type Bytes, fromUtf8, utf8 } from '../base/bytes.ts'
import type { Attachment } from './attachment.ts'

/** What is told of a file beside its bytes; of one that was removed nothing but that. The text of a long document stays behind. */
const aboutSchema = v.variant('type', [
  v.object({ type: v.literal('removed') }),
  v.object({
    type: v.literal('file'),
    noteId: v.string(),
    name: v.string(),
    media: v.string(),
    createdAt: v.number(),
    text: v.string(),
    duration: v.nullable(v.number()),
  }),
])
export type FileAbout = v.InferOutput<typeof aboutSchema>

const longestText = 100_000

const encode = (about: FileAbout): Bytes => utf8(JSON.stringify(about))

/** What is told of a file that is there. */
export const aboutOf = ({ noteId, name, type, createdAt, text, duration }: Attachment): Bytes => {
  const kept = text.length > longestText ? '' : text
  return encode({ type: 'file', noteId, name, media: type, createdAt, text: kept, duration })
}

/** What is told of a file that is none any more. */
export const aboutRemoved = encode({ type: 'removed' })

/** Undefined where it is nothing of ours. */
export const readAbout = (bytes: Uint8Array): FileAbout | undefined => {
  try {
    const parsed = v.safeParse(aboutSchema, JSON.parse(fromUtf8(bytes)))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
