import * as v from 'valibot'
import type { GatewayConfig } from './config.ts'

/** A document as it is sent: base64 without line breaks. */
export type Document = { readonly type: string; readonly data: string }

export type Question = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** How one kind of model is asked, and where in its answer the text is. */
type Protocol = {
  ask(config: GatewayConfig, prompt: string, document: Document): Question
  /** Undefined where the answer holds no text. */
  read(answer: unknown): string | undefined
}

const openaiAnswer = v.object({
  choices: v.pipe(v.array(v.object({ message: v.object({ content: v.string() }) })), v.minLength(1)),
})

const geminiAnswer = v.object({
  candidates: v.pipe(
    v.array(
      v.object({
        content: v.object({
          parts: v.array(v.object({ text: v.optional(v.string(), ''), thought: v.optional(v.boolean(), false) })),
        }),
      }),
    ),
    v.minLength(1),
  ),
})

const dataUrl = ({ type, data }: Document): string => `data:${type};base64,${data}`

const openai: Protocol = {
  ask({ base, model, key }, prompt, document) {
    const part =
      document.type === 'application/pdf'
        ? { type: 'file', file: { filename: 'document.pdf', file_data: dataUrl(document) } }
        : { type: 'image_url', image_url: { url: dataUrl(document) } }
    return {
      url: `${base}/chat/completions`,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: { model, messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, part] }] },
    }
  },
  read(answer) {
    const parsed = v.safeParse(openaiAnswer, answer)
    return parsed.success ? parsed.output.choices[0]?.message.content : undefined
  },
}

const gemini: Protocol = {
  ask: ({ base, model, key }, prompt, { type, data }) => ({
    url: `${base}/models/${model}:generateContent`,
    headers: key === undefined ? {} : { 'x-goog-api-key': key },
    body: { contents: [{ role: 'user', parts: [{ text: prompt }, { inlineData: { mimeType: type, data } }] }] },
  }),
  read(answer) {
    const parsed = v.safeParse(geminiAnswer, answer)
    const parts = parsed.success ? parsed.output.candidates[0]?.content.parts : undefined
    return parts
      ?.filter(({ thought }) => !thought)
      .map(({ text }) => text)
      .join('')
  },
}

export const protocols: Readonly<Record<GatewayConfig['protocol'], Protocol>> = { openai, gemini }
