import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { Provider } from './config.ts'
import { type Keeper, type Keepers, keepersOf } from './keeper.ts'
import type { Discovery } from './oidc/discovery.ts'
import { endSessionAddress } from './oidc/end-session.ts'
import { revoke } from './oidc/tokens.ts'
import type { Wire } from './oidc/wire.ts'
import type { Revocation, Tokens } from './records.ts'
import type { RecordChange, Vault } from './vault.ts'

export type SignOutDeps = {
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly discovery: Discovery
  readonly keepers: Keepers
}

/** The sign-out of custody.md, and the queue of what the provider has still to be told. */
export type SignOut = {
  /** Takes up the queue after the worker was started. */
  restore(): Promise<void>
  /** Ends every session here: nothing is attached any more, memory and vault are clear, the pages know. */
  signOut(provider?: string): Promise<void>
  /** Where the provider of the live session ends its own; undefined where there is none of either. Never rejects. */
  leave(redirectUri: string, provider?: string): Promise<string | undefined>
  /** Tells the provider what is queued. Resolves with what is left: sign-outs that wait for the network. */
  flush(): Promise<number>
  /** Sign-outs that wait for the network. */
  waiting(): number
  /** Queues tokens that arrived when their session was already over. */
  queue(provider: Provider, tokens: Tokens): Promise<void>
  /** Queues tokens of a session in whose place another comes, with the change that the other is to be stored with. */
  replace(provider: Provider, tokens: Tokens): RecordChange
}

/** After this a provider has forgotten any token by itself. */
const longest = 90 * 86_400_000

export const createSignOut = ({ vault, wire, clock, discovery, keepers }: SignOutDeps): SignOut => {
  let entries: readonly Revocation[] = []
  let flushing: Promise<void> | undefined

  /** The refresh token first: with it the provider ends all that came of it (RFC 7009 §2.1). */
  const toEntries = (provider: Provider, { refresh, access }: Tokens): readonly Revocation[] => {
    const common = { provider: provider.id, since: clock() }
    const first = refresh === null ? [] : [{ ...common, token: refresh, hint: 'refresh_token' }]
    return [...first, { ...common, token: access, hint: 'access_token' }]
  }

  const change = (next: readonly Revocation[]): RecordChange => {
    entries = next
    return { kind: 'revocations', provider: '', value: next.length === 0 ? undefined : [...next] }
  }
  const set = (next: readonly Revocation[]): Promise<void> => vault.commit([change(next)])

  const end = async (keeper: Keeper): Promise<void> => {
    const live = keeper.live()
    const ended = live === undefined ? [] : toEntries(keeper.provider, live.tokens)
    await keeper.forget([change([...entries, ...ended])])
  }

  /** False where the provider could not be told now. A provider that is not usable at all is not asked again. */
  const tell = async (entry: Revocation): Promise<boolean> => {
    const keeper = keepers.get(entry.provider)
    if (keeper === undefined || clock() - entry.since > longest) return true
    try {
      const server = await discovery(keeper.provider)
      return await revoke(
        { provider: keeper.provider, server, proofs: undefined, wire, clock },
        entry.token,
        entry.hint,
      )
    } catch (error) {
      return error instanceof HoldfastError && error.code !== 'PROVIDER_UNAVAILABLE'
    }
  }

  const run = async (): Promise<void> => {
    for (const entry of entries) {
      if (!(await tell(entry))) return
      await set(entries.filter((other) => other !== entry))
    }
  }

  const waiting = () => new Set(entries.map(({ since, provider }) => `${provider} ${since}`)).size

  return {
    async restore() {
      const found = await vault.read('revocations', '')
      entries = found.at === 'here' ? found.value : []
    },
    async signOut(provider) {
      for (const keeper of keepersOf(keepers, provider)) await end(keeper)
    },
    async leave(redirectUri, provider) {
      const keeper = keepersOf(keepers, provider).find((one) => one.live() !== undefined)
      if (keeper === undefined) return undefined
      try {
        return endSessionAddress(keeper.provider, await discovery(keeper.provider), redirectUri)
      } catch {
        return undefined
      }
    },
    async flush() {
      flushing ??= run().finally(() => {
        flushing = undefined
      })
      await flushing
      return waiting()
    },
    waiting,
    queue: (provider, tokens) => set([...entries, ...toEntries(provider, tokens)]),
    replace: (provider, tokens) => change([...entries, ...toEntries(provider, tokens)]),
  }
}
