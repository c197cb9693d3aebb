/** When a stored thing goes away. */
export type Cleared =
  | 'never by itself'
  | 'at sign-out'
  | 'at sign-out, where the notes are deleted too'
  | 'when the sign-in ends'
  | 'when the provider has confirmed'
  | 'when a newer version takes over'

/** One stored thing: where it is, what it is, whether someone who reads it learns something, and when it goes. */
export type StoredThing = {
  readonly name: string
  readonly where: `IndexedDB ${string}/${string}` | `Cache Storage ${string}` | 'cookie'
  readonly what: string
  readonly secret: boolean
  readonly cleared: Cleared
}

/** All that the app and its worker keep in this browser. What is not listed here must not be stored. */
export const storedThings = [
  {
    name: 'notes',
    where: 'IndexedDB holdfast-notes/notes',
    what: 'The notes of this device, as they were written.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'device key',
    where: 'IndexedDB holdfast-custody/keys',
    what: 'One half of what opens the records; it cannot be exported, and is of no use without the share of the worker.',
    secret: true,
    cleared: 'at sign-out',
  },
  {
    name: 'session/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'The tokens of a session and its account, sealed.',
    secret: true,
    cleared: 'at sign-out',
  },
  {
    name: 'transaction/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'State, nonce and verifier of a sign-in under way, sealed.',
    secret: true,
    cleared: 'when the sign-in ends',
  },
  {
    name: 'revocations',
    where: 'IndexedDB holdfast-custody/records',
    what: 'Tokens of ended sessions that the provider has still to revoke, sealed.',
    secret: true,
    cleared: 'when the provider has confirmed',
  },
  {
    name: 'device',
    where: 'IndexedDB holdfast-custody/records',
    what: 'The id and the name by which this browser is known.',
    secret: false,
    cleared: 'never by itself',
  },
  {
    name: 'precache',
    where: 'Cache Storage holdfast-precache-*',
    what: 'The files of the app, checked against the hashes of the build.',
    secret: false,
    cleared: 'when a newer version takes over',
  },
  {
    name: 'install cookie',
    where: 'cookie',
    what: 'Asks the server for the share of the worker. No script can read it.',
    secret: true,
    cleared: 'never by itself',
  },
] as const satisfies readonly StoredThing[]
