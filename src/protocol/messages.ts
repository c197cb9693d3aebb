import type {
  BackupFetched,
  BackupMade,
  BackupReply,
  NotesChoice,
  RecoveryWords,
  SyncState,
  WordsReply,
} from './sync-state.ts'

/** Who is signed in, from the verified ID token (OIDC Core §5.1). `sub` is empty where the vault was lost. */
export type Account = { readonly sub: string; readonly name: string | null; readonly email: string | null }

/** This browser, as the session names it. */
export type Device = { readonly id: string; readonly name: string; readonly platform: string }

/** How well tokens are kept from scripts in the page: docs/architecture.md, Grades. */
export type Grade = 'sealed' | 'isolated' | 'memory'

/** Work that waits for the network, counted. */
export type Pending = { readonly signOuts: number; readonly syncs: number }

/** Why a session ended without being asked to. */
export type ExpiredReason = 'revoked' | 'expired' | 'device-removed' | 'vault-lost'

/** What a session lacks because its provider does: docs/kit.md, Limits. */
export type Limit = 'bearer' | 'no-refresh' | 'no-revocation' | 'code-in-address' | 'no-par'

/** What the session is, without what every state carries. Times are milliseconds since 1970. */
export type SessionStatus =
  | { readonly status: 'anonymous' }
  | { readonly status: 'signing-in'; readonly since: number }
  | {
      readonly status: 'signed-in'
      readonly account: Account
      /** The id that the configuration gives the provider. */
      readonly provider: string
      readonly device: Device
      readonly online: boolean
      /** When the worker wants to be asked again, so that it can refresh ahead of expiry. */
      readonly refreshAt: number
      readonly limits: readonly Limit[]
    }
  | {
      readonly status: 'expired'
      readonly account: Account
      readonly reason: ExpiredReason
      /** Of a device that was removed from the account. */
      readonly removedAt?: number
    }

/** All that a page can ever know of a session. There is no message that returns a token. */
export type SessionState = SessionStatus & {
  readonly grade: Grade
  readonly protocol: number
  readonly pending: Pending
  /** The session of each provider of the configuration, by its id; the state itself is the foremost of them. */
  readonly sessions: Readonly<Record<string, SessionStatus>>
}

/** A secret that the configuration has a place for, by name, and whether there is one. Never the secret. */
export type SecretInfo = { readonly name: string; readonly set: boolean }

/** The device that wants to be let in, as it calls itself. */
export type JoiningDevice = { readonly name: string; readonly platform: string; readonly at: number }

/** The numbers that a person compares on both devices. */
export type PairingNumbers = readonly [string, string, string]

/**
 * Why a pairing is over: too late, guessed at too often, called off by the new device or by the old one, something did not
 * match, or cut off at its last step.
 */
export type PairingEnd = 'expired' | 'guessed' | 'left' | 'refused' | 'mismatch' | 'interrupted'

/** How far a pairing is. `old`: the device that lets another one in. Times are milliseconds since 1970. */
export type PairingState =
  | { readonly stage: 'none' }
  /** `qr`: the text of the QR code. It is good for this pairing, and for nothing without the yes of this device. */
  | {
      readonly stage: 'offered'
      readonly side: 'old'
      readonly words: string
      readonly qr: string
      readonly expiresAt: number
    }
  | { readonly stage: 'joined'; readonly side: 'old'; readonly device: JoiningDevice; readonly expiresAt: number }
  | { readonly stage: 'joined'; readonly side: 'new' }
  /** `checked`: the devices have compared the numbers themselves, by the secret of the QR code. */
  | {
      readonly stage: 'comparing'
      readonly side: 'old'
      readonly device: JoiningDevice
      readonly numbers: PairingNumbers
      readonly checked: boolean
      readonly expiresAt: number
    }
  | { readonly stage: 'comparing'; readonly side: 'new'; readonly numbers: PairingNumbers; readonly checked: boolean }
  /** The person has said yes, and the new device has still to fetch its session. */
  | { readonly stage: 'approved'; readonly side: 'old'; readonly device: JoiningDevice }
  | { readonly stage: 'done'; readonly side: 'old'; readonly device: JoiningDevice }
  | { readonly stage: 'done'; readonly side: 'new' }
  | { readonly stage: 'ended'; readonly side: 'old' | 'new'; readonly reason: PairingEnd }

/** One device of the account, as the server lists it. */
export type ListedDevice = {
  readonly id: string
  readonly name: string
  readonly platform: string
  readonly lastSeenAt: number
  readonly isThis: boolean
}

