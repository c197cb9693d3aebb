import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anonymous, type Event, type Session, step } from '../../../src/session/machine.ts'

const account = { sub: '1', name: 'A', email: 'a@example.com' }
const life = { issuedAt: 0, expiresAt: 900_000 }
const later = { issuedAt: 900_000, expiresAt: 1_800_000 }
const run = (events: readonly Event[], from: Session = anonymous) =>
  events.reduce((state, event) => step(state, event).state, from)
const signedIn = run([{ type: 'signed-in', account, life }])
const passing = (waitAtLeast: number): Event => ({
  type: 'refresh-failed',
  failure: { kind: 'passing', waitAtLeast },
  at: 1000,
  random: 0,
})
const denied: Event = { type: 'refresh-failed', failure: { kind: 'denied' }, at: 1000, random: 0 }

describe('a sign-in', () => {
  test('that ends without success leaves what was before', () => {
    const expired = run([denied], signedIn)
    expect(run([{ type: 'sign-in-started', at: 1 }, { type: 'sign-in-ended' }])).toEqual(anonymous)
    expect(run([{ type: 'sign-in-started', at: 1 }, { type: 'sign-in-ended' }], expired)).toEqual(expired)
  })

  test('begun twice still remembers what was before', () => {
    const expired = run([denied], signedIn)
    const twice: Event[] = [
      { type: 'sign-in-started', at: 1 },
      { type: 'sign-in-started', at: 2 },
      { type: 'sign-in-ended' },
    ]
    expect(run(twice, expired)).toEqual(expired)
  })

  test('begun while signed in does not sign out', () => {
    expect(run([{ type: 'sign-in-started', at: 1 }], signedIn)).toEqual(signedIn)
  })
})

describe('a refresh', () => {
  test('that fails in passing keeps the session, goes offline and waits', () => {
    const state = run([passing(0)], signedIn)
    expect(state).toMatchObject({ status: 'signed-in', online: false, failures: 1, retryAt: 1500 })
  })

  test('waits at least as long as the server asks', () => {
    expect(run([passing(120_000)], signedIn)).toMatchObject({ retryAt: 121_000 })
  })

  test('that succeeds after failures forgets them', () => {
    const state = run([passing(0), passing(0), { type: 'refreshed', life: later }], signedIn)
    expect(state).toEqual(run([{ type: 'signed-in', account, life: later }]))
  })

  test('that is denied ends the session and has that stored', () => {
    const { state, effects } = step(signedIn, denied)
    expect(state).toEqual({ status: 'expired', account, reason: 'revoked' })
    expect(effects).toContain('store-expired')
  })

  test('that arrives after a sign-out changes nothing', () => {
    expect(run([{ type: 'signed-out' }, { type: 'refreshed', life: later }], signedIn)).toEqual(anonymous)
    expect(run([{ type: 'signed-out' }, denied], signedIn)).toEqual(anonymous)
  })
})

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>(
    { type: 'restored-anonymous' },
    { type: 'restored', account, life },
    { type: 'restored-expired', account, reason: 'vault-lost' },
    { type: 'sign-in-started', at: 5 },
    { type: 'sign-in-ended' },
    { type: 'signed-in', account, life },
    { type: 'refreshed', life: later },
    { type: 'network', online: false },
    { type: 'network', online: true },
    { type: 'signed-out' },
    denied,
  ),
  fc.nat(1e6).map((wait) => passing(wait)),
)

test('only a denial, an end or a sign-out takes a session away', () => {
  fc.assert(
    fc.property(fc.array(event), event, (events, next) => {
      const before = run(events)
      const after = step(before, next).state
      if (before.status === 'signed-in' && after.status !== 'signed-in') {
        const reasons = ['signed-out', 'restored-anonymous', 'restored-expired']
        expect(next === denied || reasons.includes(next.type)).toBe(true)
      }
    }),
  )
})

test('the same events give the same state', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(run(events)).toEqual(run(events))
    }),
  )
})

test('a change that can be seen is announced', () => {
  fc.assert(
    fc.property(fc.array(event), event, (events, next) => {
      const before = run(events)
      const { state, effects } = step(before, next)
      if (JSON.stringify(before) !== JSON.stringify(state)) expect(effects).toContain('announce')
    }),
  )
})
