import * as v from 'valibot'
import { change } from '../../../../cli/notes/notebook.ts'
import { type Database, openDatabase } from '../../../../cli/sync/database.ts'
import { allNotes, noteOf, updatesOf } from '../../../../cli/sync/items.ts'
import { createSyncStore } from '../../../../cli/sync/store.ts'
import { noteName } from '../../../../src/notebook/item-name.ts'
import { newNote } from '../../../../src/notebook/note.ts'
import { openDocument } from '../../../../src/notebook/note-document.ts'
import { readMemory, writeMemory } from '../../../../src/sync/memory-text.ts'
import type { KeptReplica } from '../../property/support/replicas.ts'

/** The notes of the command line, in memory. `onCommit` may kill before or after a commit. */
export const createKept = (
  onCommit: (stage: 'before' | 'after') => void = () => undefined,
): KeptReplica & { readonly database: Database } => {
  const database = openDatabase(':memory:')
  const store = createSyncStore(database, Date.now)
  return {
    database,
    store: {
      ...store,
      async commit(commit) {
        onCommit('before')
        await store.commit(commit)
        onCommit('after')
      },
    },
    kept: {
      get memory() {
        return readMemory(database.kept('memory') ?? 'null')
      },
      set memory(memory) {
        database.keep('memory', memory === undefined ? undefined : writeMemory(memory))
      },
      get own() {
        return database.all('select seq, name from own', v.object({ seq: v.number(), name: v.string() }))
      },
      set own(_none) {
        database.run('delete from own')
      },
      get outbox() {
        return database.all('select name from changed', v.unknown())
      },
    },
    edit(name, write) {
      const id = name.slice('note/'.length)
      const document = openDocument(updatesOf(database, id))
      const update = document.edit({ body: write(document.content().body) })
      const now = Date.now()
      if (update !== undefined) {
        database.together(() => change(database, noteOf(database, id) ?? newNote(id, now), update, now))
      }
    },
    texts: () =>
      Object.fromEntries(
        allNotes(database)
          .map(({ id, body }) => [noteName(id), body] as const)
          .sort(),
      ),
  }
}
