import * as v from 'valibot'
import { parseJson } from './protocol.ts'

/** Where speech becomes text, beneath the address of a server that speaks OpenAI's protocol. */
export const SPEECH_PATH = '/audio/transcriptions'

const schema = v.object({ text: v.string() })

/** What was said, from the answer of a speech server; undefined where it is no answer. */
export const transcriptOf = (body: string): string | undefined => {
  const parsed = v.safeParse(schema, parseJson(body))
  return parsed.success ? parsed.output.text.trim() : undefined
}
