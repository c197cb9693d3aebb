import * as v from 'valibot'
import type { ServerEvent } from '../base/server-events.ts'
import { codeOfKind } from './failure.ts'
import { ended, failed, json, type Part, type Protocol, parseJson, text } from './protocol.ts'
import { eventReader } from './readers.ts'

const error = v.looseObject({ code: v.nullish(v.union([v.string(), v.number()])), type: v.nullish(v.string()) })

/** One piece of the answer of `/chat/completions`. Fields in which models think aloud are not looked at. */
const chunk = v.object({
  choices: v.optional(
    v.array(
      v.object({
        delta: v.optional(v.object({ content: v.nullish(v.string()) })),
        finish_reason: v.nullish(v.string()),
      }),
    ),
    [],
  ),
  error: v.optional(error),
})

const endings: Readonly<Record<string, Part>> = {
  length: ended('limit'),
  content_filter: ended('withheld'),
}

const read = ({ data }: ServerEvent): readonly Part[] => {
  if (data === '[DONE]') return [ended('complete')]
  const parsed = v.safeParse(chunk, parseJson(data))
  if (!parsed.success) return [failed({ code: 'AI_UNREADABLE' })]
  const { choices, error: told } = parsed.output
  if (told !== undefined) return [failed({ code: codeOfKind(`${told.type ?? ''} ${told.code ?? ''}`) })]
  const [choice] = choices
  const reason = choice?.finish_reason ?? undefined
  const said = text(choice?.delta?.content ?? '')
  return reason === undefined ? said : [...said, endings[reason] ?? ended('complete')]
}

const list = v.object({ data: v.array(v.object({ id: v.string() })) })

/** The protocol that OpenAI has made and many others speak. */
export const openaiCompatible: Protocol = {
  headers: {},
  chat: (model, { system, user }) => ({
    path: '/chat/completions',
    headers: json,
    body: JSON.stringify({
      model,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      stream: true,
    }),
  }),
  reader: () => eventReader(read),
  modelsPath: '/models',
  models(answer) {
    const parsed = v.safeParse(list, answer)
    return parsed.success ? parsed.output.data.map(({ id }) => id).sort() : undefined
  },
}

/** OpenAI lists models for pictures, speech and vectors among those that write. */
const writes = /^(?:gpt-|chatgpt-|o\d)/u
const doesOtherThings = /audio|realtime|transcribe|tts|image|search|embedding|instruct|codex/u

export const openai: Protocol = {
  ...openaiCompatible,
  models: (answer) =>
    openaiCompatible.models(answer)?.filter((name) => writes.test(name) && !doesOtherThings.test(name)),
}
