import type { Clock } from '../../base/clock.ts'
import { putFiles } from '../../data/attachments-store.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { putPerson, readPerson } from '../../data/person-settings.ts'
import { bytesOf, readAttachments } from '../../data/stored-attachment.ts'
import { noteTables, restoreNote, wholeOf } from './items.ts'

const moveNotes = async (from: NotesDatabase, to: NotesDatabase, clock: Clock): Promise<void> => {
  for (const id of await from.notes.toCollection().primaryKeys()) {
    const body = await from.transaction('rw', [...noteTables], async () => wholeOf(from, id))
    if (body !== undefined) await restoreNote(to, id, body, true, clock())
  }
}

const moveFiles = async (from: NotesDatabase, to: NotesDatabase): Promise<void> => {
  for (const attachment of readAttachments(await from.attachments.toArray())) {
    const { id } = attachment
    const chunks = await from.chunks.where('[id+index]').between([id, 0], [id, Number.MAX_SAFE_INTEGER]).toArray()
    const bytes = new Uint8Array(await new Blob([...bytesOf(chunks)]).arrayBuffer())
    await to.transaction('rw', to.attachments, to.chunks, async () => {
      if ((await to.attachments.get(id)) === undefined) await putFiles(to, [{ attachment, bytes }])
    })
  }
}

/** What was chosen in the notebook of the account counts, where anything was. */
const moveSettings = async (from: NotesDatabase, to: NotesDatabase): Promise<void> => {
  const chosen = await readPerson(from)
  if (chosen === undefined) return
  await to.transaction('rw', to.settings, async () => {
    if ((await readPerson(to)) === undefined) await putPerson(to, chosen)
  })
}

const moveVersions = async (from: NotesDatabase, to: NotesDatabase): Promise<void> => {
  const all = Map.groupBy(await from.versions.toArray(), ({ noteId }) => noteId)
  for (const [noteId, versions] of all) {
    await to.transaction('rw', to.versions, async () => {
      const known = new Set((await to.versions.where('noteId').equals(noteId).toArray()).map(({ at }) => at))
      const fresh = versions.filter(({ at }) => !known.has(at))
      await to.versions.bulkAdd(fresh.map(({ seq: _, ...version }) => version))
    })
  }
}

/** True where nobody has written there meanwhile. */
const emptied = async (from: NotesDatabase): Promise<boolean> =>
  from.transaction('rw', from.tables, async () => {
    if ((await from.changed.count()) > 0) return false
    await Promise.all(from.tables.map((table) => table.clear()))
    return true
  })

/**
 * Moves everything out of a notebook into another, where it is as if it had been written there. It is removed when all of it is there:
 * cut off anywhere, it is done once more, and what is there already is not there twice.
 */
export const moveNotebook = async (from: NotesDatabase, to: NotesDatabase, clock: Clock): Promise<void> => {
  do {
    await from.changed.clear()
    await moveNotes(from, to, clock)
    await moveFiles(from, to)
    await moveVersions(from, to)
    await moveSettings(from, to)
  } while (!(await emptied(from)))
}
