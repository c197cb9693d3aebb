import * as v from 'valibot'

const schema = v.pipe(v.string(), v.maxLength(254), v.email())

/** One form for one address: NFKC, trimmed, lower case. Undefined where it is no e-mail address. */
export const normaliseEmail = (input: string): string | undefined => {
  const parsed = v.safeParse(schema, input.normalize('NFKC').trim().toLowerCase())
  return parsed.success ? parsed.output : undefined
}
