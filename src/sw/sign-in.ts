import type { Clock } from '../base/clock.ts'
import { type ErrorCode, HoldfastError } from '../protocol/errors.ts'
import { checkReturnTo } from '../session/return-to.ts'
import type { Config, Provider } from './config.ts'
import { type Keeper, type Keepers, keepersOf, readTransaction, signInLimit } from './keeper.ts'
import { begin, destination } from './oidc/authorization.ts'
import { isSameState, keepParameters, keptParameters, verifyCallback } from './oidc/callback.ts'
import type { Discovery } from './oidc/discovery.ts'
import { createProofs } from './oidc/proofs.ts'
import { exchange } from './oidc/tokens.ts'
import type { Wire } from './oidc/wire.ts'
import type { Tokens, Transaction } from './records.ts'
import { newSession } from './session-record.ts'
import type { RecordChange, Vault } from './vault.ts'

export type SignInDeps = {
  readonly config: Config
  readonly origin: string
  readonly redirectUri: string
  readonly userAgent: string
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly discovery: Discovery
  readonly keepers: Keepers
  /** Takes the tokens of a session in whose place another comes; the change is stored with the other or not at all. */
  readonly replace: (provider: Provider, tokens: Tokens) => RecordChange
}

/** The flow of custody.md, Sign-in: from the page's wish to the session, without the page. */
export type SignIn = {
  /** The id of a sign-in that `proceed` leads on to the provider. Throws HoldfastError. */
  start(provider: string, returnTo: string, again?: boolean): Promise<string>
  /** Where a sign-in of this id goes on to: the provider's address. */
  proceed(id: string): Promise<string>
  /** Where a navigation that carries a provider's answer goes on to. `posted`: form_post, else query. */
  receive(parameters: URLSearchParams, posted: boolean): Promise<string>
  /** Finishes what an earlier life of the worker had received and not sent on. */
  resume(): Promise<void>
  /** Of one provider, or of all. Rejects with PROVIDER_UNKNOWN. */
  cancel(provider?: string): Promise<void>
  /** Resolves when no sign-in is under way, after its limit at the latest. */
  settled(): Promise<void>
}

/** For all calls of an exchange together: with the discovery before it, less than a browser's patience with a navigation. */
const exchangeLimit = 14_000

/** What `?signin=` says to the page. */
const outcomes: Partial<Record<ErrorCode, string>> = {
  SIGN_IN_CANCELLED: 'cancelled',
  SIGN_IN_MISMATCH: 'mismatch',
  SIGN_IN_EXPIRED: 'expired',
  SIGN_IN_INTERRUPTED: 'interrupted',
  SIGN_IN_REFUSED: 'refused',
  PROVIDER_UNAVAILABLE: 'unavailable',
  PROVIDER_INVALID: 'refused',
}

