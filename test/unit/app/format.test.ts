import { describe, expect, it } from 'vitest'
import { shortTime, size } from '../../../src/app/ui/format.ts'

const now = new Date(2026, 4, 20, 14, 2).getTime()
const ago = (days: number) => new Date(2026, 4, 20 - days, 9, 30).getTime()

describe('a time in the list', () => {
  it('is as short as it stays clear', () => {
    expect(shortTime('en-GB', ago(0), now)).toBe('9:30')
    expect(shortTime('en-GB', ago(1), now)).toBe('Tue')
    expect(shortTime('en-GB', ago(30), now)).toBe('20 Apr')
    expect(shortTime('en-GB', ago(365), now)).toBe('20 May 2025')
  })
})

describe('a size', () => {
  it('has the unit that fits, in the language of the page', () => {
    expect(size('en', 0)).toBe('0 byte')
    expect(size('en', 1234)).toBe('1.2 kB')
    expect(size('de', 10_700_000_000)).toBe('10,7\u00a0GB')
  })
})
