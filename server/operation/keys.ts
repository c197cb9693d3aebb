import type { Config } from '../config.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'

const fact = 'identity key'

/**
 * Nodes of one server share its keys, which are in a file and not in the database: a copy of the database opens nothing. A
 * node that brings other keys would sign out whoever comes to it, so it is refused. In an embedded database the keys lie
 * beside it.
 */
export const checkKeys = async (store: Store, secrets: Secrets, config: Config): Promise<void> => {
  if (config.databaseUrl === undefined) return
  const own = secrets.identityKey.kid
  if ((await store.facts.claim(fact, own)) === own) return
  throw new Error(
    'The database belongs to a server with other keys. Give this one the secrets.json of the first: in its data folder, or ' +
      'where HOLDFAST_SECRETS says. If those keys are lost, run `holdfast adopt-keys`: then everybody has to sign in again.',
  )
}

/** Makes these keys the ones of the server, where the former are lost. */
export const adoptKeys = (store: Store, secrets: Secrets): Promise<void> =>
  store.facts.set(fact, secrets.identityKey.kid)
