import { describe, expect, it } from 'vitest'
import { fitted, slotsFor } from '../../../src/app/ui/virtual.ts'

describe('the rows of a long list that are in the page', () => {
  it('are those that are seen, as far as there are any', () => {
    expect(fitted({ from: 100, to: 140 }, 20_000)).toEqual({ from: 100, to: 140 })
    expect(fitted({ from: 0, to: 40 }, 3)).toEqual({ from: 0, to: 3 })
    expect(fitted({ from: 0, to: 40 }, 0)).toEqual({ from: 0, to: 0 })
  })

  it('are the last ones where the list has become shorter than it was scrolled', () => {
    expect(fitted({ from: 100, to: 140 }, 60)).toEqual({ from: 20, to: 60 })
    expect(fitted({ from: 100, to: 140 }, 10)).toEqual({ from: 0, to: 10 })
  })
})

describe('the elements of rows', () => {
  const slots = (before: ReadonlyMap<string, number>, ids: readonly string[], kept?: string) => [
    ...slotsFor(before, ids, kept),
  ]

  it('stay with their rows, and are taken over from rows that go', () => {
    const before = new Map([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ])
    expect(slots(before, ['x', 'b', 'y', 'z'])).toEqual([
      ['x', 0],
      ['b', 1],
      ['y', 2],
      ['z', 3],
    ])
    expect(slots(before, ['c', 'a'])).toEqual([
      ['c', 2],
      ['a', 0],
    ])
  })

  it('are not taken over from the row that has the focus', () => {
    expect(slots(new Map([['a', 0]]), ['x'], 'a')).toEqual([['x', 1]])
  })
})
