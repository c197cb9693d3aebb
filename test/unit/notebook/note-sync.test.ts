import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { isReadable, openSynced } from '../../../src/notebook/note-sync.ts'

const saying = (marks: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> => {
  const document = new Y.Doc()
  for (const [name, value] of Object.entries(marks)) document.getMap('marks').set(name, value)
  return new Uint8Array(Y.encodeStateAsUpdate(document))
}

test.each([1e300, -1e300, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, 'now', null, {}])(
  'a time that no date can show is none: %s',
  (time) => {
    const document = openSynced([saying({ createdAt: time, updatedAt: time, trashedAt: time, goneAt: time })])
    expect(document.times()).toBeUndefined()
    expect(document.content().trashedAt).toBeNull()
    expect(document.isGone()).toBe(false)
  },
)

test('the times of a document are those that it says', () => {
  const document = openSynced([saying({ createdAt: 1, updatedAt: 2, trashedAt: 3 })])
  expect(document.times()).toEqual({ createdAt: 1, updatedAt: 2 })
  expect(document.content().trashedAt).toBe(3)
})

test('a change can be read, and anything else cannot', () => {
  const change = saying({ pinned: true })
  expect(isReadable(change)).toBe(true)
  expect(isReadable(new Uint8Array())).toBe(false)
  for (let length = 1; length < change.length; length += 1) expect(isReadable(change.slice(0, length))).toBe(false)
})
