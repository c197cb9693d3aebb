import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterLineWith, canReplace, insertion, replacement, spliced } from '../../../src/ai/accept.ts'
import { codeOfStatus, waitOf } from '../../../src/ai/failure.ts'
import { loopbackOrigin } from '../../../src/ai/loopback.ts'
import { transcriptOf } from '../../../src/ai/speech.ts'
import { beginning, documentIn, localBounds, prepare, shares, titleIn } from '../../../src/ai/tasks.ts'

describe('what a model is given', () => {
  it('is the beginning of a text that is too long, to the end of a line or a word, and no half letter', () => {
    expect(beginning('short', 10)).toBe('short')
    expect(beginning(`${'a'.repeat(95)}\nbbbbbbbb`, 100)).toBe(`${'a'.repeat(95)}\n`)
    expect(beginning(`${'a'.repeat(95)} bbbbbbbb`, 100)).toBe(`${'a'.repeat(95)} `)
    expect(beginning('🌊'.repeat(10), 7)).toBe('🌊🌊🌊')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(40), (text, most) => {
        const part = beginning(text, most)
        expect(text.startsWith(part)).toBe(true)
        expect(part.length).toBeLessThanOrEqual(Math.min(most, text.length))
        expect(part.isWellFormed()).toBe(true)
      }),
    )
  })

  it('says whether that is all, and how much of it', () => {
    const long = 'kelp '.repeat(10_000)
    const whole = prepare({ kind: 'summary', text: 'kelp' }, localBounds)
    expect([whole.isWhole, whole.taken]).toEqual([true, 4])
    const part = prepare({ kind: 'rewrite', text: long, how: 'shorter' }, localBounds)
    expect(part.isWhole).toBe(false)
    expect(part.prompt.user).toBe(`shorter\n\n<note>\n${long.slice(0, part.taken)}\n</note>`)
    expect(prepare({ kind: 'title', text: long }, localBounds).prompt.user.length).toBeLessThan(6100)
  })

  it('has room for short notes first, and shares the rest among the long ones', () => {
    expect(shares([10, 1000, 1000], 510)).toEqual([10, 250, 250])
    expect(shares([10, 20], 1000)).toEqual([10, 20])
    const notes = [
      { title: 'A', body: 'short' },
      { title: '', body: 'kelp '.repeat(20_000) },
    ]
    const { prompt, isWhole } = prepare({ kind: 'draft', notes, wish: 'A letter' }, localBounds)
    expect(prompt.user.startsWith('<note>\n# A\n\nshort\n</note>')).toBe(true)
    expect(prompt.user.endsWith('A letter')).toBe(true)
    expect(prompt.user.length).toBeLessThan(localBounds.read + 200)
    expect(isWhole).toBe(false)
  })
})

describe('what comes of an answer', () => {
  it.each([
    ['"The harbour."\nThat is a title.', 'The harbour'],
    ['# **The harbour**', 'The harbour'],
    ['„Der Hafen“', 'Der Hafen'],
    ['  ', ''],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('is the title in %j', (answer, title) => {
    expect(titleIn(answer)).toBe(title)
  })

  it('is a document with its title apart', () => {
    expect(documentIn('# Plan\n\nPay.\n')).toEqual({ title: 'Plan', body: 'Pay.' })
    expect(documentIn('Pay.\n# Not a title')).toEqual({ title: '', body: 'Pay.\n# Not a title' })
    expect(documentIn('## Part\ntext')).toEqual({ title: '', body: '## Part\ntext' })
  })

  it('is what a speech server heard', () => {
    expect(transcriptOf('{"text":" Kelp. ","language":"en"}')).toBe('Kelp.')
    for (const body of ['', '{}', '[]', '<html>', '{"text":7}']) expect(transcriptOf(body)).toBeUndefined()
  })
})

describe('taking a suggestion in', () => {
  const put = (body: string, from: number, text: string, by: string) => {
    const splice = replacement(body, { from, text }, by)
    return splice === undefined ? undefined : spliced(body, splice)
  }

  it('replaces what it was made from, where that still stands, and keeps the empty lines around it', () => {
    expect(put('one two three', 4, 'two', '2')).toBe('one 2 three')
    expect(put('now one two three', 4, 'two', '2')).toBe('now one 2 three')
    expect(put('a\n\nb\n', 0, 'a\n\nb\n', ' c ')).toBe('c\n')
  })

  it('replaces nothing where what it was made from is gone, or could be in two places', () => {
    expect(put('one three', 4, 'two', '2')).toBeUndefined()
    expect(put('x two two', 4, 'two', '2')).toBeUndefined()
    expect(canReplace('anything', { from: 0, text: '' })).toBe(false)
  })

  it('inserts a paragraph of its own', () => {
    expect(spliced('text', insertion('text', 0, ' new '))).toBe('new\n\ntext')
    expect(spliced('text', insertion('text', 4, 'new'))).toBe('text\n\nnew\n')
    expect(spliced('', insertion('', 9, 'new'))).toBe('new\n')
    const named = 'a\n[x](attachment:1)\nb'
    expect(spliced(named, insertion(named, afterLineWith(named, '(attachment:1)'), 'said'))).toBe(
      'a\n[x](attachment:1)\n\nsaid\n\nb',
    )
    expect(afterLineWith('a', 'not there')).toBe(1)
  })
})

describe('an address on this machine', () => {
  it.each([
    ['11434', 'http://127.0.0.1:11434'],
    [' 127.0.0.1:8000 ', 'http://127.0.0.1:8000'],
    ['localhost:1234/', 'http://localhost:1234'],
    ['HTTP://LOCALHOST:80', 'http://localhost:80'],
  ])('is read from %j', (written, origin) => {
    expect(loopbackOrigin(written)).toBe(origin)
  })

  it.each([
    '',
    '0',
    '70000',
    'localhost',
    'https://localhost:1234',
    'http://192.168.1.2:11434',
    'http://127.0.0.1.example.com:80',
    'http://evil.example:11434',
    'http://user@127.0.0.1:11434',
    'http://127.0.0.1:11434/path',
    'http://127.0.0.1:11434@evil.example',
    'http://[::1]:11434',
  ])('is none in %j', (written) => {
    expect(loopbackOrigin(written)).toBeUndefined()
  })
})

describe('a refusal', () => {
  it('is known by its status', () => {
    const statuses = [400, 401, 403, 404, 413, 422, 429, 500, 529]
    expect(statuses.map(codeOfStatus)).toEqual([
      'AI_REFUSED',
      'AI_KEY_REFUSED',
      'AI_KEY_REFUSED',
      'AI_MODEL_UNKNOWN',
      'AI_TOO_LONG',
      'AI_REFUSED',
      'AI_BUSY',
      'AI_DOWN',
      'AI_DOWN',
    ])
  })

  it('says how long to wait in its header, or else in its body, and nothing absurd', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(waitOf('20', '', now)).toBe(20)
    expect(waitOf('Thu, 01 Jan 2026 00:01:00 GMT', '', now)).toBe(60)
    expect(waitOf(null, '{"error":{"details":[{"retryDelay":"34.07s"}]}}', now)).toBe(35)
    expect(waitOf(null, 'Please try again in 1.2s.', now)).toBe(2)
    expect(waitOf(null, 'Please try again in 180ms.', now)).toBe(1)
    for (const header of [null, '', 'soon', '99999999999', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      expect(waitOf(header, '{}', now)).toBeUndefined()
    }
  })
})
