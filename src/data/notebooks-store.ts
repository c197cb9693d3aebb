import { Dexie, type EntityTable, liveQuery } from 'dexie'
import * as v from 'valibot'
import { isLive } from '../notebook/note.ts'
import { NOTES_DATABASE, type NotesDatabase, notesDatabase } from './database.ts'
import { type NotebookEntry, type Notebooks, openEntry } from './notebooks.ts'
import type { StoredSetting } from './settings-store.ts'

const DATABASE = 'holdfast-notebooks'
const ID = 'notebooks'

/** Beside the notebooks: which of them is open, and what was chosen on this device whoever uses it. */
export type NotebooksDatabase = Dexie & {
  readonly state: EntityTable<{ readonly id: string; readonly value: unknown }, 'id'>
  readonly settings: EntityTable<StoredSetting, 'name'>
}

/** The one place that says which notebook is open. Workers change it; pages follow it. */
export type NotebooksStore = {
  read(): Promise<Notebooks>
  /** One step, of whoever else takes one at the same time. Answers what is so then. */
  change(step: (now: Notebooks) => Notebooks): Promise<Notebooks>
  /** Calls back now, and whenever another notebook is open or the one that is has become somebody else's. */
  watch(onOpen: (now: Notebooks) => void): () => void
}

const name = v.pipe(v.string(), v.startsWith(NOTES_DATABASE))
const schema = v.object({
  open: name,
  all: v.array(v.object({ name, owner: v.nullable(v.string()), into: v.exactOptional(name) })),
})

/** Before anybody has chosen otherwise there is one, which is of no account. */
const first: Notebooks = { open: NOTES_DATABASE, all: [{ name: NOTES_DATABASE, owner: null }] }

export const notebooksDatabase = (databaseName: string = DATABASE): NotebooksDatabase => {
  const database = new Dexie(databaseName, { cache: 'disabled' }) as NotebooksDatabase
  database.version(1).stores({ state: 'id', settings: 'name' })
  return database
}

/** A name that no notebook has. */
export const freshName = (): string => `${NOTES_DATABASE}-${crypto.randomUUID()}`

export const notebooksStore = (database: NotebooksDatabase = notebooksDatabase()): NotebooksStore => {
  const read = async (): Promise<Notebooks> => {
    const parsed = v.safeParse(schema, (await database.state.get(ID))?.value)
    return parsed.success ? parsed.output : first
  }
  return {
    read,
    change: (step) =>
      Promise.resolve(
        database.transaction('rw', database.state, async () => {
          const now = await read()
          const next = step(now)
          if (next !== now) await database.state.put({ id: ID, value: next })
          return next
        }),
      ),
    watch(onOpen) {
      let told: NotebookEntry | undefined
      const subscription = liveQuery(read).subscribe({
        next(state) {
          const entry = openEntry(state)
          if (entry.name === told?.name && entry.owner === told.owner) return
          told = entry
          onOpen(state)
        },
        // Notes cannot be read either then, and their reading tells why.
        error() {
          if (told === undefined) onOpen(first)
        },
      })
      return () => subscription.unsubscribe()
    },
  }
}

/** A database that neither opens nor fails must not keep the page from the writer; milliseconds. */
const LATE = 2000

/** The notebook that is open. Where that cannot be read, notes cannot be either: then it is the first, whose reading tells why. */
export const readOpenNotebook = async (store: NotebooksStore = notebooksStore()): Promise<NotebookEntry> => {
  const late = Promise.withResolvers<Notebooks>()
  const timer = setTimeout(() => late.resolve(first), LATE)
  const state = await Promise.race([store.read().catch(() => first), late.promise])
  clearTimeout(timer)
  return openEntry(state)
}

/** How many notes of accounts are here that are not signed in. */
export const countPutAway = async (store: NotebooksStore): Promise<number> => {
  const { open, all } = await store.read()
  const away = all.filter(({ name, owner, into }) => owner !== null && name !== open && into === undefined)
  const counts = await Promise.all(away.map((entry) => databaseOf(entry.name).notes.filter(isLive).count()))
  return counts.reduce((sum, count) => sum + count, 0)
}

const databases = new Map<string, NotesDatabase>()

/** One connection to each notebook, for who goes from one to another. */
export const databaseOf = (notebook: string): NotesDatabase => {
  const known = databases.get(notebook) ?? notesDatabase(notebook)
  databases.set(notebook, known)
  return known
}
