/** What the receiver of an error can do about it. */
export type Retry = 'never' | 'now' | 'later' | 'after-sign-in' | 'after-reload'

/** Stable codes of everything the worker and the client refuse or fail at. Nobody matches on message text. */
export const errorCodes = {
  MESSAGE_INVALID: { retry: 'never', message: 'The message is not one of this protocol.' },
  MESSAGE_TOO_LARGE: { retry: 'never', message: 'The message is too large.' },
  PROTOCOL_MISMATCH: { retry: 'after-reload', message: 'The page and the worker are of different versions.' },
  SENDER_REFUSED: { retry: 'never', message: 'This sender may not ask the worker.' },
  PROVIDER_UNKNOWN: { retry: 'never', message: 'There is no such provider.' },
  SECRET_UNKNOWN: { retry: 'never', message: 'The configuration has no place for a secret of this name.' },
  RETURN_TO_INVALID: { retry: 'never', message: 'The address to return to is not a path of this origin.' },
  PROVIDER_UNAVAILABLE: { retry: 'later', message: 'The identity provider did not answer.' },
  PROVIDER_INVALID: { retry: 'never', message: 'The identity provider answered something that cannot be used.' },
  SIGN_IN_CANCELLED: { retry: 'now', message: 'The sign-in was cancelled.' },
  SIGN_IN_MISMATCH: { retry: 'now', message: 'The reply did not belong to this sign-in.' },
  SIGN_IN_EXPIRED: { retry: 'now', message: 'The sign-in took too long.' },
  SIGN_IN_INTERRUPTED: { retry: 'now', message: 'The sign-in was interrupted.' },
  SIGN_IN_REFUSED: { retry: 'now', message: 'The identity provider refused the sign-in.' },
  RECENT_SIGN_IN_REQUIRED: { retry: 'after-sign-in', message: 'This needs a sign-in of the last five minutes.' },
  SIGNED_IN_ALREADY: { retry: 'never', message: 'This device is signed in already.' },
  DEVICES_UNAVAILABLE: {
    retry: 'never',
    message: 'The provider keeps no devices, or this browser lacks the keys for it.',
  },
  DEVICES_REFUSED: { retry: 'later', message: 'The server did not do this.' },
  PAIRING_CODE_INVALID: { retry: 'now', message: 'These are no words and no code of a pairing.' },
  PAIRING_OTHER_SERVER: { retry: 'now', message: 'The code is of another server.' },
  PAIRING_UNKNOWN: { retry: 'now', message: 'No pairing waits for these words.' },
  PAIRING_LATE: { retry: 'now', message: 'The words are older than five minutes.' },
  PAIRING_USED: { retry: 'now', message: 'The words have been used, or were called off.' },
  PAIRING_LIMITED: { retry: 'later', message: 'There were too many tries.' },
  PAIRING_OUT_OF_STEP: { retry: 'now', message: 'The pairing is not at this step.' },
  SYNC_UNAVAILABLE: {
    retry: 'never',
    message: 'The server carries no sync, or this browser lacks the keys for it.',
  },
  SYNC_OFF: { retry: 'never', message: 'Sync is not enabled on this device.' },
  SYNC_UNREACHABLE: { retry: 'later', message: 'The server did not answer.' },
  SYNC_FALSE: { retry: 'never', message: 'What the server says of the account cannot be true.' },
  BACKUP_ABSENT: { retry: 'never', message: 'The server has no backup of this account.' },
  BACKUP_DAMAGED: { retry: 'never', message: 'The file is no backup, or is damaged.' },
  BACKUP_NEWER: { retry: 'never', message: 'The backup was made by a newer version.' },
  SESSION_EXPIRED: { retry: 'after-sign-in', message: 'The session has ended.' },
  WORKER_UNAVAILABLE: { retry: 'after-reload', message: 'The worker did not answer.' },
  WORKER_UPDATING: { retry: 'now', message: 'The worker is being replaced.' },
  CONFIGURATION_INVALID: { retry: 'never', message: 'The configuration of the worker cannot be used.' },
  INTERNAL: { retry: 'later', message: 'Something went wrong inside.' },
} as const satisfies Record<string, { retry: Retry; message: string }>

export type ErrorCode = keyof typeof errorCodes

/** What crosses a boundary: a code, what to do about it, and words that hold no token, address or note. */
export type ErrorReply = { readonly code: ErrorCode; readonly retry: Retry; readonly message: string }

/** An error with a stable `code`. Its `cause` stays in the runtime that made it. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: ErrorCode
  readonly retry: Retry

  constructor(code: ErrorCode, options?: { readonly cause?: unknown; readonly detail?: string }) {
    super(
      options?.detail ?? errorCodes[code].message,
      options?.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.retry = errorCodes[code].retry
  }
}

/** The part of any thrown value that may cross a boundary. */
export const toErrorReply = (thrown: unknown): ErrorReply => {
  const code = thrown instanceof HoldfastError ? thrown.code : 'INTERNAL'
  return { code, ...errorCodes[code] }
}
