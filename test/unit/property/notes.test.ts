import fc from 'fast-check'
import { expect } from 'vitest'
import { outcomeOf, takeSignIn } from '../../../src/app/state/sign-in-outcome.ts'
import { StorageError, toStorageError } from '../../../src/data/storage-error.ts'
import { displayedTitle, excerpt } from '../../../src/notebook/heading.ts'
import { matching, newestFirst } from '../../../src/notebook/listing.ts'
import { editNote, isBlank, type Note, newNote, plainText } from '../../../src/notebook/note.ts'
import { property } from './support/property.ts'
import { anyText, anything, moment } from './support/values.ts'

const body = fc.oneof(
  anyText,
  fc
    .array(fc.oneof(anyText, fc.constantFrom('# ', '\n', '\r\n', '   ', '#######')), { maxLength: 6 })
    .map((lines) => lines.join('\n')),
)
const note: fc.Arbitrary<Note> = fc.record({
  id: fc.uuid(),
  title: anyText,
  body,
  createdAt: moment,
  updatedAt: moment,
})

property('a note survives the copy that the database makes of it', [note], (one) => {
  expect(structuredClone(one)).toEqual(one)
  expect(isBlank(newNote(one.id, one.createdAt))).toBe(true)
})

property('an edit always moves a note on, whatever the clock says', [note, anyText, fc.nat()], (one, title, now) => {
  const edited = editNote(one, { title }, now)
  expect(edited).toEqual({ ...one, title, updatedAt: edited.updatedAt })
  expect(edited.updatedAt).toBeGreaterThan(one.updatedAt)
  expect(edited.updatedAt).toBeGreaterThanOrEqual(now)
})

property('a title and an excerpt are short, on one line, and there where something is written', [note], (one) => {
  for (const [text, most] of [
    [displayedTitle(one), 81],
    [excerpt(one), 161],
  ] as const) {
    expect([...text].length).toBeLessThanOrEqual(most)
    expect(text).not.toMatch(/[\r\n\t]/)
  }
  if (one.title.trim() !== '') expect(displayedTitle(one)).not.toBe('')
  expect(plainText(one)).toContain(one.title.trim())
})

property(
  'a list holds every note once, newest first, in one order whatever came before',
  [fc.uniqueArray(note, { selector: (one) => one.id, maxLength: 8 }), fc.nat()],
  (notes, turn) => {
    const listed = newestFirst(notes)
    expect(listed.length).toBe(notes.length)
    const at = turn % Math.max(1, notes.length)
    expect(newestFirst([...notes.slice(at), ...notes.slice(0, at)])).toEqual(listed)
    listed.forEach((one, index) => {
      expect(one.updatedAt).toBeLessThanOrEqual(listed[index - 1]?.updatedAt ?? Number.POSITIVE_INFINITY)
    })
  },
)

property(
  'a search finds some of the notes, and a note by any word of it',
  [fc.array(note, { maxLength: 4 }), anyText],
  (notes, query) => {
    const found = matching(notes, query)
    expect(found.every((one) => notes.includes(one))).toBe(true)
    expect(matching(notes, '')).toEqual(notes)
    for (const one of notes) expect(matching([one], one.title)).toEqual([one])
  },
)

property('whatever a database throws is a StorageError with a known code', [anything], (thrown) => {
  const error = toStorageError(thrown)
  expect(error).toBeInstanceOf(StorageError)
  expect(['STORAGE_FULL', 'STORAGE_CLOSED', 'STORAGE_BLOCKED', 'STORAGE_FAILED']).toContain(error.code)
  expect(toStorageError(error)).toBe(error)
})

property(
  'an address is split into the outcome of a sign-in and the rest',
  [fc.webPath(), fc.webQueryParameters(), anyText],
  (path, query, value) => {
    const url = new URL(`https://app.example.com${path}?${query}`)
    const before = url.searchParams.getAll('signin').length
    url.searchParams.append('signin', value)
    const { parameter, clean } = takeSignIn(url)
    if (before === 0) expect(parameter).toBe(value.toWellFormed())
    const rest = new URL(`https://app.example.com${clean}`)
    expect(rest.searchParams.has('signin')).toBe(false)
    expect(rest.pathname).toBe(url.pathname)
    expect(typeof outcomeOf(parameter ?? '').text).toBe('string')
  },
)
