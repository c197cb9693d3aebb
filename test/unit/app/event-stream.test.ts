import { describe, expect, it } from 'vitest'
import { createEventReader } from '../../../src/app/state/event-stream.ts'

const read = (...pieces: readonly string[]): readonly string[] => {
  const events: string[] = []
  const reader = createEventReader((data) => events.push(data))
  for (const piece of pieces) reader(piece)
  return events
}

describe('a stream of events', () => {
  it('gives the data of each event, once it is whole', () => {
    expect(read('data: {"position":1}\n\ndata:{"position":2}\n\ndata: 3\n')).toEqual([
      '{"position":1}',
      '{"position":2}',
    ])
  })

  it('is the same wherever it is cut', () => {
    const text =
      '\uFEFFretry: 2000\r\n\r\n: alive\r\n\r\nevent: now\r\nid: 7\r\ndata: one\r\ndata:  two\r\n\r\ndata: three\r\n\r\n'
    for (let at = 0; at <= text.length; at += 1) {
      expect(read(text.slice(0, at), text.slice(at)), `cut at ${at}`).toEqual(['one\n two', 'three'])
    }
  })

  it('passes over comments, keep-alives and fields that nobody asks for', () => {
    expect(read(':\n\n', 'retry: 2000\n\n', 'nonsense\n\n', 'dataset: 1\n\n', 'data: 1\n\n')).toEqual(['1'])
  })

  it('takes every end of a line that the standard has', () => {
    expect(read('data: a\r\rdata: b\n\ndata: c\r\n\r\n')).toEqual(['a', 'b', 'c'])
  })

  it('does not grow without end where the server never ends an event', () => {
    expect(read('data: ', 'x'.repeat(70_000), '\n\ndata: 1\n\n')).toEqual(['1'])
  })
})
