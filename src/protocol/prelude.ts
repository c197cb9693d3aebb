import * as v from 'valibot'

/**
 * The line that the seal puts before the worker script: `self.__holdfast = {…};`. Only the worker's own script can
 * carry it, which is why the worker may believe it.
 */
export const PRELUDE = '__holdfast'

const preludeSchema = v.object({
  /** `<key id>.<install id>`, as in the install cookie, and as secret. */
  install: v.string(),
  /** base64url of 32 bytes: the share of custody.md, as secret as the cookie. */
  share: v.string(),
  /** The headers that every response of this origin carries, to be put on responses that come from a cache. */
  headers: v.record(v.string(), v.string()),
})

export type Prelude = v.InferOutput<typeof preludeSchema>

/** The seal's line, or undefined where there is none: a static host. */
export const parsePrelude = (value: unknown): Prelude | undefined => {
  const parsed = v.safeParse(preludeSchema, value)
  return parsed.success ? parsed.output : undefined
}
