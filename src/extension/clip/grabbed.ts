import * as v from 'valibot'
import { limits, readKinds } from './kinds.ts'

/** Text of a page in one line: no control characters, and none that turn the reading direction around. */
const line = (length: number) =>
  v.pipe(
    v.string(),
    v.transform((text) =>
      text
        .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
        .replace(/\s+/gu, ' ')
        .trim()
        .slice(0, length)
        .toWellFormed(),
    ),
  )

const pictureSchema = v.object({
  /** Its place among the pictures of the clip. */
  index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.pictures - 1)),
  type: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']),
  /** base64url. */
  data: v.pipe(v.string(), v.maxLength(Math.ceil((limits.pictureBytes * 4) / 3) + 4)),
})

/** What the script in a page gives back. A page cannot be trusted, so neither can this. */
const grabbedSchema = v.object({
  kind: v.picklist(readKinds),
  title: line(limits.title),
  author: line(200),
  /** The day of publication as YYYY-MM-DD, or nothing. */
  published: v.pipe(v.string(), v.regex(/^(\d{4}-\d{2}-\d{2})?$/)),
  markdown: v.pipe(
    v.string(),
    v.maxLength(limits.markdown),
    v.transform((text) => text.toWellFormed().replaceAll('\0', '')),
  ),
  /** True where the page was longer than a clip may be. */
  cut: v.boolean(),
  pictures: v.pipe(v.array(pictureSchema), v.maxLength(limits.pictures)),
})
export type Grabbed = v.InferOutput<typeof grabbedSchema>
export type Picture = v.InferOutput<typeof pictureSchema>

const refusedSchema = v.object({ refusal: v.picklist(['empty', 'selection', 'restricted']) })

/** What a page script gave, or undefined where it is nothing of ours. */
export const parseGrabbed = (value: unknown): Grabbed | v.InferOutput<typeof refusedSchema> | undefined => {
  const parsed = v.safeParse(v.union([refusedSchema, grabbedSchema]), value)
  return parsed.success ? parsed.output : undefined
}
