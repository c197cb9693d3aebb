/**
 * How far the server's clock is ahead of ours, in milliseconds, from a `Date` header (RFC 9110 §6.6.1). The header has a
 * resolution of a second and the reply takes its time, so less than five seconds counts as none.
 */
export const clockSkew = (date: string | null, now: number): number | undefined => {
  if (date === null) return undefined
  const server = Date.parse(date)
  if (Number.isNaN(server)) return undefined
  const skew = server - now
  return Math.abs(skew) < 5000 ? 0 : skew
}
