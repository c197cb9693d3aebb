import * as v from 'valibot'
import type { Note, NoteText } from '../notebook/note.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { StorageError, typed } from './storage-error.ts'

/** What a note was at a time, in milliseconds since 1970. */
export type NoteVersion = NoteText & { readonly at: number }

export type StoredVersion = NoteVersion & { readonly seq: number; readonly noteId: string }

const number = v.pipe(v.number(), v.finite())
const schema = v.object({ seq: number, noteId: v.string(), at: number, title: v.string(), body: v.string() })

/** What notes were. Every method rejects with a `StorageError`, and with nothing else. */
export type VersionsStore = {
  /** Keeps what a note is now. Twice the same is kept once. */
  keep(note: Note): Promise<void>
  /** What a note was, newest first. */
  of(noteId: string): Promise<readonly StoredVersion[]>
  /** Forgets what all notes were. */
  clear(): Promise<void>
}

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** In which of the shelves of its age a version is: of each shelf the newest is kept. */
const shelfOf = (at: number, now: number): string => {
  if (now - at < DAY) return String(at)
  return now - at < 30 * DAY ? `hour ${Math.floor(at / HOUR)}` : `day ${Math.floor(at / DAY)}`
}

/** However old: more than this of one note are not kept. */
const most = 100

/** The versions that have to go: newest first, all of a day are kept, then one an hour, and after 30 days one a day. */
export const superfluous = <V extends { readonly at: number }>(versions: readonly V[], now: number): readonly V[] => {
  const shelves = new Set<string>()
  return versions.filter(({ at }, place) => {
    const shelf = shelfOf(at, now)
    const goes = place >= most || shelves.has(shelf)
    shelves.add(shelf)
    return goes
  })
}

const read = async (database: NotesDatabase, noteId: string): Promise<readonly StoredVersion[]> => {
  const entries: readonly unknown[] = await database.versions.where('noteId').equals(noteId).toArray()
  const versions = entries.flatMap((entry) => {
    const parsed = v.safeParse(schema, entry)
    return parsed.success ? [parsed.output] : []
  })
  return versions.sort((one, other) => other.at - one.at || other.seq - one.seq)
}

export const versionsStore = (database: NotesDatabase): VersionsStore => ({
  keep: ({ id, title, body, updatedAt }) =>
    typed(
      database.transaction('rw', database.versions, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) throw new StorageError('STORAGE_NEWER')
        const before = await read(database, id)
        if (before[0]?.title === title && before[0]?.body === body) return
        const kept = { noteId: id, at: updatedAt, title, body }
        await database.versions.add(kept)
        const spent = superfluous([{ ...kept, seq: -1 }, ...before], Date.now())
        await database.versions.bulkDelete(spent.map(({ seq }) => seq).filter((seq) => seq >= 0))
      }),
    ),
  of: (noteId) => typed(read(database, noteId)),
  clear: () => typed(database.versions.clear()),
})
