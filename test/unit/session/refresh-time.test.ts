import { describe, expect, test } from 'vitest'
import { backoff, isEarly, retryAfter } from '../../../src/session/backoff.ts'
import { clockSkew } from '../../../src/session/clock-skew.ts'
import { refreshAt, refreshNeed } from '../../../src/session/refresh-time.ts'

const minute = 60_000

describe('when to refresh', () => {
  test('begins five minutes before the end of a long life, at the last fifth of a short one', () => {
    expect(refreshAt({ issuedAt: 0, expiresAt: 60 * minute })).toBe(55 * minute)
    expect(refreshAt({ issuedAt: 0, expiresAt: 15 * minute })).toBe(12 * minute)
    expect(refreshAt({ issuedAt: 0, expiresAt: 10_000 })).toBe(8000)
  })

  test('uses the token, refreshes beside it near the end, waits only when it is over', () => {
    const life = { issuedAt: 0, expiresAt: 15 * minute }
    expect(refreshNeed(life, 0)).toBe('none')
    expect(refreshNeed(life, 12 * minute - 1)).toBe('none')
    expect(refreshNeed(life, 12 * minute)).toBe('beside')
    expect(refreshNeed(life, 15 * minute - 1)).toBe('beside')
    expect(refreshNeed(life, 15 * minute)).toBe('wait')
  })
})

describe('after a failure', () => {
  test('waits longer each time, up to a minute, half of it by chance', () => {
    expect(backoff(1, 0)).toBe(500)
    expect(backoff(1, 0.999999)).toBeCloseTo(1000, 0)
    expect(backoff(3, 0)).toBe(2000)
    expect(backoff(50, 0.999999)).toBeCloseTo(60_000, -1)
  })

  test('a next try lies ahead by a wait at most: beyond that the clock was put back, and nobody waits a year', () => {
    const at = 1_750_000_000_000
    expect([at, at + 1, at + 3_600_000, at + 3_600_001, at + 31_536_000_000].map((then) => isEarly(then, at))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })

  test('reads Retry-After in seconds and as a date, and takes anything else for none', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(retryAfter('120', now)).toBe(120_000)
    expect(retryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
    expect(retryAfter('Thu, 01 Jan 2015 00:00:30 GMT', now)).toBe(0)
    for (const odd of [null, '', '-5', 'soon', '1e9', '99999999999']) expect(retryAfter(odd, now)).toBe(0)
  })
})

test('learns how far the server clock is ahead, and takes a few seconds for none', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(clockSkew('Thu, 01 Jan 2026 00:10:00 GMT', now)).toBe(10 * minute)
  expect(clockSkew('Wed, 31 Dec 2025 23:50:00 GMT', now)).toBe(-10 * minute)
  expect(clockSkew('Thu, 01 Jan 2026 00:00:03 GMT', now)).toBe(0)
  expect(clockSkew(null, now)).toBeUndefined()
  expect(clockSkew('yesterday', now)).toBeUndefined()
})
