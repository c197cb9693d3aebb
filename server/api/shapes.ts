import * as v from 'valibot'

/** Text that every database can keep and every client can show: no NUL, no half of a surrogate pair. */
export const text = (longest: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed() && !value.includes('\0'), 'unreadable'),
    v.trim(),
    v.minLength(1),
    v.maxLength(longest),
  )

/** An id of ours: base64url of random bytes. */
export const id = v.pipe(v.string(), v.regex(/^[\w-]{10,64}$/), v.description('An id that the server gave.'))
export const idParams = v.object({ id })

/** ISO 8601, UTC. */
export const time = v.pipe(v.string(), v.isoTimestamp())
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()
export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds)

/** Base64url of exactly so many bytes. */
export const bytes = (length: number) => {
  const characters = Math.ceil((length * 4) / 3)
  return v.pipe(
    v.string(),
    v.regex(new RegExp(`^[\\w-]{${characters}}$`)),
    v.description(`${length} bytes, base64url.`),
  )
}

/** What a client calls the kind of system it runs on. */
export const platform = text(40)
