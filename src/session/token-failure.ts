/** What a failed call of the token endpoint means for the session. */
export type TokenFailure =
  /** The provider said that the refresh token is no more (RFC 6749 §5.2): the only thing that ends a session. */
  | { readonly kind: 'denied' }
  /** The device was taken off the account, at this time (milliseconds since 1970). */
  | { readonly kind: 'denied'; readonly reason: 'device-removed'; readonly removedAt: number }
  /** Anything else: the network, an overloaded or broken server, a portal in between. Try again, lose nothing. */
  | { readonly kind: 'passing'; readonly waitAtLeast: number }

/** Judges an answer of the token endpoint by its status and its `error` field. `wait`: from `Retry-After`, milliseconds. */
export const judgeTokenError = (status: number, error: string | undefined, wait: number): TokenFailure =>
  status >= 400 && status < 500 && status !== 429 && error === 'invalid_grant'
    ? { kind: 'denied' }
    : { kind: 'passing', waitAtLeast: wait }
