import { err, ok, type Result } from '../base/result.ts'
import { HoldfastError } from '../protocol/errors.ts'

/**
 * A path of this origin that a sign-in may come back to, without its fragment: path and query, never another origin, never
 * the callback itself.
 */
export const checkReturnTo = (
  returnTo: string,
  origin: string,
  callbackPath: string,
): Result<string, HoldfastError> => {
  const refused = err(new HoldfastError('RETURN_TO_INVALID'))
  if (!returnTo.startsWith('/') || !URL.canParse(returnTo, origin)) return refused
  const url = new URL(returnTo, origin)
  if (url.origin !== origin || url.username !== '' || url.pathname.startsWith('//')) return refused
  if (url.pathname === callbackPath) return refused
  return ok(url.pathname + url.search)
}
