import type { Dexie } from 'dexie'

/**
 * The schema, one entry per version, oldest first. A version that was released is never edited: a change is a new
 * entry, with an `upgrade` where stored notes have to be rewritten.
 */
export const declareVersions = (database: Dexie): void => {
  database.version(1).stores({ notes: 'id, updatedAt' })
}
