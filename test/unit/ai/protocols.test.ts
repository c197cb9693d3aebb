import { describe, expect, it } from 'vitest'
import { anthropic } from '../../../src/ai/anthropic.ts'
import { gemini } from '../../../src/ai/gemini.ts'
import { ollama, windowFor } from '../../../src/ai/ollama.ts'
import { openai, openaiCompatible } from '../../../src/ai/openai.ts'
import type { Part, Protocol } from '../../../src/ai/protocol.ts'

const prompt = { system: 'Be brief.', user: 'Why?' }

const read = (protocol: Protocol, stream: string): readonly Part[] => {
  const reader = protocol.reader()
  return [...[...stream].flatMap((letter) => reader.push(letter)), ...reader.end()]
}
const textIn = (parts: readonly Part[]): string => parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
const endOf = (parts: readonly Part[]): Part | undefined => parts.find(({ kind }) => kind !== 'text')
const events = (...data: readonly unknown[]): string => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')
const named = (...data: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[]): string =>
  data.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join('')
const lines = (...data: readonly unknown[]): string => data.map((one) => `${JSON.stringify(one)}\n`).join('')
const openaiChunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
})
const geminiChunk = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{ content: { parts }, finishReason }],
})

describe('what models say', () => {
  it.each<[string, Protocol, string]>([
    [
      'Ollama',
      ollama,
      lines(
        { message: { role: 'assistant', content: '', thinking: 'hidden' }, done: false },
        { message: { role: 'assistant', content: 'Be' }, done: false },
        { message: { role: 'assistant', content: 'cause' }, done: true, done_reason: 'stop' },
      ),
    ],
    [
      'OpenAI',
      openai,
      `${events(
        openaiChunk({ role: 'assistant', content: '' }),
        openaiChunk({ reasoning_content: 'hidden' }),
        openaiChunk({ content: 'Be' }),
        openaiChunk({ content: 'cause' }),
        openaiChunk({}, 'stop'),
        { choices: [], usage: { total_tokens: 3 } },
      )}data: [DONE]\n\n`,
    ],
    [
      'Anthropic',
      anthropic,
      named(
        { type: 'message_start' },
        { type: 'ping' },
        ...[
          { type: 'thinking_delta', thinking: 'hidden' },
          { type: 'text_delta', text: 'Be' },
          { type: 'text_delta', text: 'cause' },
        ].map((delta) => ({ type: 'content_block_delta', delta })),
        { type: 'message_stop' },
      ),
    ],
    [
      'Gemini',
      gemini,
      events(
        geminiChunk([{ text: 'hidden', thought: true }, { text: 'Be' }]),
        geminiChunk([{ text: 'cause' }], 'STOP'),
      ),
    ],
  ])('is read from a stream of %s, without what it thinks', (_, protocol, stream) => {
    const parts = read(protocol, stream)
    expect(textIn(parts)).toBe('Because')
    expect(endOf(parts)).toEqual({ kind: 'end', how: 'complete' })
    const cutOff = read(protocol, stream.slice(0, stream.indexOf('cause') - 12))
    expect([textIn(cutOff), endOf(cutOff)?.kind === 'end']).toEqual(['Be', false])
  })

  it.each<[Protocol, string, 'limit' | 'withheld']>([
    [ollama, lines({ message: { content: 'x' }, done: true, done_reason: 'length' }), 'limit'],
    [openai, events(openaiChunk({ content: 'x' }, 'length')), 'limit'],
    [openai, events(openaiChunk({}, 'content_filter')), 'withheld'],
    [anthropic, named({ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }), 'limit'],
    [anthropic, named({ type: 'message_delta', delta: { stop_reason: 'refusal' } }), 'withheld'],
    [gemini, events(geminiChunk([{ text: 'x' }], 'MAX_TOKENS')), 'limit'],
    [gemini, events(geminiChunk([], 'SAFETY')), 'withheld'],
    [gemini, events({ promptFeedback: { blockReason: 'SAFETY' } }), 'withheld'],
  ])('says when it is not all (%#)', (protocol, stream, how) => {
    expect(endOf(read(protocol, stream))).toEqual({ kind: 'end', how })
  })

  it.each<[Protocol, string, string]>([
    [ollama, lines({ error: 'llama runner process has terminated' }), 'AI_DOWN'],
    [openai, events({ error: { type: 'server_error', code: null } }), 'AI_DOWN'],
    [openai, events({ error: { type: 'x', code: 'rate_limit_exceeded' } }), 'AI_BUSY'],
    [openai, events({ error: { type: 'invalid_request_error', code: 'context_length_exceeded' } }), 'AI_TOO_LONG'],
    [anthropic, named({ type: 'error', error: { type: 'overloaded_error' } }), 'AI_DOWN'],
    [anthropic, named({ type: 'error', error: { type: 'authentication_error' } }), 'AI_KEY_REFUSED'],
    [gemini, events({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }), 'AI_BUSY'],
    [ollama, 'no JSON\n', 'AI_UNREADABLE'],
    [openai, 'data: {"choices":7}\n\n', 'AI_UNREADABLE'],
    [anthropic, 'event: content_block_delta\ndata: {}\n\n', 'AI_UNREADABLE'],
    [gemini, 'data: [\n\n', 'AI_UNREADABLE'],
  ])('fails in the middle in words that are known (%#)', (protocol, stream, code) => {
    expect(endOf(read(protocol, stream))).toEqual({ kind: 'failed', failure: { code } })
  })
})

