import * as v from 'valibot'
import { codeOfKind } from './failure.ts'
import { ended, failed, json, type Part, type Prompt, type Protocol, parseJson, text } from './protocol.ts'
import { lineReader } from './readers.ts'

/** One line of the answer of `/api/chat`. What a model thinks is in a field of its own, and is not looked at. */
const line = v.object({
  message: v.optional(v.object({ content: v.optional(v.string(), '') })),
  done: v.optional(v.boolean(), false),
  done_reason: v.optional(v.string()),
  error: v.optional(v.string()),
})

const read = (received: string): readonly Part[] => {
  const parsed = v.safeParse(line, parseJson(received))
  if (!parsed.success) return [failed({ code: 'AI_UNREADABLE' })]
  const { message, done, done_reason: reason, error } = parsed.output
  if (error !== undefined) return [failed({ code: codeOfKind(error) })]
  const said = text(message?.content ?? '')
  return done ? [...said, ended(reason === 'length' ? 'limit' : 'complete')] : said
}

const steps = [2048, 4096, 8192, 16_384]
/** What the answer needs beside the question, in tokens. */
const room = 1536

/**
 * How much the model has to have in view, in tokens. Ollama cuts off silently what is more than its setting, which is
 * small, so it is told. Three letters a token is on the safe side for most languages.
 */
export const windowFor = ({ system, user }: Prompt): number => {
  const needed = Math.ceil((system.length + user.length) / 3) + room
  return steps.find((step) => step >= needed) ?? steps.at(-1) ?? needed
}

const tags = v.object({
  models: v.array(
    v.object({
      name: v.string(),
      details: v.optional(v.object({ families: v.nullish(v.array(v.string())) })),
    }),
  ),
})

/** Models that make vectors of texts, and write none. */
const isEmbedding = (families: readonly string[]): boolean => families.some((family) => family.includes('bert'))

/** Ollama's own protocol: https://github.com/ollama/ollama/blob/main/docs/api.md */
export const ollama: Protocol = {
  headers: {},
  chat: (model, prompt) => ({
    path: '/api/chat',
    headers: json,
    body: JSON.stringify({
      model,
      messages: [
        { role: 'system', content: prompt.system },
        { role: 'user', content: prompt.user },
      ],
      stream: true,
      think: false,
      options: { num_ctx: windowFor(prompt) },
    }),
  }),
  reader: () => lineReader(read),
  modelsPath: '/api/tags',
  models(answer) {
    const parsed = v.safeParse(tags, answer)
    if (!parsed.success) return undefined
    return parsed.output.models.filter(({ details }) => !isEmbedding(details?.families ?? [])).map(({ name }) => name)
  },
}
