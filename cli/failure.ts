/** What can be told to whoever typed the command. The codes are stable; a message holds no secret. */
const failures = {
  USAGE:
    'holdfast login | status | logout | devices [rename ID NAME | remove ID], with --server URL, --json, --no-browser',
  NOT_SIGNED_IN: 'Nobody is signed in here. Run: holdfast login',
  SESSION_ENDED: 'The session was ended. Run: holdfast login',
  SIGN_IN_CANCELLED: 'The sign-in was cancelled. Nothing was changed.',
  SIGN_IN_FAILED: 'The sign-in did not work. Nothing was changed. Try again.',
  SERVER_UNAVAILABLE: 'The server isn’t answering. You stay signed in. Try again later.',
  REFUSED: 'The server refused this. Nothing was changed.',
  UNREADABLE: 'The file of the session cannot be read. Move it away, then run: holdfast login',
} as const

export type FailureCode = keyof typeof failures

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode

  constructor(code: FailureCode, options: { readonly cause?: unknown } = {}) {
    super(failures[code], options)
    this.code = code
  }
}
