import { describe, expect, it } from 'vitest'
import { counted, fill, languageFor, words } from '../../../src/app/ui/words.ts'

const places = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([place]) => place).sort()

describe('the words', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(words.de)).toEqual(Object.keys(words.en))
  })

  it('have the same places for values in both languages, and none is empty', () => {
    for (const [key, text] of Object.entries(words.en)) {
      const other = Object.entries(words.de).find(([name]) => name === key)?.[1] ?? ''
      expect(places(other), key).toEqual(places(text))
      expect(text.trim() !== '' && other.trim() !== '', key).toBe(true)
    }
  })

  it('are German for German browsers and English for all others', () => {
    expect(['de', 'de-AT', 'DE-ch'].map(languageFor)).toEqual(['de', 'de', 'de'])
    expect(['en-GB', 'fr', 'den', ''].map(languageFor)).toEqual(['en', 'en', 'en', 'en'])
  })

  it('take values, and leave a place that has none', () => {
    expect(fill('{a} of {b}', { a: 1 })).toBe('1 of {b}')
  })

  it('count in the forms of the language', () => {
    expect([0, 1, 2, 1200].map((count) => counted('en', 'notesCount', count))).toEqual([
      '0 notes',
      '1 note',
      '2 notes',
      '1,200 notes',
    ])
    expect(counted('de', 'notesCount', 1)).toBe('1 Notiz')
  })
})
