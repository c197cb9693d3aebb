import fc from 'fast-check'
import { expect } from 'vitest'
import { outcomeOf, takeSignIn } from '../../../src/app/state/sign-in-outcome.ts'
import { StorageError, toStorageError } from '../../../src/data/storage-error.ts'
import { displayedTitle, excerpt } from '../../../src/notebook/heading.ts'
import { inListOrder, withChanged } from '../../../src/notebook/listing.ts'
import { cleanTags, editNote, isBlank, type Note, newNote, plainText } from '../../../src/notebook/note.ts'
import { around, createSearchIndex, highlight, plain, wordsOf } from '../../../src/notebook/search.ts'
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
  pinned: fc.boolean(),
  tags: fc.array(anyText, { maxLength: 3 }).map(cleanTags),
  trashedAt: fc.option(moment),
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
  'a list holds every note once, pinned ones and then the newest first, in one order whatever came before',
  [fc.uniqueArray(note, { selector: (one) => one.id, maxLength: 8 }), fc.nat()],
  (notes, turn) => {
    const listed = inListOrder(notes)
    expect(listed.length).toBe(notes.length)
    const at = turn % Math.max(1, notes.length)
    expect(inListOrder([...notes.slice(at), ...notes.slice(0, at)])).toEqual(listed)
    const [some, others] = [notes.slice(0, at), notes.slice(at)]
    const moved = some.map((one, place) => ({ ...one, updatedAt: place }))
    expect(withChanged(inListOrder(others), [], some)).toEqual(listed)
    expect(withChanged(listed, some, moved)).toEqual(inListOrder([...others, ...moved]))
    expect(withChanged(listed, some, [])).toEqual(inListOrder(others))
    listed.forEach((one, index) => {
      const before = listed[index - 1]
      if (before?.pinned === one.pinned) expect(one.updatedAt).toBeLessThanOrEqual(before.updatedAt)
      else expect(before?.pinned ?? true).toBe(true)
    })
  },
)

property(
  'the index finds what a look at every text finds, whatever was put, changed and removed before',
  [
    fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), text: fc.option(anyText) }), { maxLength: 12 }),
    fc.oneof(anyText, fc.constantFrom('a', 'ab', 'the')),
  ],
  (changes, query) => {
    const index = createSearchIndex()
    const texts = new Map<string, string>()
    for (const { id, text } of changes) {
      if (text === null) {
        index.remove(id)
        texts.delete(id)
      } else {
        expect(index.put(id, text.slice(0, 4), text).next().done).toBe(true)
        texts.set(id, text)
      }
    }
    const asked = [query, ...texts.values(), ...[...texts.values()].map((text) => text.slice(1, 5))]
    for (const words of asked.map(wordsOf)) {
      const matches = index.matching(words)
      const ids = ['a', 'b', 'c', 'd']
      for (const [at, place] of index.placesOf(ids).entries()) {
        const text = texts.get(ids[at] ?? '')
        const isThere = text !== undefined && words.every((word) => plain(text).includes(word))
        const isInTitle = text !== undefined && words.every((word) => plain(text.slice(0, 4)).includes(word))
        expect([matches.title(place), matches.all(place)]).toEqual([isInTitle, isThere || isInTitle])
      }
    }
  },
)

property('what is found is shown in its place, and nothing of the text is lost', [anyText, anyText], (text, query) => {
  const words = wordsOf(query)
  const pieces = highlight(text, words)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  const whole = wordsOf(text)[0]
  if (whole !== undefined) expect(highlight(text, [whole]).some(({ found }) => found)).toBe(true)
  expect(around(text, words)?.length ?? 0).toBeLessThan(220)
})

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
