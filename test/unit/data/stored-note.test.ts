import { expect, test } from 'vitest'
import { shortTime } from '../../../src/app/ui/format.ts'
import { readAttachments } from '../../../src/data/stored-attachment.ts'
import { readStored } from '../../../src/data/stored-note.ts'

const far = 1e300

test('a note with a time that no date can show is shown, with another one', () => {
  const row = { id: 'a', title: 'Far off', body: '', createdAt: far, updatedAt: far, trashedAt: far }
  const { notes, damaged } = readStored([row])
  expect(notes).toMatchObject([{ title: 'Far off', createdAt: 0, updatedAt: 0, trashedAt: null }])
  expect(damaged).toEqual([row])
  for (const { updatedAt } of notes) expect(shortTime('en', updatedAt, 1)).not.toBe('')
  expect(() => shortTime('en', far, 1)).toThrow('Invalid time')
})

test('so is a file', () => {
  const file = {
    id: 'a',
    noteId: 'b',
    name: 'c',
    type: 'text/plain',
    size: 1,
    createdAt: far,
    text: '',
    duration: null,
  }
  expect(readAttachments([file])).toEqual([{ ...file, createdAt: 0 }])
})
