import type { Clock } from '../base/clock.ts'
import { recordsClearedAtSignOut } from '../data/register.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { Account } from '../protocol/messages.ts'
import { anonymous, type Event, type Session, step } from '../session/machine.ts'
import type { Provider } from './config.ts'
import { createProofs, type Proofs } from './oidc/proofs.ts'
import type { Wire } from './oidc/wire.ts'
import { type LiveSession, recordKinds, type Transaction } from './records.ts'
import type { RecordChange, Vault } from './vault.ts'

/** Minutes that a person has for a sign-in at the provider. */
export const signInLimit = 5 * 60_000

/** Whoever it was: the vault could not be opened, and nothing else is believed. */
const unknownAccount: Account = { sub: '', name: null, email: null }

/** The session of one provider in the memory of this worker, in step with the vault. */
export type Keeper = {
  readonly provider: Provider
  state(): Session
  /** The session with its tokens, or undefined where there is none to use. */
  live(): LiveSession | undefined
  proofs(): Proofs | undefined
  /** Takes up what the vault has, after the worker was started. */
  restore(): Promise<void>
  /**
   * Uses a live session and stores it, together with `changes`. Where it cannot be stored it is used all the same: the
   * provider has already given up the tokens before it.
   */
  keep(session: LiveSession, event: Event, changes?: readonly RecordChange[]): Promise<void>
  /** Seals into the vault that a refresh begins. False where the session was signed out meanwhile. */
  markRefresh(since: number): Promise<boolean>
  /** Tries again to store what could not be stored. */
  save(): Promise<void>
  /** Uses a session that another worker has stored. */
  adopt(session: LiveSession): Promise<void>
  /** Drops the session from memory and vault; `changes` go into the same transaction. */
  forget(changes: readonly RecordChange[]): Promise<void>
  dispatch(event: Event): Promise<void>
}

export type KeeperDeps = {
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly announce: () => void
}

export const createKeeper = ({ vault, wire, clock, announce }: KeeperDeps, provider: Provider): Keeper => {
  let session: Session = anonymous
  let live: LiveSession | undefined
  let proofs: Proofs | undefined
  /** What could not be stored yet, because the disk was full for example. */
  let unsaved: readonly RecordChange[] = []

  const save = async (changes: readonly RecordChange[]): Promise<void> => {
    try {
      await vault.commit(changes)
      unsaved = []
    } catch {
      unsaved = changes
    }
  }

  const use = async (next: LiveSession): Promise<void> => {
    if (next.dpop === null) proofs = undefined
    else if (proofs === undefined || live?.dpop !== next.dpop) {
      proofs = createProofs(await vault.unwrapDpopKey(next.dpop), clock, wire.skew)
    }
    live = next
  }

  const storeExpired = async (): Promise<void> => {
    live = undefined
    proofs = undefined
    if (session.status !== 'expired') return
    await vault.commit([{ kind: 'session', provider: provider.id, value: session }])
  }

  const dispatch = async (event: Event): Promise<void> => {
    const { state, effects } = step(session, event)
    session = state
    if (effects.includes('store-expired')) await storeExpired()
    if (effects.includes('announce')) announce()
  }

  const restoreSession = async (): Promise<void> => {
    const found = await vault.read('session', provider.id)
    if (found.at === 'absent') return dispatch({ type: 'restored-anonymous' })
    if (found.at === 'here' && found.value.status === 'expired') {
      const { status: _status, ...expired } = found.value
      return dispatch({ type: 'restored-expired', ...expired })
    }
    try {
      if (found.at !== 'here' || found.value.status !== 'live') throw new Error('The record does not open.')
      await use(found.value)
      return await dispatch({ type: 'restored', account: found.value.account, life: found.value.tokens.life })
    } catch {
      return dispatch({ type: 'restored-expired', account: unknownAccount, reason: 'vault-lost' })
    }
  }

  const restoreTransaction = async (): Promise<void> => {
    const found = await vault.read('transaction', provider.id)
    if (found.at === 'here' && clock() - found.value.startedAt < signInLimit) {
      return dispatch({ type: 'sign-in-started', at: found.value.startedAt })
    }
    if (found.at !== 'absent') await vault.commit([{ kind: 'transaction', provider: provider.id, value: undefined }])
  }

  return {
    provider,
    state: () => session,
    live: () => live,
    proofs: () => proofs,
    dispatch,
    async restore() {
      await restoreSession()
      await restoreTransaction()
    },
    async keep(next, event, changes = []) {
      await use(next)
      await save([{ kind: 'session', provider: provider.id, value: next }, ...changes])
      await dispatch(event)
    },
    async markRefresh(since) {
      const marked = live
      if (marked === undefined) return false
      const value: LiveSession = { ...marked, refreshingSince: since }
      await vault.commit([{ kind: 'session', provider: provider.id, value }], () => live === marked)
      return live === marked
    },
    async save() {
      if (unsaved.length > 0) await save(unsaved)
    },
    async adopt(next) {
      await use(next)
      await dispatch({ type: 'refreshed', life: next.tokens.life })
    },
    async forget(changes) {
      live = undefined
      proofs = undefined
      unsaved = []
      const gone = recordKinds
        .filter((kind) => recordsClearedAtSignOut.includes(kind))
        .map((kind) => ({ kind, provider: provider.id, value: undefined }))
      try {
        await vault.commit([...gone, ...changes])
      } finally {
        await dispatch({ type: 'signed-out' })
      }
    },
  }
}

export type Keepers = ReadonlyMap<string, Keeper>

/** The keeper of one provider, or all of them. Throws PROVIDER_UNKNOWN. */
export const keepersOf = (keepers: Keepers, provider: string | undefined): readonly Keeper[] => {
  if (provider === undefined) return [...keepers.values()]
  const keeper = keepers.get(provider)
  if (keeper === undefined) throw new HoldfastError('PROVIDER_UNKNOWN')
  return [keeper]
}

/** A sign-in that is still good, or undefined. */
export const readTransaction = async (vault: Vault, provider: string): Promise<Transaction | undefined> => {
  const found = await vault.read('transaction', provider)
  return found.at === 'here' ? found.value : undefined
}
