import { describe, expect, it } from 'vitest'
import { fitted } from '../../../src/app/ui/virtual.ts'

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
