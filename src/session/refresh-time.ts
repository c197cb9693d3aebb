const fiveMinutes = 300_000

/** The life of an access token, in milliseconds since 1970, by the clock of whoever issued it. */
export type Life = { readonly issuedAt: number; readonly expiresAt: number }

/** When a refresh should begin: five minutes before the end, or at the last fifth of a shorter life (G6). */
export const refreshAt = (life: Life): number =>
  life.expiresAt - Math.min(fiveMinutes, (life.expiresAt - life.issuedAt) / 5)

/** What a request has to do about the token: use it, use it while a refresh runs beside it, or wait for a new one. */
export const refreshNeed = (life: Life, now: number): 'none' | 'beside' | 'wait' => {
  if (now >= life.expiresAt) return 'wait'
  return now >= refreshAt(life) ? 'beside' : 'none'
}
