import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createThoughts } from '../../../src/ai/thoughts.ts'
import { createLines } from '../../../src/base/lines.ts'
import { createEvents } from '../../../src/base/server-events.ts'

/** A text in pieces, cut at these places. */
const cut = (text: string, places: readonly number[]): readonly string[] => {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b)
  return [...at, text.length].map((end, index) => text.slice(index === 0 ? 0 : at[index - 1], end))
}
const places = fc.array(fc.nat(1000), { maxLength: 12 })

const eventsOf = (pieces: readonly string[]) => {
  const events = createEvents()
  return [...pieces.flatMap((piece) => events.push(piece)), ...events.end()]
}

describe('lines that come in pieces', () => {
  it('are the same wherever the text was cut, with any kind of line end', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', '🌊'), { maxLength: 30 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(text, places, (whole, where) => {
        const lines = createLines()
        const found = [...cut(whole, where).flatMap((piece) => lines.push(piece)), ...lines.end()]
        const expected = whole.split(/\r\n|\r|\n/u)
        expect(found).toEqual(expected.at(-1) === '' ? expected.slice(0, -1) : expected)
      }),
    )
  })

  it('that do not end are no lines', () => {
    const lines = createLines()
    expect(() => lines.push('x'.repeat(4_000_001))).toThrow(RangeError)
  })
})

describe('server-sent events', () => {
  it('have several lines of data, names, comments, and fields that nobody knows', () => {
    const stream =
      ': hello\nevent: add\ndata: one\ndata:two\nid: 7\n\ndata\n\nretry: 5\n\nevent: lost\n\ndata: {"a":1}\n\n'
    expect(eventsOf([stream])).toEqual([
      { event: 'add', data: 'one\ntwo' },
      { event: 'message', data: '' },
      { event: 'message', data: '{"a":1}' },
    ])
  })

  it('are the same wherever the stream was cut, with LF, CR and CRLF', () => {
    for (const end of ['\n', '\r', '\r\n']) {
      const stream = `\uFEFFevent: a${end}data: x${end}data: y${end}${end}: c${end}data: z🌊${end}${end}`
      fc.assert(
        fc.property(places, (where) => {
          expect(eventsOf(cut(stream, where))).toEqual([
            { event: 'a', data: 'x\ny' },
            { event: 'message', data: 'z🌊' },
          ])
        }),
      )
    }
  })

  it('are read to the last where the stream ends without an empty line', () => {
    expect(eventsOf(['data: [DONE]'])).toEqual([{ event: 'message', data: '[DONE]' }])
  })
})

const spoken = (pieces: readonly string[]): string => {
  const thoughts = createThoughts()
  return pieces.map((piece) => thoughts.push(piece)).join('') + thoughts.end()
}

describe('what a model thinks aloud', () => {
  it.each([
    ['<think>hidden</think>\n\nShown', 'Shown'],
    ['\n<think>a</think> <thinking>b</thinking>Shown', 'Shown'],
    ['Shown <think>text</think>', 'Shown <think>text</think>'],
    ['<b>bold</b>', '<b>bold</b>'],
    ['<think>never ends', ''],
    ['<thi', '<thi'],
    ['  Shown', 'Shown'],
  ])('is taken out of %j, wherever it was cut', (said, shown) => {
    fc.assert(
      fc.property(places, (where) => {
        expect(spoken(cut(said, where))).toBe(shown)
      }),
    )
  })
})
