import * as v from 'valibot'
import { noteName } from '../../src/notebook/item-name.ts'
import type { Note } from '../../src/notebook/note.ts'
import type { Update } from '../../src/notebook/note-document.ts'
import { noSnapshot } from '../../src/notebook/note-sync.ts'
import {
  type ComingChange,
  type HandedOn,
  type NoteHere,
  type Offer,
  offerOf,
  takenInto,
  wholeNote,
} from '../../src/notebook/synced-note.ts'
import { Failure } from '../failure.ts'
import { blob, type Database, flag, text } from './database.ts'

// One note in the tables. What writes runs in a transaction of the caller's.

const noteSchema = v.object({
  id: v.string(),
  title: v.string(),
  body: v.string(),
  pinned: v.boolean(),
  tags: v.array(v.string()),
  trashedAt: v.nullable(v.number()),
  createdAt: v.number(),
  updatedAt: v.number(),
})

const readNote = (content: string): Note => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), noteSchema), content)
  if (!parsed.success) throw new Failure('NOTES_UNREADABLE')
  return parsed.output
}

const contentRow = v.object({ content: text })

export const allNotes = (database: Database): readonly Note[] =>
  database.all('select content from notes', contentRow).map(({ content }) => readNote(content))

export const noteOf = (database: Database, id: string): Note | undefined => {
  const [found] = database.all('select content from notes where id = ?', contentRow, id)
  return found === undefined ? undefined : readNote(found.content)
}

export const putNote = (database: Database, note: Note): void =>
  database.run('insert or replace into notes (id, content) values (?, ?)', note.id, JSON.stringify(note))

export const updatesOf = (database: Database, id: string): readonly Update[] =>
  database
    .all('select body from updates where note = ? order by seq', v.object({ body: blob }), id)
    .map((row) => row.body)

export const addUpdates = (database: Database, id: string, updates: readonly Update[]): void => {
  for (const update of updates) database.run('insert into updates (note, body) values (?, ?)', id, update)
}

/** That something is not as it was when it was last handed on. A new stamp each time, so that a change meanwhile is not lost. */
export const markChanged = (database: Database, name: string): void =>
  database.run('insert or replace into changed (name) values (?)', name)

const handedOnRow = v.pipe(
  v.object({ snapshot: blob, is_gone: flag }),
  v.transform(({ snapshot, is_gone }): HandedOn => ({ snapshot, isGone: is_gone })),
)

const putHandedOn = (database: Database, id: string, { snapshot, isGone }: HandedOn): void => {
  const sql = 'insert or replace into synced (name, snapshot, is_gone) values (?, ?, ?)'
  database.run(sql, noteName(id), snapshot, Number(isGone))
}

const lookAt = (database: Database, id: string): NoteHere => {
  const name = noteName(id)
  const isChanged = database.all('select name from changed where name = ?', v.object({ name: text }), name).length > 0
  const [handedOn] = database.all('select snapshot, is_gone from synced where name = ?', handedOnRow, name)
  return { row: noteOf(database, id), handedOn, isChanged, updates: updatesOf(database, id) }
}

/** What others have not got of a note; undefined where that is nothing. `now`: of one that was removed. */
export const offerNote = (database: Database, id: string, now: number): Offer | undefined => {
  const { offer, added } = offerOf(lookAt(database, id), now)
  addUpdates(database, id, added)
  return offer
}

/** The whole of a note as one change, or undefined where it is gone. */
export const wholeOf = (database: Database, id: string): Update | undefined => {
  const row = noteOf(database, id)
  if (row === undefined) return undefined
  const { body, added } = wholeNote(row, updatesOf(database, id))
  addUpdates(database, id, added)
  return body
}

const forget = (database: Database, id: string): void => {
  database.run('delete from notes where id = ?', id)
  for (const table of ['updates', 'shown']) database.run(`delete from ${table} where note = ?`, id)
  database.run('delete from changed where name = ?', noteName(id))
  putHandedOn(database, id, { snapshot: noSnapshot, isGone: true })
}

/** Takes in changes of a note. `now`: of a note whose times nobody has told. */
export const takeNote = (database: Database, id: string, changes: readonly ComingChange[], now: number): void => {
  const next = takenInto(id, lookAt(database, id), changes, now)
  if (next === 'gone') forget(database, id)
  else if (next !== undefined) {
    addUpdates(database, id, next.updates)
    putNote(database, next.row)
    if (next.handedOn !== undefined) putHandedOn(database, id, next.handedOn)
  }
}
