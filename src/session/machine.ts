import type { Account, ExpiredReason } from '../protocol/messages.ts'
import { backoff } from './backoff.ts'
import type { Life } from './refresh-time.ts'
import type { TokenFailure } from './token-failure.ts'

type Anonymous = { readonly status: 'anonymous' }
type Expired = {
  readonly status: 'expired'
  readonly account: Account
  readonly reason: ExpiredReason
  /** Of a device that was removed. */
  readonly removedAt?: number
}

/** The session of one provider, without its tokens. Times are milliseconds since 1970. */
export type Session =
  | Anonymous
  | Expired
  | { readonly status: 'signing-in'; readonly since: number; readonly before: Anonymous | Expired }
  | {
      readonly status: 'signed-in'
      readonly account: Account
      readonly life: Life
      readonly online: boolean
      /** Refreshes that failed in a row, and when the next may be tried. */
      readonly failures: number
      readonly retryAt: number
    }

/** Time and chance arrive with the event, so the same events give the same state again. */
export type Event =
  | { readonly type: 'restored-anonymous' }
  | { readonly type: 'restored'; readonly account: Account; readonly life: Life }
  | ({ readonly type: 'restored-expired' } & Omit<Expired, 'status'>)
  | { readonly type: 'sign-in-started'; readonly at: number }
  | { readonly type: 'sign-in-ended' }
  | { readonly type: 'signed-in'; readonly account: Account; readonly life: Life }
  | { readonly type: 'refreshed'; readonly life: Life }
  | { readonly type: 'refresh-failed'; readonly failure: TokenFailure; readonly at: number; readonly random: number }
  | { readonly type: 'ended'; readonly reason: ExpiredReason }
  | { readonly type: 'network'; readonly online: boolean }
  | { readonly type: 'signed-out' }

/** What the worker has to do besides: keep in the vault that the session ended, and tell the pages. */
export type Effect = 'store-expired' | 'announce'

export type Step = { readonly state: Session; readonly effects: readonly Effect[] }

export const anonymous: Session = { status: 'anonymous' }

const to = (state: Session, ...effects: readonly Effect[]): Step => ({ state, effects: [...effects, 'announce'] })

const signedIn = (account: Account, life: Life): Session => ({
  status: 'signed-in',
  account,
  life,
  online: true,
  failures: 0,
  retryAt: 0,
})

const afterFailure = (
  state: Extract<Session, { status: 'signed-in' }>,
  { failure, at, random }: Extract<Event, { type: 'refresh-failed' }>,
): Step => {
  if (failure.kind === 'denied') {
    const expired = { status: 'expired', account: state.account } as const
    if (!('reason' in failure)) return to({ ...expired, reason: 'revoked' }, 'store-expired')
    const { reason, removedAt } = failure
    return to({ ...expired, reason, removedAt }, 'store-expired')
  }
  const failures = state.failures + 1
  const retryAt = at + Math.max(failure.waitAtLeast, backoff(failures, random))
  return to({ ...state, failures, retryAt, online: false })
}

const expiredOf = ({ account, reason, removedAt }: Omit<Expired, 'status'>): Expired => ({
  status: 'expired',
  account,
  reason,
  ...(removedAt === undefined ? {} : { removedAt }),
})

const begin = (state: Session, since: number): Session => {
  if (state.status === 'signed-in') return state
  return { status: 'signing-in', since, before: state.status === 'signing-in' ? state.before : state }
}

/** The next state and what has to be done. Pure. An event that makes no sense in a state changes nothing. */
export const step = (state: Session, event: Event): Step => {
  const same: Step = { state, effects: [] }
  switch (event.type) {
    case 'restored-anonymous':
    case 'signed-out':
      return to(anonymous)
    case 'restored':
    case 'signed-in':
      return to(signedIn(event.account, event.life))
    case 'restored-expired':
      return to(expiredOf(event))
    case 'sign-in-started':
      return to(begin(state, event.at))
    case 'sign-in-ended':
      return state.status === 'signing-in' ? to(state.before) : same
    case 'refreshed':
      return state.status === 'signed-in' ? to(signedIn(state.account, event.life)) : same
    case 'refresh-failed':
      return state.status === 'signed-in' ? afterFailure(state, event) : same
    case 'ended':
      if (state.status !== 'signed-in') return same
      return to({ status: 'expired', account: state.account, reason: event.reason }, 'store-expired')
    case 'network':
      if (state.status !== 'signed-in' || state.online === event.online) return same
      return to({ ...state, online: event.online })
  }
}
