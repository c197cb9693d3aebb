import type { ReadonlySignal } from '@preact/signals'
import type { SecretInfo, SessionState } from '../protocol/messages.ts'

/** Written and never read back: nothing that a page can ask returns a secret. */
export type Secrets = {
  /** Throws HoldfastError: SECRET_UNKNOWN, MESSAGE_INVALID where it could not stand in a header, MESSAGE_TOO_LARGE. */
  put(name: string, value: string): Promise<readonly SecretInfo[]>
  remove(name: string): Promise<readonly SecretInfo[]>
  /** The names that the configuration has places for, and whether there is a secret in each. */
  list(): Promise<readonly SecretInfo[]>
}

/** One provider of the configuration; without it: all of them. */
export type OfProvider = { readonly provider?: string }

/** What a page has of a session: its state, and the few things that can be asked. */
export type Session = {
  /** The state as the worker last told it. `anonymous` with grade `memory` until the worker has answered. */
  readonly state: ReadonlySignal<SessionState>
  /** True where the worker speaks another version than this page, which should be reloaded. */
  readonly outdated: ReadonlySignal<boolean>
  /** True while a newer worker waits to take over. */
  readonly updateReady: ReadonlySignal<boolean>
  /**
   * Starts a sign-in and leaves this page for the provider. `returnTo` is a path of this origin.
   * Throws HoldfastError: PROVIDER_UNKNOWN, RETURN_TO_INVALID, PROVIDER_UNAVAILABLE, WORKER_UNAVAILABLE.
   */
  signIn(options: { readonly provider: string; readonly returnTo: string }): Promise<void>
  /** Forgets a sign-in that was started and not finished. */
  cancelSignIn(options?: OfProvider): Promise<void>
  /**
   * Ends the session on this device, in every page, and tells the provider to revoke its tokens, later if offline.
   * Reload the page afterwards: its memory may hold what was shown. `atProvider`: the page then leaves for the provider,
   * which ends its own session and leads back to `/`; where the provider has no such address, nothing more happens.
   */
  signOut(options?: OfProvider & { readonly atProvider?: boolean }): Promise<void>
  /** API keys that the worker holds for the resources of the configuration that name a secret. */
  readonly secrets: Secrets
  /** Asks the worker to look at the session again, as after the network came back. */
  poke(): Promise<void>
  /** Lets the waiting worker take over; every page of the origin is then controlled by it. */
  applyUpdate(): Promise<void>
}
