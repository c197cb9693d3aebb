/** What can be told to whoever typed the command. The codes are stable; a message holds no secret. */
const failures = {
  USAGE:
    'holdfast login | pair [WORDS] | status | logout | devices [rename ID NAME | remove ID], with --server URL, --json, --no-browser',
  NOT_SIGNED_IN: 'Nobody is signed in here. Run: holdfast login',
  SESSION_ENDED: 'The session was ended. Run: holdfast login',
  DEVICE_REMOVED: 'This device was removed from the account. Run: holdfast login',
  NOT_FOR_PROGRAMS: 'This server has no sign-in for programs. Nothing was changed. Ask who runs it.',
  SIGN_IN_CANCELLED: 'The sign-in was cancelled. Nothing was changed.',
  SIGN_IN_FAILED: 'The sign-in did not work. Nothing was changed. Try again.',
  SERVER_UNAVAILABLE: 'The server isn’t answering. You stay signed in. Try again later.',
  REFUSED: 'The server refused this. Nothing was changed.',
  SIGN_IN_AGAIN:
    'Letting a device in needs a sign-in of the last five minutes. Run: holdfast login, then again: holdfast pair',
  SIGNED_IN: 'Somebody is signed in here already. Run: holdfast logout, or holdfast status',
  PAIRING_UNKNOWN: 'No device waits for these words. Check them and try again.',
  PAIRING_USED: 'These words have been used already, or were called off. Ask for new ones.',
  PAIRING_LIMITED: 'There were too many tries. Wait a minute, then try again.',
  PAIRING_EXPIRED: 'The five minutes are over. Ask for new words.',
  PAIRING_GUESSED: 'The words were guessed wrong too often. No device was let in. Try again.',
  PAIRING_LEFT: 'The new device has called it off. It was not let in.',
  PAIRING_REFUSED: 'The other device did not let this one in. Nothing was changed.',
  PAIRING_DECLINED: 'The device was not let in.',
  PAIRING_MISMATCH: 'What the devices said does not match: somebody may be in between. No device was let in.',
  PAIRING_INTERRUPTED: 'The pairing was cut off. Try again with new words.',
  UNREADABLE: 'The file of the session cannot be read. Move it away, then run: holdfast login',
} as const

export type FailureCode = keyof typeof failures

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  /** The code of the API, where the server has said one. */
  readonly reply: string | undefined

  constructor(code: FailureCode, options: { readonly cause?: unknown; readonly reply?: string | undefined } = {}) {
    super(failures[code], options)
    this.code = code
    this.reply = options.reply
  }
}
