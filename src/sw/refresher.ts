import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../protocol/errors.ts'
import { isEarly } from '../session/backoff.ts'
import { refreshNeed } from '../session/refresh-time.ts'
import type { TokenFailure } from '../session/token-failure.ts'
import type { Provider } from './config.ts'
import type { Device } from './device.ts'
import type { Keeper } from './keeper.ts'
import { runAlone } from './lock.ts'
import type { Discovery } from './oidc/discovery.ts'
import { type Refreshed, refresh, type TokenCall } from './oidc/tokens.ts'
import type { Wire } from './oidc/wire.ts'
import type { LiveSession, Tokens } from './records.ts'
import type { Vault } from './vault.ts'

export type RefresherDeps = {
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly random: () => number
  readonly discovery: Discovery
  readonly device: Device
  /** Takes tokens that arrived after the session was signed out. */
  readonly orphaned: (provider: Provider, tokens: Tokens) => Promise<void>
}

/** Pauses before sending a refresh again whose reply was lost, in milliseconds: well within the server's grace. */
const pauses = [300, 1000, 2000]

/** A page waits for this, and a browser gives up on a worker after 30 seconds: what was slow to fail is not tried again. */
const patience = 8000

/** For all calls of one refresh together, which a server can draw out by asking for a nonce first. */
const refreshLimit = 14_000

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const passing: TokenFailure = { kind: 'passing', waitAtLeast: 0 }

/** Refreshes the session of one keeper, one at a time. */
export type Refresher = {
  /**
   * Resolves when the outcome is in the keeper: new tokens, an ended session, or the old tokens and a time to try again.
   * `now`: do not wait for that time, as when the network has come back. Never rejects.
   */
  refresh(options?: { readonly now?: boolean }): Promise<void>
}

export const createRefresher = (deps: RefresherDeps, keeper: Keeper): Refresher => {
  const { vault, wire, clock, random, discovery, device, orphaned } = deps
  const { provider } = keeper
  let running: Promise<void> | undefined

  /** Sends the same refresh again when its reply was lost: within the grace the server answers with a successor. */
  const send = async (call: TokenCall, live: LiveSession): Promise<Refreshed> => {
    const until = clock() + patience
    for (const wait of pauses) {
      try {
        return await refresh(call, live.tokens, live.account)
      } catch (error) {
        if (!(error instanceof HoldfastError) || !navigator.onLine || clock() >= until) throw error
        await pause(wait)
      }
    }
    return refresh(call, live.tokens, live.account)
  }

  /** Where the refresh token is no more, the key of the device may be good for another. */
  const renew = async (call: TokenCall, live: LiveSession, outcome: Refreshed): Promise<Refreshed> => {
    if (outcome.ok || outcome.failure.kind !== 'denied') return outcome
    const renewal = await device.renew(call.wire)
    if (renewal.kind === 'removed') {
      const removedAt = renewal.at ?? clock()
      return { ok: false, failure: { kind: 'denied', reason: 'device-removed', removedAt } }
    }
    if (renewal.kind === 'refused') return outcome
    return refresh(call, { ...live.tokens, refresh: renewal.refresh }, live.account)
  }

  const settle = async (live: LiveSession, outcome: Refreshed): Promise<void> => {
    if (keeper.live() === undefined) return outcome.ok ? orphaned(provider, outcome.tokens) : undefined
    if (!outcome.ok) {
      return keeper.dispatch({ type: 'refresh-failed', failure: outcome.failure, at: clock(), random: random() })
    }
    const { tokens } = outcome
    const next = { ...live, tokens, generation: live.generation + 1, refreshingSince: null }
    await keeper.keep(next, { type: 'refreshed', life: tokens.life })
  }

  const attempt = async (before: LiveSession): Promise<void> => {
    const stored = await vault.read('session', provider.id)
    if (stored.at === 'here' && stored.value.status === 'live' && stored.value.generation > before.generation) {
      return keeper.adopt(stored.value)
    }
    const server = await discovery(provider)
    if (!(await keeper.markRefresh(clock()))) return
    const call = { provider, server, proofs: keeper.proofs(), wire: wire.within(refreshLimit), clock }
    await settle(before, await renew(call, before, await send(call, before)))
  }

  const run = async (before: LiveSession): Promise<void> => {
    if (before.tokens.refresh === null) {
      const over = refreshNeed(before.tokens.life, clock()) === 'wait'
      return over ? keeper.dispatch({ type: 'ended', reason: 'expired' }) : undefined
    }
    try {
      const name = await vault.secretName(`refresh ${provider.id} ${before.generation}`)
      await runAlone(name, () => attempt(before))
    } catch {
      // No reply, or the vault would not take it: the session stays as it was.
      await keeper.dispatch({ type: 'refresh-failed', failure: passing, at: clock(), random: random() })
    }
  }

  return {
    refresh(options = {}) {
      if (running !== undefined) return running
      const live = keeper.live()
      const state = keeper.state()
      const early = state.status === 'signed-in' && isEarly(state.retryAt, clock()) && options.now !== true
      if (live === undefined || early) return Promise.resolve()
      running = run(live).finally(() => {
        running = undefined
      })
      return running
    },
  }
}
