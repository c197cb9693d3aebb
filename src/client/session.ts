import type { ReadonlySignal } from '@preact/signals'
import type { ListedDevice, PairingState, SecretInfo, SessionState } from '../protocol/messages.ts'
import type {
  BackupFetched,
  BackupMade,
  BackupReply,
  NotesChoice,
  SyncState,
  WordsReply,
} from '../protocol/sync-state.ts'

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

/** The devices of the account, where its provider keeps them. Each throws HoldfastError: DEVICES_UNAVAILABLE where it does not. */
export type Devices = {
  list(): Promise<readonly ListedDevice[]>
  rename(device: string, name: string): Promise<readonly ListedDevice[]>
  /** Its session ends within seconds. */
  remove(device: string): Promise<readonly ListedDevice[]>
}

/**
 * Lets another device in, or this one by another. Each takes the next step and says how far it is; ask `look` again every
 * second or two. Each throws HoldfastError; PROVIDER_UNAVAILABLE leaves everything as it is.
 */
export type Pairing = {
  look(): Promise<PairingState>
  /** Throws RECENT_SIGN_IN_REQUIRED where the sign-in is older than five minutes. */
  offer(): Promise<PairingState>
  /** With words, or the text of a QR code. Throws PAIRING_CODE_INVALID, _OTHER_SERVER, _UNKNOWN, _LATE, _USED, _LIMITED. */
  join(code: string): Promise<PairingState>
  /** The person has compared the numbers and says yes. */
  approve(): Promise<PairingState>
  cancel(): Promise<PairingState>
}

/**
 * End-to-end encrypted sync of this device, where worker and server have it. Each throws HoldfastError; SYNC_UNAVAILABLE where
 * they have not, SYNC_UNREACHABLE where the server did not answer.
 */
export type Sync = {
  /** As the worker told it last; `unavailable` until it has. */
  readonly state: ReadonlySignal<SyncState>
  /** Asks for the state. */
  look(): Promise<void>
  /**
   * Ends `on`, or `locked` where the account is there and its keys are not. `notes`: what becomes of the notes of no account;
   * without it, they are added. Throws SESSION_EXPIRED.
   */
  enable(notes?: NotesChoice): Promise<void>
  disable(): Promise<void>
  /** There may be something to exchange. Resolves when the worker has heard of it. */
  run(): Promise<void>
  stop(): Promise<void>
  unlock(words: string): Promise<WordsReply>
  /** The words, this once. Throws RECENT_SIGN_IN_REQUIRED where the sign-in is older than five minutes. */
  newKit(): Promise<string>
  confirmKit(words: string): Promise<WordsReply>
  uploadMine(): Promise<void>
  backup(): Promise<BackupMade>
  /** Fetches the newest backup of the server, to be opened. Throws BACKUP_ABSENT. */
  fetchBackup(): Promise<BackupFetched>
  /** Throws BACKUP_DAMAGED, BACKUP_NEWER. */
  openBackup(words: string): Promise<BackupReply>
  applyBackup(words: string): Promise<BackupReply>
}

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
   * `again`: the person is asked who it is even where the provider knows.
   * Throws HoldfastError: PROVIDER_UNKNOWN, RETURN_TO_INVALID, PROVIDER_UNAVAILABLE, WORKER_UNAVAILABLE.
   */
  signIn(options: { readonly provider: string; readonly returnTo: string; readonly again?: boolean }): Promise<void>
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
  readonly devices: Devices
  readonly pairing: Pairing
  readonly sync: Sync
  /** Asks whether the session is still there: a device that was removed learns of it. Quiet where the network is away. */
  check(): Promise<void>
  /** Asks the worker to look at the session again, as after the network came back. */
  poke(): Promise<void>
  /** Lets the waiting worker take over; every page of the origin is then controlled by it. */
  applyUpdate(): Promise<void>
}
