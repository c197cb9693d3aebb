import { liveQuery } from 'dexie'
import * as v from 'valibot'
import type { Update } from '../notebook/note-document.ts'
import { settingsIn, withSettings } from '../notebook/settings.ts'
import { PERSON } from './changed.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { isBytes } from './stored-attachment.ts'

/** What the person has chosen who uses this notebook, on whatever device. Nothing secret. */
export type PersonSettings = {
  /** Calls back with what is chosen, now and whenever it changes, also on another device. */
  watch(onValues: (values: ReadonlyMap<string, unknown>) => void): () => void
  /** Those that are not named stay. Never rejects: what cannot be kept is chosen again the next time. */
  set(values: Readonly<Record<string, unknown>>): Promise<void>
}

const schema = v.object({ document: v.custom<Update>(isBytes) })

/** The document of the settings; undefined where nothing was chosen. */
export const readPerson = async ({ settings }: NotesDatabase): Promise<Update | undefined> => {
  const parsed = v.safeParse(schema, (await settings.get(PERSON))?.value)
  return parsed.success ? parsed.output.document : undefined
}

export const putPerson = async ({ settings }: NotesDatabase, document: Update): Promise<void> => {
  await settings.put({ name: PERSON, value: { document } })
}

export const personSettings = (database: NotesDatabase): PersonSettings => ({
  watch(onValues) {
    const subscription = liveQuery(() => readPerson(database)).subscribe({
      next: (document) => onValues(settingsIn(document)),
      error: () => undefined,
    })
    return () => subscription.unsubscribe()
  },
  async set(values) {
    await database
      .transaction('rw', database.settings, async ({ idbtrans }) => {
        if (isNewer(idbtrans.db)) return
        const next = withSettings(await readPerson(database), values)
        if (next !== undefined) await putPerson(database, next)
      })
      .catch(() => undefined)
  },
})
