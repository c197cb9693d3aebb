/** When a stored thing goes away. */
export type Cleared =
  | 'never by itself'
  | 'at sign-out'
  | 'at sign-out, where the notes are deleted too'
  | 'when the sign-in ends, at sign-out'
  | 'when the pairing ends, at sign-out'
  | 'when the provider has confirmed'
  | 'when the server has ended the install'
  | 'when a newer version takes over'
  | 'when the request is answered'
  | 'when the person was asked'
  | 'when it was seen, when the browser ends'
  | 'at sign-out, when the browser ends'

/** One stored thing: where it is, what it is, whether someone who reads it learns something, and when it goes. */
export type StoredThing = {
  readonly name: string
  readonly where:
    | `IndexedDB ${string}/${string}`
    | `Cache Storage ${string}`
    | `storage.${'local' | 'session'} ${string}`
    | 'cookie'
  readonly what: string
  readonly secret: boolean
  readonly cleared: Cleared
}

/**
 * All that the app and its worker keep in this browser. What is not listed here must not be stored. The notebook of an account has a
 * database of its own, `holdfast-notes-<random>`, with the same in it as `holdfast-notes`.
 */
export const storedThings = [
  {
    name: 'notebooks',
    where: 'IndexedDB holdfast-notebooks/state',
    what: 'Which notebooks there are, which is open, and whose they are: by a hash, which names nobody.',
    secret: false,
    cleared: 'never by itself',
  },
  {
    name: 'device settings',
    where: 'IndexedDB holdfast-notebooks/settings',
    what: 'What was chosen on this device, whoever uses it: that nobody wants to be asked again.',
    secret: false,
    cleared: 'never by itself',
  },
  {
    name: 'notes',
    where: 'IndexedDB holdfast-notes/notes',
    what: 'The notes of this device, as they were written.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'updates',
    where: 'IndexedDB holdfast-notes/updates',
    what: 'The changes that the notes of this device are made of, so that two tabs can write one note.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'attachments',
    where: 'IndexedDB holdfast-notes/attachments',
    what: 'What the files of the notes are: pictures, recordings, documents and the text of them.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'chunks',
    where: 'IndexedDB holdfast-notes/chunks',
    what: 'What is in the files of the notes, in pieces.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'versions',
    where: 'IndexedDB holdfast-notes/versions',
    what: 'What the notes were before they were changed, so that one can look back.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'settings',
    where: 'IndexedDB holdfast-notes/settings',
    what: 'What was chosen in this notebook: which AI is used.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'changed',
    where: 'IndexedDB holdfast-notes/changed',
    what: 'The names of notes and files that were changed, until sync has sent them.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'sync tables',
    where: 'IndexedDB holdfast-notes/synced, offered, seen, own, aside, manifests, replica',
    what: 'What other devices have of the notes, and what sync remembers: sealed, so that no page can make it up.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'backup',
    where: 'Cache Storage holdfast-backup',
    what: 'An encrypted backup on its way to or from a file.',
    secret: false,
    cleared: 'when it was seen, when the browser ends',
  },
  {
    name: 'shared',
    where: 'Cache Storage holdfast-shared',
    what: 'What another app has shared with this one, until the person has said whether to keep it.',
    secret: false,
    cleared: 'when the person was asked',
  },
  {
    name: 'device',
    where: 'IndexedDB holdfast-custody/keys',
    what: 'One half of what opens the records; it cannot be exported, and is of no use without the share of the worker.',
    secret: true,
    cleared: 'never by itself',
  },
  {
    name: 'install',
    where: 'IndexedDB holdfast-custody/keys',
    what: 'A fingerprint of the install whose worker is in charge; its id cannot be found from it.',
    secret: false,
    cleared: 'never by itself',
  },
  {
    name: 'ended-install',
    where: 'IndexedDB holdfast-custody/keys',
    what: 'A fingerprint of the install that a sign-out has ended, until another has taken its place.',
    secret: false,
    cleared: 'when the server has ended the install',
  },
  {
    name: 'sent/<hash>/<number>',
    where: 'IndexedDB holdfast-custody/keys',
    what: 'That a request is under way which may not be sent twice, by a hash of it; nothing of the request itself.',
    secret: false,
    cleared: 'when the request is answered',
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
    cleared: 'when the sign-in ends, at sign-out',
  },
  {
    name: 'device/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'The key by which the server knows this device, sealed, the name that the server has for it, and which device logs it has come into.',
    secret: true,
    cleared: 'at sign-out',
  },
  {
    name: 'pairing/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'A pairing under way: what the two devices have said, and the keys of this one, sealed.',
    secret: true,
    cleared: 'when the pairing ends, at sign-out',
  },
  {
    name: 'sync/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'The keys of the epochs of an account, which open what is synced, sealed.',
    secret: true,
    cleared: 'at sign-out',
  },
  {
    name: 'revocations',
    where: 'IndexedDB holdfast-custody/records',
    what: 'Tokens of ended sessions that the provider has still to revoke, sealed.',
    secret: true,
    cleared: 'when the provider has confirmed',
  },
  {
    name: 'metadata/<provider>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'What the provider says of itself, so that it need not be asked again for a day.',
    secret: false,
    cleared: 'at sign-out',
  },
  {
    name: 'secret/<name>',
    where: 'IndexedDB holdfast-custody/records',
    what: 'An API key that was put once, sealed. No page gets it back.',
    secret: true,
    cleared: 'at sign-out',
  },
  {
    name: 'precache',
    where: 'Cache Storage holdfast-precache-*',
    what: 'The files of the app, checked against the hashes of the build.',
    secret: false,
    cleared: 'when a newer version takes over',
  },
  {
    name: 'notes-kept',
    where: 'Cache Storage holdfast-mark',
    what: 'That there are notes on this device, so that damage is not taken for an empty notebook; nothing of the notes.',
    secret: false,
    cleared: 'at sign-out, where the notes are deleted too',
  },
  {
    name: 'clip-choice',
    where: 'storage.local clip-choice',
    what: 'In the extension: what was chosen to clip the last time.',
    secret: false,
    cleared: 'never by itself',
  },
  {
    name: 'draft',
    where: 'storage.session draft',
    what: 'In the extension: a quick note that is being written, for two minutes.',
    secret: false,
    cleared: 'at sign-out, when the browser ends',
  },
  {
    name: 'outcomes',
    where: 'storage.session sign-in-window, sign-in-outcome, clip-outcome, clip-running/<id>',
    what: 'In the extension: that a sign-in or a clip is under way, and how it ended, until the popup has told of it.',
    secret: false,
    cleared: 'when it was seen, when the browser ends',
  },
  {
    name: 'install cookie',
    where: 'cookie',
    what: 'Asks the server for the share of the worker. No script can read it.',
    secret: true,
    cleared: 'never by itself',
  },
] as const satisfies readonly StoredThing[]

/** The kinds of a provider's records in the vault that a sign-out removes: it walks this register. */
export const recordsClearedAtSignOut: readonly string[] = storedThings
  .filter(({ name, cleared }) => name.endsWith('/<provider>') && cleared.endsWith('at sign-out'))
  .map(({ name }) => name.split('/')[0] ?? name)