/** What a page may ask. Fixed operations: no configuration, no URL of another origin, no getter for a secret. */
export type Request =
  | { readonly type: 'session.get' }
  /** `again`: the person is asked who it is even where the provider knows. */
  | { readonly type: 'session.signIn'; readonly provider: string; readonly returnTo: string; readonly again?: boolean }
  /** Of one provider, or of all. */
  | { readonly type: 'session.cancelSignIn'; readonly provider?: string }
  /** `atProvider`: the provider's own session is to end too. */
  | { readonly type: 'session.signOut'; readonly provider?: string; readonly atProvider?: boolean }
  /** The page is visible and the time of `refreshAt` has come, or the network is back. */
  | { readonly type: 'session.poke' }
  /** Is the session still there? Asked now and then by a page that is looked at, so that it learns of a removal. */
  | { readonly type: 'session.check' }
  | { readonly type: 'devices.list' }
  | { readonly type: 'devices.rename'; readonly device: string; readonly name: string }
  | { readonly type: 'devices.remove'; readonly device: string }
  /** How far the pairing of this browser is, after the next step was taken. */
  | { readonly type: 'pairing.get' }
  /** Lets another device in: needs a sign-in of the last five minutes. */
  | { readonly type: 'pairing.offer' }
  /** Wants in: with the words, or the text of the QR code, of another device. */
  | { readonly type: 'pairing.join'; readonly code: string }
  | { readonly type: 'pairing.approve' }
  | { readonly type: 'pairing.cancel' }
  | { readonly type: 'sync.get' }
  /**
   * Chooses sync for this device: what the account has comes here. `notes`: what becomes of the notes of no account; without it,
   * they are added. Where sync is on already, it does that alone.
   */
  | { readonly type: 'sync.enable'; readonly notes?: NotesChoice }
  /** No more sync on this device. What is here stays here, and what is there stays there. */
  | { readonly type: 'sync.disable' }
  /** There may be something to exchange: something was written, or the server told of something. */
  | { readonly type: 'sync.run' }
  | { readonly type: 'sync.stop' }
  /** Lets this device in by the words of the recovery kit. */
  | { readonly type: 'sync.unlock'; readonly words: string }
  /** Makes a recovery kit, in place of the one before: needs a sign-in of the last five minutes. */
  | { readonly type: 'sync.newKit' }
  /** The person shows to have the words. */
  | { readonly type: 'sync.confirmKit'; readonly words: string }
  /** After the server has lost notes: sends everything that is here. */
  | { readonly type: 'sync.uploadMine' }
  /** Makes an encrypted backup. It opens with the words of the recovery kit alone. */
  | { readonly type: 'sync.backup' }
  /** Puts the newest backup of the server into the cache, as if the page had. */
  | { readonly type: 'sync.fetchBackup' }
  /** Opens the backup that is in the cache, and says what is in it. */
  | { readonly type: 'sync.openBackup'; readonly words: string }
  /** Adds what is in the opened backup to what is here. */
  | { readonly type: 'sync.applyBackup'; readonly words: string }
  /** Gives the worker a secret to use, in place of the one before. There is no message that gives it back. */
  | { readonly type: 'secrets.put'; readonly name: string; readonly value: string }
  | { readonly type: 'secrets.remove'; readonly name: string }
  | { readonly type: 'secrets.list' }
  /** Take charge of the page that asks: after a first load or a hard reload it has no controller. */
  | { readonly type: 'worker.claim' }
  /** Let a waiting worker take over. */
  | { readonly type: 'worker.activate' }

export type RequestType = Request['type']

/** The questions that are answered with the state. */
export type StateRequest = Extract<
  Request,
  { type: 'session.get' | 'session.poke' | 'session.check' | 'session.signOut' | 'session.cancelSignIn' }
>

export type Reply = {
  'session.get': SessionState
  /** The address of the provider to navigate to. */
  'session.signIn': { readonly url: string }
  'session.cancelSignIn': SessionState
  /** With the address where the provider ends its session, if that was asked for and it has one. No secret is in it. */
  'session.signOut': SessionState & { readonly leave?: string }
  'session.poke': SessionState
  'session.check': SessionState
  'devices.list': { readonly devices: readonly ListedDevice[] }
  'devices.rename': { readonly devices: readonly ListedDevice[] }
  'devices.remove': { readonly devices: readonly ListedDevice[] }
  'pairing.get': PairingState
  'pairing.offer': PairingState
  'pairing.join': PairingState
  'pairing.approve': PairingState
  'pairing.cancel': PairingState
  'sync.get': SyncState
  'sync.enable': SyncState
  'sync.disable': SyncState
  'sync.run': SyncState
  'sync.stop': SyncState
  'sync.unlock': WordsReply
  'sync.newKit': RecoveryWords
  'sync.confirmKit': WordsReply
  'sync.uploadMine': SyncState
  'sync.backup': BackupMade
  'sync.fetchBackup': BackupFetched
  'sync.openBackup': BackupReply
  'sync.applyBackup': BackupReply
  'secrets.put': { readonly secrets: readonly SecretInfo[] }
  'secrets.remove': { readonly secrets: readonly SecretInfo[] }
  'secrets.list': { readonly secrets: readonly SecretInfo[] }
  'worker.claim': Record<string, never>
  'worker.activate': Record<string, never>
}

/** One question on the wire. The answer comes over the port that was sent with it. */
export type RequestMessage = Request & { readonly v: number; readonly id: string }

/** One answer on the wire. */
export type ReplyMessage =
  | { readonly v: number; readonly id: string; readonly ok: unknown }
  | { readonly v: number; readonly id: string; readonly error: import('./errors.ts').ErrorReply }

/** What the worker tells every page: that the session changes, that sync comes on, that it is at what was asked. */
export type AnnounceMessage =
  | { readonly v: number; readonly type: 'session.state'; readonly state: SessionState }
  | { readonly v: number; readonly type: 'sync.state'; readonly state: SyncState }
  /** The question of this id takes its time: something more of it is done. */
  | { readonly v: number; readonly type: 'worker.busy'; readonly id: string }
