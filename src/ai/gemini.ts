import * as v from 'valibot'
import type { ServerEvent } from '../base/server-events.ts'
import { codeOfKind } from './failure.ts'
import { ended, failed, json, type Part, type Protocol, parseJson, text } from './protocol.ts'
import { eventReader } from './readers.ts'

/** A part of what is said; `thought` marks what the model thinks, which is not shown. */
const part = v.object({ text: v.optional(v.string(), ''), thought: v.optional(v.boolean(), false) })

const chunk = v.object({
  candidates: v.optional(
    v.array(
      v.object({
        content: v.optional(v.object({ parts: v.optional(v.array(part), []) })),
        finishReason: v.optional(v.string()),
      }),
    ),
    [],
  ),
  promptFeedback: v.optional(v.object({ blockReason: v.optional(v.string()) })),
  error: v.optional(v.object({ status: v.optional(v.string(), '') })),
})

const endings: Readonly<Record<string, Part>> = { STOP: ended('complete'), MAX_TOKENS: ended('limit') }

const read = ({ data }: ServerEvent): readonly Part[] => {
  const parsed = v.safeParse(chunk, parseJson(data))
  if (!parsed.success) return [failed({ code: 'AI_UNREADABLE' })]
  const { candidates, promptFeedback, error } = parsed.output
  if (error !== undefined) return [failed({ code: codeOfKind(error.status) })]
  if (promptFeedback?.blockReason !== undefined) return [ended('withheld')]
  const [candidate] = candidates
  const parts = candidate?.content?.parts ?? []
  const said = parts.filter(({ thought }) => !thought).flatMap(({ text: piece }) => text(piece))
  const reason = candidate?.finishReason
  // Every other reason is one for which Google holds the rest back: SAFETY, RECITATION, …
  return reason === undefined ? said : [...said, endings[reason] ?? ended('withheld')]
}

const list = v.object({
  models: v.array(v.object({ name: v.string(), supportedGenerationMethods: v.optional(v.array(v.string()), []) })),
})

/** Google's Gemini API. */
export const gemini: Protocol = {
  headers: {},
  chat: (model, { system, user }) => ({
    path: `/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    headers: json,
    body: JSON.stringify({
      systemInstruction: { parts: [{ text: system }] },
      contents: [{ role: 'user', parts: [{ text: user }] }],
    }),
  }),
  reader: () => eventReader(read),
  modelsPath: '/models?pageSize=200',
  models(answer) {
    const parsed = v.safeParse(list, answer)
    if (!parsed.success) return undefined
    return parsed.output.models
      .filter(({ supportedGenerationMethods }) => supportedGenerationMethods.includes('generateContent'))
      .map(({ name }) => name.replace(/^models\//u, ''))
      .filter((name) => name.startsWith('gemini'))
  },
}
