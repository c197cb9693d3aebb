import type { NotesDatabase } from '../../data/database.ts'
import { putPerson, readPerson } from '../../data/person-settings.ts'
import { SETTINGS } from '../../notebook/item-name.ts'
import type { Update } from '../../notebook/note-document.ts'
import { openSynced } from '../../notebook/note-sync.ts'
import type { Offer } from '../../notebook/synced-note.ts'

// What the person has chosen, as one item. The first two run in a transaction of the caller's, over `synced` and the settings.

/** What others have not got of it; undefined where that is nothing. */
export const settingsOffer = async (database: NotesDatabase): Promise<Offer | undefined> => {
  const here = await readPerson(database)
  if (here === undefined) return undefined
  const document = openSynced([here])
  const body = document.changesSince((await database.synced.get(SETTINGS))?.snapshot)
  return body === undefined ? undefined : { body, snapshot: document.snapshot(), isGone: false }
}

/** Takes in what was chosen elsewhere. */
export const takeSettings = async (database: NotesDatabase, bodies: readonly Update[]): Promise<void> => {
  if (bodies.length === 0) return
  const here = await readPerson(database)
  const document = openSynced([...(here === undefined ? [] : [here]), ...bodies])
  await putPerson(database, document.state())
  if ((await database.changed.get(SETTINGS)) !== undefined) return
  await database.synced.put({ name: SETTINGS, snapshot: document.snapshot(), isGone: false })
}

/** For a backup. */
export const settingsItems = async (database: NotesDatabase) => {
  const body = await readPerson(database)
  return body === undefined ? [] : [{ name: SETTINGS, kind: 'changes', body } as const]
}

/** Takes in those of a backup, as if they were chosen here. */
export const restoreSettings = (database: NotesDatabase, body: Update): Promise<void> =>
  Promise.resolve(
    database.transaction('rw', database.settings, async () => {
      const here = await readPerson(database)
      const document = openSynced([...(here === undefined ? [] : [here]), body])
      if (here === undefined || document.changesSince(openSynced([here]).snapshot()) !== undefined) {
        await putPerson(database, document.state())
      }
    }),
  )