describe('what models are asked', () => {
  it('goes to the address of each protocol, in its words', () => {
    const bodies = [ollama, openaiCompatible, anthropic, gemini].map((protocol) => {
      const { path, body } = protocol.chat('m/1', prompt)
      return [path, JSON.parse(body)]
    })
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Why?' },
    ]
    expect(bodies).toEqual([
      ['/api/chat', { model: 'm/1', messages, stream: true, think: false, options: { num_ctx: 2048 } }],
      ['/chat/completions', { model: 'm/1', messages, stream: true }],
      ['/messages', { model: 'm/1', system: 'Be brief.', messages: messages.slice(1), max_tokens: 4096, stream: true }],
      [
        '/models/m%2F1:streamGenerateContent?alt=sse',
        {
          systemInstruction: { parts: [{ text: 'Be brief.' }] },
          contents: [{ role: 'user', parts: [{ text: 'Why?' }] }],
        },
      ],
    ])
  })

  it('has a window of its own length in Ollama, which cuts off silently what does not fit', () => {
    const windows = [10, 4000, 12_000, 24_000, 1_000_000].map((length) =>
      windowFor({ system: '', user: 'x'.repeat(length) }),
    )
    expect(windows).toEqual([2048, 4096, 8192, 16_384, 16_384])
  })
})

describe('lists of models', () => {
  it('have those that write, and are nothing where they are no lists', () => {
    const tags = [
      { name: 'llama3.2:latest', details: { families: ['llama'] } },
      { name: 'nomic-embed-text', details: { families: ['nomic-bert'] } },
      { name: 'old' },
    ]
    expect(ollama.models({ models: tags })).toEqual(['llama3.2:latest', 'old'])
    const ids = ['whisper-1', 'gpt-4.1', 'text-embedding-3', 'o3-mini', 'gpt-4o-audio-preview'].map((id) => ({ id }))
    expect(openai.models({ data: ids })).toEqual(['gpt-4.1', 'o3-mini'])
    expect(openaiCompatible.models({ data: [{ id: 'mistral' }] })).toEqual(['mistral'])
    for (const protocol of [ollama, openai, anthropic, gemini]) {
      for (const answer of [undefined, null, 'text', [], {}, { models: 7 }])
        expect(protocol.models(answer)).toBeUndefined()
    }
  })
})
