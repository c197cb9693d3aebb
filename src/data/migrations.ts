import type { Dexie } from 'dexie'

/** The last version that is declared here. */
const latest = 3

/**
 * The schema, one entry per version, oldest first. A version that was released is never edited: a change is a new
 * entry, with an `upgrade` where stored notes have to be rewritten.
 */
export const declareVersions = (database: Dexie): void => {
  database.version(1).stores({ notes: 'id, updatedAt' })
  database.version(2).stores({ attachments: 'id, noteId' })
  database.version(latest).stores({ updates: '++seq, noteId' })
}

/** Whether a newer version of the app has made this database: Dexie counts by tens, and repairs within them. */
export const isNewer = ({ version }: IDBDatabase): boolean => Math.floor(version / 10) > latest
