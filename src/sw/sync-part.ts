import type { Clock } from '../base/clock.ts'
import type { LogAnchor } from '../crypto/device-log.ts'
import type { Transcript } from '../crypto/pairing.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { RequestType } from '../protocol/messages.ts'
import type { SyncState } from '../protocol/sync-state.ts'
import type { DeviceApi } from './device-api.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'
import type { Handlers } from './router.ts'
import type { Vault } from './vault.ts'

export type SyncHandlers = Pick<Handlers, Extract<RequestType, `sync.${string}`>>

/** What a worker with sync does beside custody. The kit's worker has none of it. */
export type SyncPart = {
  readonly handlers: SyncHandlers
  /** Changes that are not with the server, as far as is known. */
  waiting(): number
  /** The session is another one: begins where sync is on, ends where the session has ended. */
  look(): Promise<void>
  /** Ends the sessions of `ended` by `end`; where one of them is that of sync, with the notebook of its account put away. */
  leave(ended: readonly Keeper[], end: () => Promise<void>): Promise<void>
  /** An exchange, where sync is on. Never rejects. */
  run(): Promise<void>
  /**
   * Before a device is let in by pairing: puts it into the device log, with the keys wrapped for it. Answers where the log stands
   * then, sealed for it by `own`, the pair of the answer key; null without sync.
   */
  admit(device: JoinedDevice, own: CryptoKeyPair, transcript: Transcript): Promise<string | null>
  /** What the other device has sealed by `admit`; undefined where it has not. */
  openAnchor(own: CryptoKeyPair, transcript: Transcript, sealed: string): Promise<LogAnchor | undefined>
  /** After a device was removed: says so in the device log, and begins a new epoch. Never rejects. */
  expel(publicKey: string): Promise<void>
}

/** A device at the end of its pairing; keys are 32 bytes, base64url. */
export type JoinedDevice = {
  readonly name: string
  readonly platform: string
  readonly publicKey: string
  readonly exchangeKey: string
}

export type SyncDeps = {
  readonly vault: Vault
  readonly clock: Clock
  readonly random: () => number
  readonly keeper: Keeper
  readonly api: DeviceApi
  /** A request of the worker's own with the credentials of the session; rejects where the network fails. */
  readonly ask: (url: URL, init: RequestInit) => Promise<Response>
  /** Tells the server the key of this device, where it does not know it yet. Never rejects. */
  readonly ready: () => Promise<void>
  /** The address of the API. */
  readonly base: string
  readonly hold: (work: Promise<unknown>) => void
  readonly announce: (state: SyncState) => void
  /** The number of what waits may have changed. */
  readonly counted: () => void
  readonly wakeWhenOnline: () => Promise<void>
}

export type CreateSync = (deps: SyncDeps) => SyncPart

export type DeviceRecord = Records['device']

const unavailable = async (): Promise<never> => {
  throw new HoldfastError('SYNC_UNAVAILABLE')
}
const none = async (): Promise<SyncState> => ({ stage: 'unavailable' })

/** For a worker without sync. */
export const noSync: SyncPart = {
  handlers: {
    'sync.get': none,
    'sync.enable': unavailable,
    'sync.disable': none,
    'sync.run': none,
    'sync.stop': none,
    'sync.unlock': unavailable,
    'sync.newKit': unavailable,
    'sync.confirmKit': unavailable,
    'sync.uploadMine': unavailable,
    'sync.backup': unavailable,
    'sync.fetchBackup': unavailable,
    'sync.openBackup': unavailable,
    'sync.applyBackup': unavailable,
  },
  waiting: () => 0,
  look: async () => undefined,
  leave: (_ended, end) => end(),
  run: async () => undefined,
  admit: async () => null,
  openAnchor: async () => undefined,
  expel: async () => undefined,
}
