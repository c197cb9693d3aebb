import type { Dexie, Transaction } from 'dexie'
import { chunksOf, isBytes } from './stored-attachment.ts'

/** The last version that is declared here. */
const latest = 6

/** Files were one row each: now a row says what they are, and what is in them is in pieces. */
const cutFiles = async (transaction: Transaction): Promise<void> => {
  const [files, chunks] = [transaction.table('attachments'), transaction.table('chunks')]
  for (const id of await files.toCollection().primaryKeys()) {
    const { bytes, ...file }: Readonly<Record<string, unknown>> = await files.get(id)
    if (!isBytes(bytes)) continue
    await chunks.bulkPut([...chunksOf(String(id), bytes)])
    await files.put({ ...file, size: bytes.length, text: '', duration: null })
  }
}

/**
 * The schema, one entry per version, oldest first. A version that was released is never edited: a change is a new
 * entry, with an `upgrade` where stored notes have to be rewritten.
 */
export const declareVersions = (database: Dexie): void => {
  database.version(1).stores({ notes: 'id, updatedAt' })
  database.version(2).stores({ attachments: 'id, noteId' })
  database.version(3).stores({ updates: '++seq, noteId' })
  database.version(4).stores({ chunks: '[id+index]', versions: '++seq, noteId', settings: 'name' }).upgrade(cutFiles)
  database.version(5).stores({
    changed: 'name, stamp',
    synced: 'name',
    offered: 'stamp',
    seen: '[device+seq]',
    own: 'seq, name',
    aside: 'position',
    manifests: 'name, state',
    replica: 'id',
  })
  // A row of `seen` may have the hashes of several records, and one of before has one: an older version would take that for a lie.
  database.version(latest).stores({})
}

/** Whether a newer version of the app has made this database: Dexie counts by tens, and repairs within them. */
export const isNewer = ({ version }: IDBDatabase): boolean => Math.floor(version / 10) > latest
