import { Dexie, type EntityTable, type Table } from 'dexie'
import type { Attachment } from '../notebook/attachment.ts'
import type { Note } from '../notebook/note.ts'
import { type ChangedRow, trackChanges } from './changed.ts'
import { declareVersions } from './migrations.ts'
import type { StoredUpdate } from './note-updates.ts'
import type { StoredVersion } from './note-versions.ts'
import type { StoredSetting } from './settings-store.ts'
import type { StoredChunk } from './stored-attachment.ts'
import type { AsideRow, ManifestRow, OfferedRow, OwnRow, ReplicaRow, SeenRow, SyncedRow } from './sync-rows.ts'

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
  /** What was changed and not handed on to sync. */
  readonly changed: EntityTable<ChangedRow, 'name'>
} & SyncTables

/** What sync keeps; written in transactions over `synced` alone. */
export type SyncTables = {
  /** What other devices have of each item. */
  readonly synced: EntityTable<SyncedRow, 'name'>
  /** What was handed on and is not acknowledged, by the stamp of the change. */
  readonly offered: EntityTable<OfferedRow, 'stamp'>
  /** Hashes of the records that were seen. */
  readonly seen: Table<SeenRow, [device: string, seq: number]>
  /** Records of this device that were not superseded. */
  readonly own: EntityTable<OwnRow, 'seq'>
  /** Records that were kept aside. */
  readonly aside: EntityTable<AsideRow, 'position'>
  /** What is said of files: of those that are to be sent, and of those that are to be fetched. */
  readonly manifests: EntityTable<ManifestRow, 'name'>
  /** What the replica remembers, under a few names. */
  readonly replica: EntityTable<ReplicaRow, 'id'>
}

/**
 * Without Dexie's cache, whose answers run ahead of the database: what is listed is what is stored.
 * Opens nothing yet: the first read or write does. The name is given by tests only.
 */
export const notesDatabase = (name: string = NOTES_DATABASE): NotesDatabase => {
  const database = new Dexie(name, { cache: 'disabled' }) as NotesDatabase
  declareVersions(database)
  trackChanges(database)
  return database
}
