import * as v from 'valibot'
import type { ServerEvent } from '../base/server-events.ts'
import { codeOfKind } from './failure.ts'
import { ended, failed, json, MOST_TOKENS, type Part, type Protocol, parseJson, text } from './protocol.ts'
import { eventReader } from './readers.ts'

const delta = v.object({ delta: v.object({ type: v.string(), text: v.optional(v.string(), '') }) })
const stop = v.object({ delta: v.object({ stop_reason: v.nullish(v.string()) }) })
const told = v.object({ error: v.object({ type: v.string() }) })

const endings: Readonly<Record<string, Part>> = {
  max_tokens: ended('limit'),
  refusal: ended('withheld'),
}

/** Each event of a message by its name. Those of which nothing is to be shown, thinking among them, give nothing. */
const readers: Readonly<Record<string, (data: unknown) => readonly Part[] | undefined>> = {
  content_block_delta(data) {
    const parsed = v.safeParse(delta, data)
    if (!parsed.success) return undefined
    return parsed.output.delta.type === 'text_delta' ? text(parsed.output.delta.text) : []
  },
  message_delta(data) {
    const parsed = v.safeParse(stop, data)
    if (!parsed.success) return undefined
    const reason = parsed.output.delta.stop_reason ?? undefined
    return reason === undefined ? [] : [endings[reason] ?? ended('complete')]
  },
  message_stop: () => [ended('complete')],
  error(data) {
    const parsed = v.safeParse(told, data)
    return parsed.success ? [failed({ code: codeOfKind(parsed.output.error.type) })] : undefined
  },
}

const read = ({ event, data }: ServerEvent): readonly Part[] => {
  const reader = Object.hasOwn(readers, event) ? readers[event] : undefined
  return reader === undefined ? [] : (reader(parseJson(data)) ?? [failed({ code: 'AI_UNREADABLE' })])
}

const list = v.object({ data: v.array(v.object({ id: v.string() })) })

/** Anthropic's Messages API. The last header is how it lets a browser ask without a server in between. */
const headers = {
  'anthropic-version': '2023-06-01',
  'anthropic-dangerous-direct-browser-access': 'true',
} as const

export const anthropic: Protocol = {
  headers,
  chat: (model, { system, user }) => ({
    path: '/messages',
    headers: { ...json, ...headers },
    body: JSON.stringify({
      model,
      system,
      messages: [{ role: 'user', content: user }],
      max_tokens: MOST_TOKENS,
      stream: true,
    }),
  }),
  reader: () => eventReader(read),
  modelsPath: '/models?limit=100',
  models(answer) {
    const parsed = v.safeParse(list, answer)
    return parsed.success ? parsed.output.data.map(({ id }) => id) : undefined
  },
}
