import * as Y from 'yjs'
import type { Note, NoteText } from './note.ts'
import { spliceOf } from './splice.ts'

/**
 * A note as a document that merges: whatever two tabs or two devices wrote meanwhile, both end with the same text and with
 * every letter of either (Yjs). Its fields are the texts `title` and `body`.
 */
export type NoteDocument = {
  /** What is written. */
  text(): NoteText
  /** Changes the texts where they differ, and gives the change to be stored and sent; undefined where nothing did. */
  edit(change: Partial<NoteText>): Update | undefined
  /** Takes in a change of another. The same one twice does nothing. Throws where the bytes are none. */
  merge(update: Update): void
  /** The whole document as one change. */
  state(): Update
}

/** A change of a document, or several in one. */
export type Update = Uint8Array<ArrayBuffer>

const fields = ['title', 'body'] as const

const own = (bytes: Uint8Array): Update => new Uint8Array(bytes)

/** Who writes the first text of a note that has no document yet: the same everywhere, so that it merges with itself. */
const FOUNDER = 1

const write = (document: Y.Doc, change: Partial<NoteText>): void =>
  document.transact(() => {
    for (const field of fields) {
      const wanted = change[field]
      const text = document.getText(field)
      const splice = wanted === undefined ? undefined : spliceOf(text.toString(), wanted.toWellFormed())
      if (splice === undefined) continue
      if (splice.removed > 0) text.delete(splice.at, splice.removed)
      if (splice.inserted !== '') text.insert(splice.at, splice.inserted)
    }
  })

/** The document of a note that has none yet: of the same text everybody makes the same one. */
export const foundingUpdate = (text: NoteText): Update => {
  const document = new Y.Doc()
  document.clientID = FOUNDER
  write(document, text)
  return own(Y.encodeStateAsUpdate(document))
}

/** The document that these changes make, in whatever order. Throws where one of them is none. */
export const openDocument = (updates: readonly Update[]): NoteDocument => {
  const document = new Y.Doc()
  for (const update of updates) Y.applyUpdate(document, update)
  return {
    text: () => ({ title: document.getText('title').toString(), body: document.getText('body').toString() }),
    edit(change) {
      const before = Y.encodeStateVector(document)
      const changed: Update[] = []
      const note = (update: Uint8Array) => changed.push(own(update))
      document.on('update', note)
      write(document, change)
      document.off('update', note)
      return changed.length === 0 ? undefined : own(Y.encodeStateAsUpdate(document, before))
    },
    merge: (update) => Y.applyUpdate(document, update),
    state: () => own(Y.encodeStateAsUpdate(document)),
  }
}

/** Several changes as one. */
export const mergeUpdates = (updates: readonly Update[]): Update => own(Y.mergeUpdates([...updates]))

/** The note with the text of its document. */
export const withText = (note: Note, document: NoteDocument): Note => ({ ...note, ...document.text() })
