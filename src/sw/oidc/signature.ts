import * as oauth from 'oauth4webapi'
import { wireOptions } from './discovery.ts'
import type { Wire } from './wire.ts'

/** Keys are not asked for anew more often than this, however many tokens name a key that is not among them. */
const pause = 30_000

const askedAnew = new WeakMap<
  oauth.AuthorizationServer,
  { readonly at: number; readonly server: oauth.AuthorizationServer }
>()

const isUnknownKey = (error: unknown): boolean =>
  error instanceof oauth.OperationProcessingError && error.code === oauth.KEY_SELECTION

/**
 * Checks the signature of the ID token in a reply that was processed. A token of a key that is not known may have been
 * signed right after a rotation (OIDC Core §10.1.1): the keys are then fetched again, once in half a minute. Throws what
 * oauth4webapi throws, and PROVIDER_UNAVAILABLE.
 */
export const checkSignature = async (
  server: oauth.AuthorizationServer,
  response: Response,
  wire: Wire,
): Promise<void> => {
  const last = askedAnew.get(server)
  try {
    await oauth.validateApplicationLevelSignature(last?.server ?? server, response, wireOptions(wire))
  } catch (error) {
    if (!isUnknownKey(error) || (last !== undefined && performance.now() - last.at < pause)) throw error
    // The library keeps keys by the object of the metadata: another object is one without any.
    const another = { ...server }
    askedAnew.set(server, { at: performance.now(), server: another })
    await oauth.validateApplicationLevelSignature(another, response, wireOptions(wire))
  }
}
