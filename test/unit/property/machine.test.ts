import fc from 'fast-check'
import { expect } from 'vitest'
import type { Account, ExpiredReason } from '../../../src/protocol/messages.ts'
import { anonymous, type Event, type Session, step } from '../../../src/session/machine.ts'
import type { Life } from '../../../src/session/refresh-time.ts'
import { property } from './support/property.ts'
import { anyText } from './support/values.ts'

/** What the vault has of a session: all that is left when the worker is killed. */
type Disk = {
  readonly session:
    | 'none'
    | { readonly account: Account; readonly life: Life }
    | { readonly account: Account; readonly reason: ExpiredReason }
  readonly signingIn: number | undefined
}

/** One worker: what it remembers, and what it has written. */
type Worker = { readonly state: Session; readonly disk: Disk }

const born: Worker = { state: anonymous, disk: { session: 'none', signingIn: undefined } }

const written = ({ state, disk }: Worker, event: Event, effects: readonly string[]): Disk => {
  if (effects.includes('store-expired') && state.status === 'expired')
    return { ...disk, session: { account: state.account, reason: state.reason } }
  if (event.type === 'sign-in-started') return { ...disk, signingIn: event.at }
  if (event.type === 'sign-in-ended') return { ...disk, signingIn: undefined }
  if (event.type === 'signed-in') return { session: { account: event.account, life: event.life }, signingIn: undefined }
  if (event.type === 'refreshed' && state.status === 'signed-in')
    return { ...disk, session: { account: state.account, life: event.life } }
  return event.type === 'signed-out' ? { session: 'none', signingIn: undefined } : disk
}

const live = (worker: Worker, event: Event): Worker => {
  const { state, effects } = step(worker.state, event)
  return { state, disk: written({ state, disk: worker.disk }, event, effects) }
}

/** The next worker has nothing but the disk. */
const kill = ({ disk }: Worker): Worker => {
  const { session, signingIn } = disk
  const events: Event[] =
    session === 'none'
      ? [{ type: 'restored-anonymous' }]
      : 'life' in session
        ? [{ type: 'restored', ...session }]
        : [{ type: 'restored-expired', ...session }]
  if (signingIn !== undefined) events.push({ type: 'sign-in-started', at: signingIn })
  return { disk, state: events.reduce((state, event) => step(state, event).state, anonymous) }
}

/** What a person and a page can see of it; whether the network was there is found out anew. */
const seen = (state: Session) => {
  if (state.status === 'signed-in') return { status: state.status, account: state.account, life: state.life }
  return state
}

const moment = fc.nat(1_000_000)
const account = fc.record({ sub: anyText, name: fc.option(anyText), email: fc.option(anyText) })
const life = fc.tuple(moment, moment).map(([issuedAt, lasts]) => ({ issuedAt, expiresAt: issuedAt + lasts }))
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant('sign-in-started' as const), at: moment }),
  fc.constant<Event>({ type: 'sign-in-ended' }),
  fc.record({ type: fc.constant('signed-in' as const), account, life }),
  fc.record({ type: fc.constant('refreshed' as const), life }),
  fc.record({
    type: fc.constant('refresh-failed' as const),
    failure: fc.oneof(
      fc.constant({ kind: 'denied' as const }),
      fc.record({ kind: fc.constant('passing' as const), waitAtLeast: moment }),
    ),
    at: moment,
    random: fc.constantFrom(0, 0.5, 0.999),
  }),
  fc.record({ type: fc.constant('ended' as const), reason: fc.constant<ExpiredReason>('expired') }),
  fc.record({ type: fc.constant('network' as const), online: fc.boolean() }),
  fc.constant<Event>({ type: 'signed-out' }),
)

property(
  'a worker killed between any two events is in the end where one is that was never killed',
  [fc.array(fc.tuple(event, fc.boolean()), { maxLength: 10 })],
  (events) => {
    let lived = born
    let killed = born
    for (const [one, dies] of events) {
      lived = live(lived, one)
      killed = live(dies ? kill(killed) : killed, one)
    }
    expect(killed.disk).toEqual(lived.disk)
    expect(seen(kill(killed).state)).toEqual(seen(kill(lived).state))
  },
)

property(
  'only a denial, an end or a sign-out takes a session away, also in the worker after',
  [fc.array(event, { maxLength: 8 }), event],
  (events, next) => {
    const before = events.reduce(
      live,
      live(born, {
        type: 'signed-in',
        account: { sub: '1', name: null, email: null },
        life: { issuedAt: 0, expiresAt: 1 },
      }),
    )
    const after = live(before, next)
    if (before.state.status !== 'signed-in' || after.state.status === 'signed-in') return
    expect(kill(after).state.status).not.toBe('signed-in')
    const denied = next.type === 'refresh-failed' && next.failure.kind === 'denied'
    expect(denied || next.type === 'ended' || next.type === 'signed-out').toBe(true)
  },
)

property(
  'a time to try again is always one to come, and never further off than was asked or a minute',
  [fc.array(event, { maxLength: 8 })],
  (events) => {
    const { state } = events.reduce(live, born)
    if (state.status !== 'signed-in') return
    const failed = events.findLast((one) => one.type === 'refresh-failed')
    if (state.failures === 0 || failed?.type !== 'refresh-failed' || failed.failure.kind !== 'passing') return
    expect(state.retryAt).toBeGreaterThanOrEqual(failed.at + failed.failure.waitAtLeast)
    expect(state.retryAt).toBeLessThanOrEqual(failed.at + Math.max(60_000, failed.failure.waitAtLeast))
  },
)
