import { expect } from 'vitest'
import type { SessionState, SessionStatus } from '../../../../src/protocol/messages.ts'
import { signInLimit } from '../../../../src/sw/keeper.ts'
import { type Browser, createBrowser, setGlobals } from './life.ts'
import { createNetwork, type Network } from './network.ts'
import type { Family } from './provider.ts'

export type Status = SessionStatus['status']

/** What a session is, said as plainly as it can be: no tokens, no records, no code in common with the worker. */
export type Model = {
  status: Status
  /** What a sign-in that comes to nothing goes back to. */
  before: Status
  /** When the sign-in under way was begun. */
  startedAt: number
  /** When the worker wants to refresh. */
  refreshAt: number
  /** The person has ended the session from another device. */
  endedElsewhere: boolean
  /** A sign-in was killed over: whether the session is of before or after that is not known. */
  unsure: boolean
  /** The worker may be killed at any step from now on. */
  mayDie: boolean
  /** Sessions that were signed out, which the provider has to hear of once there is a network. */
  readonly owed: Set<Family>
}

export const newModel = (): Model => ({
  status: 'anonymous',
  before: 'anonymous',
  startedAt: 0,
  refreshAt: 0,
  endedElsewhere: false,
  unsure: false,
  mayDie: false,
  owed: new Set(),
})

/** The worker itself with all that is around it. */
export type Real = {
  readonly clock: { now: number }
  readonly network: Network
  readonly browser: Browser
  /** Where the sign-in that was begun last goes on. */
  address?: string
  /** The last callback that was brought back. */
  callback?: URLSearchParams
  calls: number
  /** How much of what was written down has been looked at. */
  seen: { denials: number; announced: number }
}

export const newReal = (): Real => {
  const clock = { now: Date.now() }
  const network = createNetwork(() => clock.now)
  setGlobals(clock, () => network)
  return { clock, network, browser: createBrowser(network, clock), calls: 0, seen: { denials: 0, announced: 0 } }
}

/** Nothing is wrong and nothing is about to be: what happens now can be foretold to the last request. */
export const isCalm = (model: Model, real: Real): boolean =>
  real.network.isUp() &&
  real.network.planned().length === 0 &&
  !model.mayDie &&
  !model.unsure &&
  !real.network.isTroubled()

const isLate = (model: Model, real: Real): boolean => real.clock.now - model.startedAt >= signInLimit

/** The state once all is quiet, asked for as often as it takes to find a worker that lives to say it. */
const quietState = async ({ browser }: Real): Promise<SessionState> => {
  for (;;) {
    const ask = () => browser.ask((worker) => worker.handlers['session.get']({ type: 'session.get' }))
    if ((await ask()) === undefined) continue
    const answer = await ask()
    if (answer !== undefined) return answer.value
  }
}

const denialsOf = (real: Real): number =>
  real.network.tokenRequests.filter(({ outcome }) => outcome === 'denied').length

const checkSecrets = (real: Real, state: SessionState): void => {
  const told = JSON.stringify([state, ...real.browser.announced.slice(real.seen.announced)])
  real.seen.announced = real.browser.announced.length
  expect(real.network.provider.secrets().filter((secret) => told.includes(secret))).toEqual([])
}

/**
 * The worker is in one of the states that the model allows, and in no other; nothing happened that must not; and the pages
 * know. A denial of the provider that arrived meanwhile ends a session, and nothing else does.
 */
export const expectAgreement = async (model: Model, real: Real, ...allowed: readonly Status[]): Promise<void> => {
  const state = await quietState(real)
  const denied = denialsOf(real) > real.seen.denials
  real.seen.denials = denialsOf(real)
  const also: Status[] = []
  if (denied && [model.status, ...allowed].includes('signed-in')) also.push('expired')
  // A sign-in that was begun while signed in comes to light when that session has ended and the worker starts again.
  const begun = (await real.browser.names()).includes('transaction/main')
  if (begun && (denied || allowed.includes('expired'))) also.push('signing-in')
  if (isLate(model, real) && [model.status, ...allowed].includes('signing-in')) also.push(model.before)
  expect(real.network.alarms).toEqual([])
  expect([...allowed, ...also]).toContain(state.status)
  checkSecrets(real, state)
  const last = real.browser.announced.findLast(({ type }) => type === 'session.state')
  if (last?.type === 'session.state') expect(last.state.status).toBe(state.status)
  if (state.status === 'anonymous') {
    const left = (await real.browser.names()).filter((name) => name !== 'revocations' && !name.startsWith('metadata/'))
    expect(left).toEqual([])
  }
  adopt(model, state)
}

const adopt = (model: Model, state: SessionState): void => {
  if (state.status === 'signing-in') {
    if (model.status !== 'signing-in') model.before = model.status === 'signed-in' ? 'expired' : model.status
    model.startedAt = state.since
  }
  if (state.status === 'anonymous' || state.status === 'expired') model.unsure = false
  if (state.status === 'signed-in') model.refreshAt = state.refreshAt
  model.status = state.status
}
