import * as Y from 'yjs'
import { isTime } from '../base/clock.ts'
import { cleanTags, type NoteContent, type NoteMarks, type NoteText, unmarked } from './note.ts'
import { type Splice, spliceOf } from './splice.ts'

/**
 * A note as a document that merges: whatever two tabs or two devices wrote meanwhile, both end with the same text and with
 * every letter of either (Yjs). Its fields are the texts `title` and `body`, and the map `marks`: `pinned`, `trashedAt`, and
 * `#<tag>` for each tag, so that tags that two give at once are both there.
 */
export type NoteDocument = {
  content(): NoteContent
  /**
   * Changes what differs, and gives the change to be stored and sent; undefined where nothing did. `compare`: where texts differ;
   * what is typed does so in one place.
   */
  edit(change: Partial<NoteContent>, compare?: Compare): Update | undefined
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

const TAG = '#'

/** With a name that is not random, which nobody asks for: random numbers take longer than all else of a small document. */
export const newDocument = (): Y.Doc => new Y.Doc({ guid: 'note' })

const marksOf = (document: Y.Doc): Y.Map<unknown> => document.getMap('marks')

const readMarks = (document: Y.Doc): Pick<NoteContent, 'pinned' | 'tags' | 'trashedAt'> => {
  const marks = marksOf(document)
  const trashedAt = marks.get('trashedAt')
  const tags = [...marks.keys()].filter((key) => key.startsWith(TAG) && marks.get(key) === true)
  return {
    pinned: marks.get('pinned') === true,
    tags: cleanTags(tags.map((key) => key.slice(TAG.length))),
    trashedAt: isTime(trashedAt) ? trashedAt : null,
  }
}

/** What a document says. */
export const contentOf = (document: Y.Doc): NoteContent => ({
  title: document.getText('title').toString(),
  body: document.getText('body').toString(),
  ...readMarks(document),
})

const writeMarks = (document: Y.Doc, change: Partial<NoteContent>): void => {
  const [marks, before] = [marksOf(document), readMarks(document)]
  const { pinned = before.pinned, trashedAt = before.trashedAt, tags = before.tags } = change
  if (pinned !== before.pinned) marks.set('pinned', pinned)
  if (trashedAt !== before.trashedAt) marks.set('trashedAt', trashedAt)
  for (const tag of before.tags) if (!tags.includes(tag)) marks.delete(TAG + tag)
  for (const tag of tags) if (!before.tags.includes(tag)) marks.set(TAG + tag, true)
}

/** Where a text differs from another: places of the text before, in their order, which do not touch. */
export type Compare = (before: string, after: string) => readonly Splice[]

const asOne: Compare = (before, after) => {
  const splice = spliceOf(before, after)
  return splice === undefined ? [] : [splice]
}

const write = (document: Y.Doc, change: Partial<NoteContent>, compare = asOne): void =>
  document.transact(() => {
    for (const field of fields) {
      const wanted = change[field]
      const text = document.getText(field)
      const splices = wanted === undefined ? [] : compare(text.toString(), wanted.toWellFormed())
      for (const { at, removed, inserted } of splices.toReversed()) {
        if (removed > 0) text.delete(at, removed)
        if (inserted !== '') text.insert(at, inserted)
      }
    }
    writeMarks(document, change)
  })

/** The document of a note that has none yet: of the same note everybody makes the same one. */
export const foundingUpdate = (content: NoteText & Partial<NoteMarks>): Update => {
  const document = newDocument()
  document.clientID = FOUNDER
  write(document, { ...unmarked, ...content })
  return own(Y.encodeStateAsUpdate(document))
}

/** The document that these changes make, in whatever order. Throws where one of them is none. */
export const openDocument = (updates: readonly Update[]): NoteDocument => {
  const document = newDocument()
  for (const update of updates) Y.applyUpdate(document, update)
  return {
    content: () => contentOf(document),
    edit(change, compare) {
      const before = Y.encodeStateVector(document)
      const changed: Update[] = []
      const note = (update: Uint8Array) => changed.push(own(update))
      document.on('update', note)
      write(document, change, compare)
      document.off('update', note)
      return changed.length === 0 ? undefined : own(Y.encodeStateAsUpdate(document, before))
    },
    merge: (update) => Y.applyUpdate(document, update),
    state: () => own(Y.encodeStateAsUpdate(document)),
  }
}

/** Several changes as one. */
export const mergeUpdates = (updates: readonly Update[]): Update => own(Y.mergeUpdates([...updates]))
