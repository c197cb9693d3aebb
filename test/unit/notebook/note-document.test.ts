import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanTags } from '../../../src/notebook/note.ts'
import { foundingUpdate, mergeUpdates, openDocument } from '../../../src/notebook/note-document.ts'
import { moved, spliceOf } from '../../../src/notebook/splice.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 })
const noteText = fc.record({
  title: text,
  body: text,
  pinned: fc.boolean(),
  tags: fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 3 }).map(cleanTags),
  trashedAt: fc.option(fc.nat()),
})

describe('a splice', () => {
  it('makes one text of another, and never halves a character', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const splice = spliceOf(before, after)
        const { at, removed, inserted } = splice ?? { at: 0, removed: 0, inserted: '' }
        expect(before.slice(0, at) + inserted + before.slice(at + removed)).toBe(after)
        expect(inserted.isWellFormed()).toBe(true)
        expect(before.slice(0, at).isWellFormed()).toBe(true)
      }),
    )
  })

  it('moves a place with the text around it', () => {
    const splice = spliceOf('one three', 'one two three')
    expect(splice && [moved(0, splice), moved(3, splice), moved(9, splice)]).toEqual([0, 3, 13])
  })
})

describe('the document of a note', () => {
  it('has the text that was written, whatever it is', () => {
    fc.assert(
      fc.property(noteText, fc.array(noteText, { maxLength: 6 }), (first, edits) => {
        const document = openDocument([foundingUpdate(first)])
        const updates = [foundingUpdate(first), ...edits.flatMap((edit) => document.edit(edit) ?? [])]
        const last = edits.at(-1) ?? first
        expect(document.content()).toEqual(last)
        expect(openDocument(updates).content()).toEqual(last)
        expect(openDocument([mergeUpdates(updates)]).content()).toEqual(last)
      }),
    )
  })

  it('is founded by two at once and is one', () => {
    fc.assert(
      fc.property(noteText, (first) => {
        expect(openDocument([foundingUpdate(first), foundingUpdate(first)]).content()).toEqual(first)
      }),
    )
  })

  it('ends the same for all, in whatever order the changes come, and however often', () => {
    const edits = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), noteText), { maxLength: 12 })
    fc.assert(
      fc.property(noteText, edits, fc.infiniteStream(fc.nat()), (first, all, numbers) => {
        const base = foundingUpdate(first)
        const replicas = [0, 1, 2].map(() => openDocument([base]))
        const updates = all.flatMap(([who, edit]) => replicas[who]?.edit(edit) ?? [])
        const next = (below: number) => (numbers.next().value ?? 0) % below
        const shuffled = [...updates, ...updates].sort(() => next(3) - 1)
        for (const replica of replicas) for (const update of shuffled) replica.merge(update)
        const texts = replicas.map((replica) => replica.content())
        expect(texts).toEqual([texts[0], texts[0], texts[0]])
      }),
    )
  })

  it('keeps every letter that two have written in two places', () => {
    const base = foundingUpdate({ title: '', body: 'one two three' })
    const [mine, theirs] = [openDocument([base]), openDocument([base])]
    const a = mine.edit({ body: 'ONE, one two three' })
    const b = theirs.edit({ body: 'one two three, FOUR' })
    if (a && b) [mine.merge(b), theirs.merge(a)]
    expect(mine.content().body).toBe('ONE, one two three, FOUR')
    expect(theirs.content()).toEqual(mine.content())
  })

  it('gives no change where nothing differs', () => {
    const document = openDocument([foundingUpdate({ title: 'a', body: 'b' })])
    expect(document.edit({ title: 'a', body: 'b' })).toBeUndefined()
  })
})
