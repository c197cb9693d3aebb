import { toBase64url } from '../../base/bytes.ts'
import { idOf, renamed } from '../../data/import-store.ts'
import type { Bytes, WholeAttachment } from '../../notebook/attachment.ts'
import type { Imported } from '../../notebook/exchange/imported.ts'
import type { Note } from '../../notebook/note.ts'

const digestOf = async (bytes: Bytes): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))

/** Ids for what has none of its own: where they were made here, what is in a note decides its id in the end. */
export type Identities = {
  newId(): string
  /** The same with ids that the same file brings again: nothing comes twice. Times do not count, since some sources have none. */
  settle(imported: Imported): Promise<Imported>
}

const settled = async (
  note: Note,
  files: readonly WholeAttachment[],
): Promise<Pick<Imported, 'files'> & { readonly note: Note }> => {
  const digests = await Promise.all(files.map(({ bytes }) => digestOf(bytes)))
  const { body } = renamed({ note, files }, note.id, digests).note
  const id = await idOf('note', note.title, body, note.tags, note.pinned, note.trashedAt, digests)
  const fileIds = await Promise.all(digests.map((digest, at) => idOf('file', id, at, digest)))
  return renamed({ note, files }, id, fileIds)
}

export const createIdentities = (): Identities => {
  const made = new Set<string>()
  return {
    newId() {
      const id = crypto.randomUUID()
      made.add(id)
      return id
    },
    async settle({ notes, files, left }) {
      const byNote = Map.groupBy(files, ({ attachment }) => attachment.noteId)
      const all = notes.map(async (note) => {
        const own = byNote.get(note.id) ?? []
        return made.has(note.id) ? settled(note, own) : { note, files: own }
      })
      const whole = await Promise.all(all)
      return { notes: whole.map(({ note }) => note), files: whole.flatMap((one) => one.files), left }
    },
  }
}
