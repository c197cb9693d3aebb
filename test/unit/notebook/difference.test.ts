import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../../src/notebook/difference.ts'

describe('the difference of two lists', () => {
  it('is what lies between the same beginning and the same end', () => {
    expect(differenceOf(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd'])).toEqual({ gone: ['b'], come: ['x'] })
    expect(differenceOf(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual({ gone: ['a', 'b', 'c'], come: ['c', 'a', 'b'] })
    expect(differenceOf(['a', 'b'], ['x', 'a', 'b'])).toEqual({ gone: [], come: ['x'] })
    expect(differenceOf(['a', 'a'], ['a'])).toEqual({ gone: ['a'], come: [] })
  })

  it('is nothing where they are the same', () => {
    expect(differenceOf(['a', 'b'], ['a', 'b'])).toEqual({ gone: [], come: [] })
    expect(differenceOf([], [])).toEqual({ gone: [], come: [] })
  })
})
