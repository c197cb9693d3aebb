import type { IncomingHttpHeaders } from 'node:http'

/** What a plain answer is made of. */
type Facts = { readonly models: readonly string[]; readonly says: readonly string[]; readonly body: string }

/** One address of a protocol: who may ask, and how what is said is written. */
export type Dialect = {
  readonly path: RegExp
  /** Whether it is answered with what a model says, in a stream. */
  readonly isQuestion: boolean
  readonly type: string
  admits(headers: IncomingHttpHeaders, key: string): boolean
  piece(text: string): string
  end(): string
  plain(facts: Facts): readonly [status: number, body: unknown]
  /** Whether a question is answered whole. */
  isWhole?(body: string): boolean
}

const anyone = { admits: () => true }
const line = (value: unknown): string => `${JSON.stringify(value)}\n`
const event = (value: unknown, name = ''): string =>
  `${name === '' ? '' : `event: ${name}\r\n`}data: ${JSON.stringify(value)}\r\n\r\n`

const bearer = { admits: (headers: IncomingHttpHeaders, key: string) => headers.authorization === `Bearer ${key}` }
const anthropicKey = {
  admits: (headers: IncomingHttpHeaders, key: string) =>
    headers['x-api-key'] === key &&
    headers['anthropic-version'] === '2023-06-01' &&
    headers['anthropic-dangerous-direct-browser-access'] === 'true',
}
const googleKey = { admits: (headers: IncomingHttpHeaders, key: string) => headers['x-goog-api-key'] === key }

const stream = { isQuestion: true, plain: () => [500, {}] as const }
/** The same question is answered whole where it asks for no stream. */
const isWhole = (body: string): boolean => !/"stream":\s*true/u.test(body)
const plain = { isQuestion: false, type: '', piece: () => '', end: () => '' }
const events = { ...stream, type: 'text/event-stream' }

const ollamaLine = (content: string, more: object = {}) =>
  line({
    model: 'any',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content, ...more },
    done: false,
  })

/** A voice memo is a file of the form, with its name and its type. */
const isForm = (body: string): boolean =>
  /name="file"; filename="[^"]+"/u.test(body) && /name="model"\r\n\r\n\S/u.test(body)

export const dialects: readonly Dialect[] = [
  {
    ...stream,
    ...anyone,
    path: /^\/api\/chat$/u,
    type: 'application/x-ndjson',
    // A model that thinks has it in a field of its own, or between marks in the text.
    piece: (text) => ollamaLine('', { thinking: 'hidden thought' }) + ollamaLine(text),
    end: () => line({ message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' }),
  },
  {
    ...plain,
    ...anyone,
    path: /^\/api\/tags$/u,
    plain: ({ models }) => [200, { models: models.map((name) => ({ name, details: { families: ['llama'] } })) }],
  },
  { ...plain, ...anyone, path: /^\/api\/show$/u, plain: () => [400, { error: 'model is required' }] },
  {
    ...events,
    ...bearer,
    path: /^\/(?:openai|other\/deep)\/v1\/chat\/completions$/u,
    piece: (text) =>
      event({ choices: [{ index: 0, delta: { reasoning_content: 'hidden thought' }, finish_reason: null }] }) +
      event({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }),
    end: () => `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\r\n\r\n`,
    isWhole,
    plain: ({ says }) => [200, { choices: [{ message: { role: 'assistant', content: says.join('') } }] }],
  },
  {
    ...plain,
    ...bearer,
    path: /^\/(?:openai|other\/deep)\/v1\/models$/u,
    plain: () => [200, { data: ['gpt-4.1-mini', 'gpt-4.1', 'whisper-1', 'gpt-4o-realtime'].map((id) => ({ id })) }],
  },
  {
    ...plain,
    ...bearer,
    path: /^\/openai\/v1\/audio\/transcriptions$/u,
    plain: ({ says, body }) => (isForm(body) ? [200, { text: says.join('') }] : [400, { error: { type: 'invalid' } }]),
  },
  {
    ...plain,
    ...anyone,
    path: /^\/v1\/audio\/transcriptions$/u,
    plain: ({ says, body }) => (isForm(body) ? [200, { text: says.join('') }] : [422, { detail: 'no file' }]),
  },
  {
    ...events,
    ...anthropicKey,
    path: /^\/anthropic\/v1\/messages$/u,
    piece: (text) =>
      event(
        { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hidden thought' } },
        'content_block_delta',
      ) +
      event({ type: 'ping' }, 'ping') +
      event({ type: 'content_block_delta', delta: { type: 'text_delta', text } }, 'content_block_delta'),
    end: () =>
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }, 'message_delta') +
      event({ type: 'message_stop' }, 'message_stop'),
  },
  {
    ...plain,
    ...anthropicKey,
    path: /^\/anthropic\/v1\/models\?/u,
    plain: () => [200, { data: [{ id: 'claude-haiku' }, { id: 'claude-sonnet' }] }],
  },
  {
    ...events,
    ...googleKey,
    path: /^\/gemini\/v1beta\/models\/[\w.-]+:streamGenerateContent\?alt=sse$/u,
    piece: (text) =>
      event({ candidates: [{ content: { parts: [{ text: 'hidden thought', thought: true }, { text }] } }] }),
    end: () => event({ candidates: [{ content: { parts: [{ text: '' }] }, finishReason: 'STOP' }] }),
  },
  {
    ...stream,
    ...googleKey,
    type: '',
    path: /^\/gemini\/v1beta\/models\/[\w.-]+:generateContent$/u,
    piece: () => '',
    end: () => '',
    isWhole: () => true,
    plain: ({ says }) => [
      200,
      {
        candidates: [
          { content: { parts: [{ text: 'hidden thought', thought: true }, ...says.map((text) => ({ text }))] } },
        ],
      },
    ],
  },
  {
    ...plain,
    ...googleKey,
    path: /^\/gemini\/v1beta\/models\?/u,
    plain: () => [
      200,
      {
        models: [
          { name: 'models/gemini-flash', supportedGenerationMethods: ['generateContent'] },
          { name: 'models/embedding-001', supportedGenerationMethods: ['embedContent'] },
        ],
      },
    ],
  },
]
