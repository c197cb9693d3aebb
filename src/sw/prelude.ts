import { type Bytes, fromBase64url } from '../base/bytes.ts'
import { Secret } from '../base/secret.ts'
import { PRELUDE, parsePrelude } from '../protocol/prelude.ts'

const take = () => {
  const prelude = parsePrelude(Reflect.get(globalThis, PRELUDE))
  Reflect.deleteProperty(globalThis, PRELUDE)
  const share: Bytes | undefined = prelude === undefined ? undefined : fromBase64url(prelude.share)
  if (prelude === undefined || share?.length !== 32) return undefined
  return { install: prelude.install, share: new Secret(share), headers: prelude.headers }
}

/** What the seal wrote before this script, taken off the global object at once; undefined on a static host. */
export const prelude = take()

/** The headers that every response of the origin carries, for the responses that this worker makes. */
export const pageHeaders: Readonly<Record<string, string>> = prelude?.headers ?? {}
