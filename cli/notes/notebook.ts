import * as v from 'valibot'
import { noteName } from '../../src/notebook/item-name.ts'
import { inListOrder } from '../../src/notebook/listing.ts'
import { isLive, type Note, newNote } from '../../src/notebook/note.ts'
import { openDocument, type Update } from '../../src/notebook/note-document.ts'
import { openSynced } from '../../src/notebook/note-sync.ts'
import { Failure } from '../failure.ts'
import { blob, type Database } from '../sync/database.ts'
import { addUpdates, allNotes, markChanged, noteOf, putNote, updatesOf } from '../sync/items.ts'
import { lineSplices } from './line-splices.ts'
import { fromText, toText } from './markdown.ts'

const find = (database: Database, id: string): Note => {
  const note = noteOf(database, id)
  if (note === undefined) throw new Failure('NOTE_UNKNOWN')
  return note
}

const stateOf = (database: Database, id: string): Update => openSynced(updatesOf(database, id)).state()

/** What this person has seen last of a note, or has written: what an edit is an edit of. */
const noteShown = (database: Database, id: string, state: Update): void =>
  database.run('insert or replace into shown (note, state) values (?, ?)', id, state)

const shownOf = (database: Database, id: string): Update | undefined =>
  database.all('select state from shown where note = ?', v.object({ state: blob }), id)[0]?.state

/** Takes a change that was made here into a note. In a transaction of the caller's. */
export const change = (database: Database, note: Note, update: Update, now: number): void => {
  addUpdates(database, note.id, [update])
  const content = openSynced(updatesOf(database, note.id)).content()
  putNote(database, { ...note, ...content, updatedAt: Math.max(now, note.updatedAt + 1) })
  markChanged(database, noteName(note.id))
}

/** The notes that are not in the trash, as the app lists them. */
export const list = (database: Database): readonly Note[] => inListOrder(allNotes(database).filter(isLive))

export const show = (database: Database, id: string): Note & { readonly text: string } =>
  database.together(() => {
    const note = find(database, id)
    noteShown(database, id, stateOf(database, id))
    return { ...note, text: toText(note) }
  })

/** Adds a note that a text makes. Answers its id. */
export const add = (database: Database, text: string, now: number): string =>
  database.together(() => {
    const note = newNote(crypto.randomUUID(), now)
    const document = openDocument([])
    const update = document.edit(fromText(text, note))
    if (update === undefined) throw new Failure('NO_TEXT')
    change(database, note, update, now)
    noteShown(database, note.id, document.state())
    return note.id
  })

/**
 * Takes a text as an edit of what was shown last: what others have changed since then is not in it, and stays. Answers whether
 * it changes anything.
 */
export const edit = (database: Database, id: string, text: string, now: number): boolean =>
  database.together(() => {
    const note = find(database, id)
    const own = openDocument([shownOf(database, id) ?? stateOf(database, id)])
    const update = own.edit(fromText(text, own.content()), lineSplices)
    noteShown(database, id, own.state())
    if (update !== undefined) change(database, note, update, now)
    return update !== undefined
  })
