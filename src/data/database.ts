import { Dexie, type EntityTable, type Table } from 'dexie'
import type { Attachment } from '../notebook/attachment.ts'
import type { Note } from '../notebook/note.ts'
import { declareVersions } from './migrations.ts'
import type { StoredUpdate } from './note-updates.ts'
import type { StoredVersion } from './note-versions.ts'
import type { StoredSetting } from './settings-store.ts'
import type { StoredChunk } from './stored-attachment.ts'

export const NOTES_DATABASE = 'holdfast-notes'

/** The private local database of the notebook. */
export type NotesDatabase = Dexie & {
  readonly notes: EntityTable<Note, 'id'>
  readonly attachments: EntityTable<Attachment, 'id'>
  /** What the notes are made of; a row among the notes is the text of it, for lists and search. */
  readonly updates: EntityTable<StoredUpdate, 'seq'>
  /** What is in the files, in pieces. */
  readonly chunks: Table<StoredChunk, [id: string, index: number]>
  /** What the notes were. */
  readonly versions: EntityTable<StoredVersion, 'seq'>
  readonly settings: EntityTable<StoredSetting, 'name'>
}

/**
 * Without Dexie's cache, whose answers run ahead of the database: what is listed is what is stored.
 * Opens nothing yet: the first read or write does. The name is given by tests only.
 */
export const notesDatabase = (name: string = NOTES_DATABASE): NotesDatabase => {
  const database = new Dexie(name, { cache: 'disabled' }) as NotesDatabase
  declareVersions(database)
  return database
}
