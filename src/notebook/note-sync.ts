import * as Y from 'yjs'
import { isTime } from '../base/clock.ts'
import type { Note, NoteContent } from './note.ts'
import { contentOf, newDocument, type Update } from './note-document.ts'

/** When a note was made and last written, in milliseconds since 1970. */
export type NoteTimes = Pick<Note, 'createdAt' | 'updatedAt'>

/** The document of a note as sync sees it. Its times are in the map `marks`, as `createdAt` and `updatedAt`. */
export type SyncedDocument = {
  content(): NoteContent
  /** Undefined where nobody has said. */
  times(): NoteTimes | undefined
  /** Whether it was removed for good. */
  isGone(): boolean
  /** Says the times, where they are others. Gives the change. */
  tell(times: NoteTimes): Update | undefined
  /** Which changes are in it. */
  snapshot(): Update
  /** What is in it and not in `snapshot`, as one change; undefined where that is nothing. */
  changesSince(snapshot: Update | undefined): Update | undefined
  /** The whole of it as one change. */
  state(): Update
}

const own = (bytes: Uint8Array): Update => new Uint8Array(bytes)
const GONE = 'goneAt'

const timeOf = (marks: Y.Map<unknown>, key: string): number | undefined => {
  const value = marks.get(key)
  return isTime(value) ? value : undefined
}

/** Takes what can be read: a change that cannot must not hide the others. */
export const openSynced = (updates: readonly Update[]): SyncedDocument => {
  const document = newDocument()
  for (const update of updates) {
    try {
      Y.applyUpdate(document, update)
    } catch {
      // Damaged, and so of no use to any other device.
    }
  }
  const marks = document.getMap('marks')
  const times = (): NoteTimes | undefined => {
    const [createdAt, updatedAt] = [timeOf(marks, 'createdAt'), timeOf(marks, 'updatedAt')]
    return createdAt === undefined || updatedAt === undefined ? undefined : { createdAt, updatedAt }
  }
  const state = () => own(Y.encodeStateAsUpdate(document))
  return {
    content: () => contentOf(document),
    times,
    isGone: () => timeOf(marks, GONE) !== undefined,
    tell({ createdAt, updatedAt }) {
      const known = times()
      if (known?.createdAt === createdAt && known.updatedAt === updatedAt) return undefined
      const before = Y.encodeStateVector(document)
      document.transact(() => {
        if (known?.createdAt !== createdAt) marks.set('createdAt', createdAt)
        marks.set('updatedAt', updatedAt)
      })
      return own(Y.encodeStateAsUpdate(document, before))
    },
    snapshot: () => own(Y.encodeSnapshot(Y.snapshot(document))),
    changesSince(snapshot) {
      const before = snapshot === undefined ? Y.emptySnapshot : Y.decodeSnapshot(snapshot)
      if (Y.equalSnapshots(before, Y.snapshot(document))) return undefined
      return own(Y.encodeStateAsUpdate(document, Y.encodeStateVector(before.sv)))
    },
    state,
  }
}

/** All of these changes as one, the first of two that contradict each other; undefined where one of them cannot be read. */
export const wholeUpdate = (updates: readonly Update[]): Update | undefined => {
  const document = newDocument()
  try {
    for (const update of updates) Y.applyUpdate(document, update)
    return own(Y.encodeStateAsUpdate(document))
  } catch {
    return undefined
  }
}

/** The change by which a note is removed for good, of whichever document. */
export const goneUpdate = (now: number): Update => {
  const document = newDocument()
  document.getMap('marks').set(GONE, now)
  return own(Y.encodeStateAsUpdate(document))
}

/** Whether these bytes are a change of a document: another device may send any. Reading takes a fifth of the time of applying. */
export const isReadable = (update: Update): boolean => {
  try {
    Y.decodeUpdate(update)
    return true
  } catch {
    return false
  }
}

export const noSnapshot: Update = own(Y.encodeSnapshot(Y.emptySnapshot))
