import type { Limit } from '../protocol/messages.ts'

/**
 * What a session lacks because its provider does, as stable words. Nothing of it makes the session unsafe at rest; each says
 * what is weaker or missing, and docs/kit.md what follows.
 */
export const limits = [
  /** Access tokens are not bound to a key (RFC 9449): whoever gets one elsewhere can use it. */
  'bearer',
  /** No refresh token (RFC 6749 §1.5): the session ends with its access token. */
  'no-refresh',
  /** No revocation endpoint (RFC 7009): a sign-out ends the session here, and at the provider by time. */
  'no-revocation',
  /** The code comes in an address, which a worker that is not there cannot take before the page could see it. */
  'code-in-address',
  /** No pushed requests (RFC 9126): the parameters of a sign-in are in the provider's address. */
  'no-par',
] as const satisfies readonly Limit[]

export type Abilities = {
  readonly bound: boolean
  readonly refreshes: boolean
  readonly revokes: boolean
  readonly posts: boolean
  readonly pushes: boolean
}

export const limitsOf = ({ bound, refreshes, revokes, posts, pushes }: Abilities): readonly Limit[] => {
  const able: { readonly [L in Limit]: boolean } = {
    bearer: bound,
    'no-refresh': refreshes,
    'no-revocation': revokes,
    'code-in-address': posts,
    'no-par': pushes,
  }
  return limits.filter((limit) => !able[limit])
}
