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
  | { readonly status: 'expired'; readonly account: Account; readonly reason: ExpiredReason }

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

/** What a page may ask. Fixed operations: no configuration, no URL of another origin, no getter for a secret. */
export type Request =
  | { readonly type: 'session.get' }
  | { readonly type: 'session.signIn'; readonly provider: string; readonly returnTo: string }
  /** Of one provider, or of all. */
  | { readonly type: 'session.cancelSignIn'; readonly provider?: string }
  /** `atProvider`: the provider's own session is to end too. */
  | { readonly type: 'session.signOut'; readonly provider?: string; readonly atProvider?: boolean }
  /** The page is visible and the time of `refreshAt` has come, or the network is back. */
  | { readonly type: 'session.poke' }
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
  { type: 'session.get' | 'session.poke' | 'session.signOut' | 'session.cancelSignIn' }
>

export type Reply = {
  'session.get': SessionState
  /** The address of the provider to navigate to. */
  'session.signIn': { readonly url: string }
  'session.cancelSignIn': SessionState
  /** With the address where the provider ends its session, if that was asked for and it has one. No secret is in it. */
  'session.signOut': SessionState & { readonly leave?: string }
  'session.poke': SessionState
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

/** What the worker tells every page when the session changes. */
export type AnnounceMessage = { readonly v: number; readonly type: 'session.state'; readonly state: SessionState }
