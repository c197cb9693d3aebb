import fc from 'fast-check'
import { expect } from 'vitest'
import { retryAfter as lookAgainAfter } from '../../../src/app/state/network.ts'
import { seconds } from '../../../src/base/clock.ts'
import { backoff, retryAfter } from '../../../src/session/backoff.ts'
import { clockSkew } from '../../../src/session/clock-skew.ts'
import { refreshAt, refreshNeed } from '../../../src/session/refresh-time.ts'
import { judgeTokenError } from '../../../src/session/token-failure.ts'
import { property } from './support/property.ts'
import { anyText } from './support/values.ts'

const now = fc.integer({ min: 1_600_000_000_000, max: 2_200_000_000_000 })
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const failures = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.maxSafeInteger())
const dates = fc.oneof(
  fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom(
    'Fri, 31 Dec 275760 23:59:59 GMT',
    'Thu, 01 Jan -271820 00:00:00 GMT',
    'now',
    '2026-11-20',
    '+002026-11-20',
  ),
)
const headers = fc.option(
  fc.oneof(
    anyText,
    dates,
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(String),
    fc.constantFrom(' 5 ', '1e9', '0x10', '-1', '5, 6', '٣'),
  ),
)

property(
  'a pause after failures is half a second to a minute, and never shorter after more of them',
  [failures, chance],
  (count, random) => {
    const wait = backoff(count, random)
    expect(wait).toBeGreaterThanOrEqual(500)
    expect(wait).toBeLessThanOrEqual(60_000)
    expect(backoff(count + 1, random)).toBeGreaterThanOrEqual(wait)
  },
)

property('the page looks for its server again within a minute', [failures], (count) => {
  const wait = lookAgainAfter(count)
  expect(wait >= 1000 && wait <= 60_000).toBe(true)
})

property('what Retry-After asks for is a wait that ends', [headers, now], (header, at) => {
  const wait = retryAfter(header, at)
  expect(wait).toBeGreaterThanOrEqual(0)
  expect(wait).toBeLessThanOrEqual(3_600_000)
})

property('a Retry-After of seconds is that many of them', [fc.nat(3600), now], (count, at) => {
  expect(retryAfter(String(count), at)).toBe(count * 1000)
  const date = new Date(Math.floor(at / 1000) * 1000 + count * 1000)
  expect(Math.abs(retryAfter(date.toUTCString(), at) - count * 1000)).toBeLessThan(1000)
})

property('the skew of a clock is a number, none where it is small, or not known', [headers, now], (header, at) => {
  const skew = clockSkew(header, at)
  if (skew === undefined) return
  expect(Number.isFinite(skew)).toBe(true)
  expect(skew === 0 || Math.abs(skew) >= 5000).toBe(true)
  expect(Number.isSafeInteger(seconds(at + skew))).toBe(true)
})

property(
  'the skew of a clock is as much as it is off',
  [now, fc.integer({ min: -31_536_000, max: 31_536_000 })],
  (at, off) => {
    const whole = Math.floor(at / 1000) * 1000
    const skew = clockSkew(new Date(whole + off * 1000).toUTCString(), whole)
    expect(skew).toBe(Math.abs(off) < 5 ? 0 : off * 1000)
  },
)

const length = fc.oneof(fc.nat(10), fc.nat(3_600_000), fc.nat(31_536_000_000))
const life = fc.tuple(now, length).map(([issuedAt, lasts]) => ({ issuedAt, expiresAt: issuedAt + lasts }))

property(
  'a refresh begins within the life of its token, five minutes before its end at the earliest',
  [life],
  (one) => {
    const at = refreshAt(one)
    expect(at).toBeGreaterThanOrEqual(one.issuedAt)
    expect(at).toBeLessThanOrEqual(one.expiresAt)
    expect(one.expiresAt - at).toBeLessThanOrEqual(300_000)
  },
)

property(
  'a token is used, used beside a refresh, then waited for, and never goes back',
  [life, now, length],
  (one, at, passed) => {
    const order = ['none', 'beside', 'wait']
    const first = refreshNeed(one, at)
    expect(order.indexOf(refreshNeed(one, at + passed))).toBeGreaterThanOrEqual(order.indexOf(first))
    expect(first === 'wait').toBe(at >= one.expiresAt)
  },
)

property(
  'only invalid_grant of a client error ends a session',
  [
    fc.integer({ min: 200, max: 599 }),
    fc.option(fc.oneof(anyText, fc.constant('invalid_grant')), { nil: undefined }),
    fc.nat(),
  ],
  (status, error, wait) => {
    const failure = judgeTokenError(status, error, wait)
    const ends = error === 'invalid_grant' && Math.floor(status / 100) === 4 && status !== 429
    expect(failure).toEqual(ends ? { kind: 'denied' } : { kind: 'passing', waitAtLeast: wait })
  },
)
