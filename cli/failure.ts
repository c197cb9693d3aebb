/** What can be told to whoever typed the command. The codes are stable; a message holds no secret. */
const failures = {
  USAGE: `holdfast login | pair [WORDS] | status | logout | devices [rename ID NAME | remove ID]
         | sync [unlock | upload] | notes [show ID | add | edit ID | files ID | get FILE | attach ID PATH]
         | backup --notes PATH, with --server URL, --json, --no-browser`,
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
  SYNC_OFF: 'Sync is not on for this account. Turn it on in the app first: Settings, Sync.',
  SYNC_LOCKED:
    'This machine has no keys of the notes yet. Run: holdfast sync unlock, with the recovery words; or let it in by another device: holdfast pair',
  WORDS_COUNT: 'Recovery words are twelve. Nothing was changed.',
  WORDS_UNKNOWN: 'Some of these are no recovery words. Nothing was changed.',
  WORDS_CHECKSUM: 'One of these words is another than was written down. Nothing was changed.',
  WORDS_OTHER: 'These words are of another account, or of an earlier recovery kit. Nothing was changed.',
  SYNC_FULL: 'The account has no room left at the server. Your changes are safe here, and are sent when there is room.',
  SYNC_REFUSED: 'The server refused what no honest server refuses. Your changes are safe here. Ask who runs it.',
  NOT_SYNCED: 'Nothing was exchanged with the server yet. Run: holdfast sync',
  NOTE_UNKNOWN: 'There is no such note here. Run: holdfast notes',
  FILE_UNKNOWN: 'There is no such file here. Run: holdfast notes files ID',
  FILE_UNREADABLE: 'This file cannot be read, or is there already. Nothing was changed.',
  NO_TEXT: 'There was no text to read. Nothing was changed.',
  NO_KIT: 'There is no recovery kit, whose words a backup opens with. Make one in the app first: Settings, Sync.',
  NOTES_UNREADABLE: 'The notes on this machine cannot be read. The file stays as it is.',
  STORAGE_FAILED: 'This machine could not store it. Nothing that was stored before is lost. Make room, and try again.',
  NOTES_NEWER: 'The notes on this machine are of a newer Holdfast. The file stays as it is. Update this one.',
  BUSY: 'Another command of Holdfast is at work on this machine. Try again when it is done.',
  UNREADABLE: 'The file of the session cannot be read. Move it away, then run: holdfast login',
} as const

export type FailureCode = keyof typeof failures

type FailureOptions = {
  readonly cause?: unknown
  readonly reply?: string | undefined
  readonly about?: string | undefined
}

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  /** The code of the API, where the server has said one. */
  readonly reply: string | undefined
  /** What of it is wrong; no secret. */
  readonly about: string | undefined

  constructor(code: FailureCode, options: FailureOptions = {}) {
    super(failures[code], options)
    this.code = code
    this.reply = options.reply
    this.about = options.about
  }
}
