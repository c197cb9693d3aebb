import type { Context } from 'hono'
import * as v from 'valibot'
import type { Words } from './words.ts'

/** A field as it is taken before it is judged. */
export const field = (longest: number) => v.pipe(v.string(), v.maxLength(longest))

export const credentialsForm = v.object({ email: field(500), password: field(2000) })
/** `proving`: the person came from another provider, and this account is to be shown to be theirs. */
export const signInForm = v.object({ ...credentialsForm.entries, proving: v.optional(field(100)) })
export const codeForm = v.object({ ticket: field(100), code: field(100) })

/** The fields of a form, or undefined where the body holds none or cannot be read. */
export const readForm = async <T>(c: Context, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> => {
  const body = await c.req.parseBody().catch(() => undefined)
  const form = v.safeParse(schema, body)
  return form.success ? form.output : undefined
}

export const waitWords = (words: Words, milliseconds: number): string =>
  words.wait.replace('{seconds}', String(Math.ceil(milliseconds / 1000)))

/** `Retry-After` of RFC 9110 §10.2.3, in seconds. */
export const retryAfter = (milliseconds: number): string => String(Math.ceil(milliseconds / 1000))
