const first = 1000
const longest = 60_000
/** A date that is years ahead comes of a wrong clock or a wrong proxy, and must not keep a session from ever refreshing. */
const longestAsked = 3_600_000

/** Whether it is too early for the next try. A time that is further off than any wait is of a clock that was put back since. */
export const isEarly = (retryAt: number, now: number): boolean => now < retryAt && retryAt - now <= longestAsked

/**
 * Milliseconds to wait after the n-th failure in a row (n from 1): doubling from one second to a minute, half of it
 * chance, so that many clients of a server that comes back do not come at once. `random` is in [0, 1).
 */
export const backoff = (failures: number, random: number): number => {
  const ceiling = Math.min(longest, first * 2 ** Math.max(0, failures - 1))
  return ceiling / 2 + (ceiling / 2) * random
}

/**
 * Milliseconds that a `Retry-After` asks for: seconds or an HTTP date (RFC 9110 §10.2.3), an hour at most. 0 where there is
 * none.
 */
export const retryAfter = (header: string | null, now: number): number => {
  if (header === null) return 0
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Math.min(longestAsked, Number(text) * 1000)
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.min(longestAsked, Math.max(0, date - now))
}