export const createSignIn = (deps: SignInDeps): SignIn => {
  const { config, origin, redirectUri, vault, wire, clock, discovery, keepers } = deps
  /** The sign-ins under way, by provider, and who waits for their end. */
  const open = new Map<string, PromiseWithResolvers<void>>()

  const settle = ({ id }: Provider): void => {
    open.get(id)?.resolve()
    open.delete(id)
  }
  const opened = (provider: Provider): void => {
    settle(provider)
    const wait = Promise.withResolvers<void>()
    open.set(provider.id, wait)
    setTimeout(wait.resolve, signInLimit)
  }

  const closed = async (keeper: Keeper): Promise<void> => {
    await vault.commit([remove(keeper.provider)])
    await keeper.dispatch({ type: 'sign-in-ended' })
    settle(keeper.provider)
  }

  const remove = (provider: Provider): RecordChange => ({
    kind: 'transaction',
    provider: provider.id,
    value: undefined,
  })
  const store = (provider: Provider, value: Transaction) =>
    vault.commit([{ kind: 'transaction', provider: provider.id, value }])

  /** An absolute address of this origin; the empty fragment keeps one of the provider's from carrying over. */
  const address = (path: string, outcome?: string): string => {
    const url = new URL(path, origin)
    if (outcome !== undefined) url.searchParams.set('signin', outcome)
    return `${url.href}#`
  }

  const find = async (
    matches: (transaction: Transaction) => boolean,
  ): Promise<{ readonly keeper: Keeper; readonly transaction: Transaction } | undefined> => {
    for (const keeper of keepers.values()) {
      const transaction = await readTransaction(vault, keeper.provider.id)
      if (transaction !== undefined && matches(transaction)) return { keeper, transaction }
    }
    return undefined
  }

  const isLate = (transaction: Transaction): boolean => clock() - transaction.startedAt >= signInLimit

  /** A reload of the callback comes with a state that has already done its work. */
  const isRepetition = (state: string | null): boolean =>
    [...keepers.values()].some((keeper) => {
      const live = keeper.live()
      return live !== undefined && isSameState(live.signInState, state)
    })

  const callProofs = async (transaction: Transaction) =>
    transaction.dpop === null ? undefined : createProofs(await vault.unwrapDpopKey(transaction.dpop), clock, wire.skew)

  /** From the stored answer to the session, in one go. The code is sent once: before that, the record says so. */
  const finish = async (keeper: Keeper, transaction: Transaction, parameters: URLSearchParams): Promise<void> => {
    const { provider } = keeper
    const server = await discovery(provider)
    const callback = verifyCallback(provider, server, parameters, transaction.state)
    if (!callback.ok) throw callback.error
    const proofs = await callProofs(transaction)
    await store(provider, { ...transaction, stage: 'exchanging', callback: null })
    const call = { provider, server, proofs, wire: wire.within(exchangeLimit), clock }
    const { tokens, account } = await exchange(call, callback.value, transaction, redirectUri)
    const { dpop, state: signInState } = transaction
    const session = newSession({ account, tokens, dpop, userAgent: deps.userAgent, provider, server, signInState })
    const before = keeper.live()
    const replaced = before === undefined ? [] : [deps.replace(provider, before.tokens)]
    await keeper.keep(session, { type: 'signed-in', account, life: tokens.life }, [remove(provider), ...replaced])
    settle(provider)
  }

  const complete = async (keeper: Keeper, transaction: Transaction, parameters: URLSearchParams): Promise<string> => {
    try {
      await finish(keeper, transaction, parameters)
      return address(transaction.returnTo)
    } catch (error) {
      await closed(keeper)
      const code = error instanceof HoldfastError ? error.code : 'INTERNAL'
      return address(transaction.returnTo, outcomes[code] ?? 'failed')
    }
  }

  return {
    async start(providerId, returnTo, again) {
      const keeper = keepers.get(providerId)
      if (keeper === undefined) throw new HoldfastError('PROVIDER_UNKNOWN')
      const path = checkReturnTo(returnTo, origin, config.callbackPath)
      if (!path.ok) throw path.error
      const { provider } = keeper
      const server = await discovery(provider)
      const accepted = server.dpop_signing_alg_values_supported
      const dpop = provider.dpop && accepted !== undefined ? await vault.createDpopKey(accepted) : null
      const proofs = dpop === null ? undefined : createProofs(await vault.unwrapDpopKey(dpop), clock, wire.skew)
      const begun = await begin(provider, server, redirectUri, await proofs?.thumbprint(), wire, again)
      const id = crypto.randomUUID()
      const startedAt = clock()
      await store(provider, { id, startedAt, returnTo: path.value, ...begun, dpop, stage: 'waiting', callback: null })
      opened(provider)
      await keeper.dispatch({ type: 'sign-in-started', at: startedAt })
      return id
    },

    async proceed(id) {
      const found = await find((transaction) => transaction.id === id)
      if (found === undefined || found.transaction.stage !== 'waiting') return address('/', 'interrupted')
      if (isLate(found.transaction)) {
        await closed(found.keeper)
        return address(found.transaction.returnTo, 'expired')
      }
      return destination(found.transaction)
    },

    async receive(parameters, posted) {
      const state = parameters.getAll('state').length === 1 ? parameters.get('state') : null
      const found = await find((transaction) => isSameState(transaction.state, state))
      if (found === undefined) return address('/', isRepetition(state) ? undefined : 'mismatch')
      const { keeper, transaction } = found
      if (posted !== (keeper.provider.responseMode === 'form_post')) return address('/', 'mismatch')
      if (isLate(transaction)) {
        await closed(keeper)
        return address(transaction.returnTo, 'expired')
      }
      if (transaction.stage === 'exchanging') {
        await closed(keeper)
        return address(transaction.returnTo, 'interrupted')
      }
      const received: Transaction = { ...transaction, stage: 'received', callback: keepParameters(parameters) }
      await store(keeper.provider, received)
      return complete(keeper, received, parameters)
    },

    async resume() {
      for (const keeper of keepers.values()) {
        const transaction = await readTransaction(vault, keeper.provider.id)
        if (transaction?.stage !== 'received' || transaction.callback === null) continue
        await complete(keeper, transaction, keptParameters(transaction.callback))
      }
    },

    async cancel(provider) {
      for (const keeper of keepersOf(keepers, provider)) {
        if (keeper.state().status === 'signing-in') await closed(keeper)
      }
    },

    async settled() {
      await Promise.all([...open.values()].map(({ promise }) => promise))
    },
  }
}
