/** Classes of PostgreSQL's codes (its manual, appendix A): connection, resources, operator, a transaction to try again. */
const passing = /^(08|53|57P|58|40001|40P01|55P03|57014|25006)/
/** Of the connection itself, as Node names them. */
const network = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EADDRNOTAVAIL)/
/** `pg` has no codes for these. */
const unnamed = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has )/
/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN. */
const sqlite = new Set([5, 6, 8, 10, 13, 14])

/** How long a caller had best wait, in seconds. */
export const retryAfter = 5

const isPassing = (error: Error): boolean => {
  if ('errcode' in error && typeof error.errcode === 'number') return sqlite.has(error.errcode & 0xff)
  if ('code' in error && typeof error.code === 'string') return passing.test(error.code) || network.test(error.code)
  return unnamed.test(error.message)
}

/**
 * Whether something failed because the database is away, full or overloaded, which passes without a restart: answered with 503
 * and Retry-After. Nothing was written, or nothing that was acknowledged.
 */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (isPassing(error)) return true
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true
  return isUnavailable(error.cause)
}
