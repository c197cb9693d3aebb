/** Milliseconds since 1970-01-01T00:00:00Z. Injected, so that a test can move it. */
export type Clock = () => number

/** A number of seconds that fits the `exp`, `iat` and `expires_in` of OAuth (RFC 6749 §5.1, RFC 7519 §4.1). */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/** Whether this is a time that a date can show, in milliseconds since 1970 (ECMA-262 §21.4.1.1): whoever writes one may write any number. */
export const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15
