import { describe, expect, it } from 'vitest'
import { displayedTitle, excerpt } from '../../../src/notebook/heading.ts'
import { type Filter, filtered, inListOrder, type Kinds, noFilter, tagCounts } from '../../../src/notebook/listing.ts'
import { cleanTags, editNote, isBlank, newNote, plainText } from '../../../src/notebook/note.ts'

const note = (title: string, body: string, id = 'a', now = 1) => ({ ...newNote(id, now), title, body })

describe('a note', () => {
  it('starts empty, at the time it was given', () => {
    expect(newNote('a', 7)).toEqual({
      id: 'a',
      title: '',
      body: '',
      pinned: false,
      tags: [],
      trashedAt: null,
      createdAt: 7,
      updatedAt: 7,
    })
    expect(isBlank(newNote('a', 7))).toBe(true)
    expect(isBlank(note('', ' '))).toBe(false)
  })

  it('keeps what an edit does not name', () => {
    expect(editNote(note('T', 'B'), { body: 'C' }, 9)).toMatchObject({
      title: 'T',
      body: 'C',
      createdAt: 1,
      updatedAt: 9,
    })
  })

  it('moves its time on even where the clock stands still or goes back', () => {
    expect(editNote(note('', '', 'a', 50), { body: 'x' }, 50).updatedAt).toBe(51)
    expect(editNote(note('', '', 'a', 50), { body: 'x' }, 3).updatedAt).toBe(51)
  })

  it('gives its whole text for the clipboard', () => {
    expect(plainText(note('T', 'B'))).toBe('T\n\nB')
    expect(plainText(note('', 'B'))).toBe('B')
  })
})

describe('its heading in a list', () => {
  it('is the title where there is one', () => {
    expect(displayedTitle(note('  My   title ', 'Body'))).toBe('My title')
  })

  it('is the first written line where it is untitled', () => {
    expect(displayedTitle(note('', '\n\n  # First line\nSecond'))).toBe('First line')
    expect(displayedTitle(note('', ' \n '))).toBe('')
  })

  it('is cut between characters, never inside one', () => {
    const cut = displayedTitle(note('🌊'.repeat(100), ''))
    expect([...cut]).toHaveLength(81)
    expect(cut.endsWith('🌊…')).toBe(true)
  })

  it('is not repeated in the excerpt', () => {
    expect(excerpt(note('', 'First\n\nSecond\nThird'))).toBe('Second Third')
    expect(excerpt(note('Title', 'First\nSecond'))).toBe('First Second')
  })
})

describe('a list of notes', () => {
  it('has the newest edit first, and one order for equal times', () => {
    const list = [note('', '', 'b', 1), note('', '', 'c', 2), note('', '', 'a', 1)]
    expect(inListOrder(list).map(({ id }) => id)).toEqual(['c', 'a', 'b'])
    expect(list[0]?.id).toBe('b')
  })

  it('has pinned notes first', () => {
    const list = [note('', '', 'b', 2), { ...note('', '', 'a', 1), pinned: true }]
    expect(inListOrder(list).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('is filtered by tag, kind, time and trash', () => {
    const now = 100 * 24 * 60 * 60 * 1000
    const list = [
      { ...note('', '', 'tagged', now), tags: ['sea'] },
      { ...note('', '', 'old', 1) },
      { ...note('', '', 'gone', now), trashedAt: now },
    ]
    const kinds: Kinds = new Map([['old', new Set(['picture'])]])
    const ids = (change: Partial<Filter>) => filtered(list, { ...noFilter, ...change }, kinds, now).map(({ id }) => id)
    expect(ids({})).toEqual(['tagged', 'old'])
    expect(ids({ tag: 'sea' })).toEqual(['tagged'])
    expect(ids({ kind: 'picture' })).toEqual(['old'])
    expect(ids({ kind: 'recording' })).toEqual([])
    expect(ids({ period: 'week' })).toEqual(['tagged'])
    expect(ids({ trash: true })).toEqual(['gone'])
    expect(tagCounts(list)).toEqual([['sea', 1]])
  })
})

describe('tags', () => {
  it('are clean, each once, in the order of the alphabet', () => {
    expect(cleanTags(['#Sea', ' sea ', 'a  b', '', '#', ',#', ', #sea', 'Äpfel,'])).toEqual(['a b', 'Sea', 'Äpfel'])
  })
})
