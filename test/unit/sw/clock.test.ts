import { afterEach, describe, expect, test, vi } from 'vitest'
import { toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { Secret } from '../../../src/base/secret.ts'
import { refresh } from '../../../src/sw/oidc/tokens.ts'
import { createWire } from '../../../src/sw/oidc/wire.ts'
import { account, document, issuer, now, provider, tokensBefore } from '../property/support/provider.ts'

const day = 24 * 60 * 60 * 1000
const seconds = now / 1000

const part = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)))
const idToken = (): string => {
  const claims = { iss: issuer, aud: 'web', sub: account.sub, iat: seconds, exp: seconds + 3600 }
  return `${part({ alg: 'RS256' })}.${part(claims)}.${toBase64url(new Uint8Array(256))}`
}

/** What the provider, whose clock is right, answers to a refresh; its `Date` is readable where it exposes it. */
const answer = (isDated: boolean): Response =>
  new Response(
    JSON.stringify({
      access_token: 'a',
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: 'r',
      id_token: idToken(),
    }),
    {
      headers: {
        'content-type': 'application/json',
        ...(isDated ? { date: new Date(now).toUTCString() } : {}),
      },
    },
  )

afterEach(() => vi.useRealTimers())

describe.each([
  ['a year ahead', 365 * day],
  ['a day ahead', day],
  ['ten years ahead', 3650 * day],
  ['a year behind', -365 * day],
])('a clock that is %s', (_how, ahead) => {
  test.each([true, false])('refreshes as ever, where the time of the provider is told: %s', async (isDated) => {
    vi.useFakeTimers({ toFake: ['Date'], now: now + ahead })
    const clock = () => Date.now()
    const wire = createWire(async () => answer(isDated), clock)
    const outcome = await refresh({ provider, server: document, proofs: undefined, wire, clock }, tokensBefore, account)
    const life = { issuedAt: now + ahead, expiresAt: now + ahead + 900_000 }
    expect(outcome).toMatchObject({ ok: true, tokens: { life, access: new Secret('a') } })
  })
})
