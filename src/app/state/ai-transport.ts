import { type AiCode, type AiFailure, codeOfKind, codeOfStatus, waitOf } from '../../ai/failure.ts'
import type { Ending, Part, Prompt, Protocol, Reader } from '../../ai/protocol.ts'
import { createThoughts } from '../../ai/thoughts.ts'

type Fetch = typeof globalThis.fetch

/** Somebody who answers: a program on this machine, or a provider behind an alias of the worker. */
export type Answerer = {
  /** What stands before the paths of the protocol, without an end slash. */
  readonly address: string
  readonly protocol: Protocol
  readonly model: string
  /** A program on this machine needs no network and no key. */
  readonly isLocal: boolean
}

/** How an answer ended. */
export type Ended = { readonly how: Ending | 'stopped' } | { readonly failure: AiFailure }

/** A longer answer is one that does not end, in characters. */
const longest = 400_000
/** Of what is said to explain a refusal no more is read, in characters. */
const longestRefusal = 20_000

const failure = (code: AiCode): Ended => ({ failure: { code } })

/** What the browser gives where there was no answer at all. */
export const unreached = (isLocal: boolean): AiCode => (!isLocal && !navigator.onLine ? 'AI_OFFLINE' : 'AI_UNREACHABLE')

/** Why a status that is no success was given. */
export const refusalOf = async (response: Response, isLocal: boolean): Promise<AiFailure> => {
  const body = (await response.text().catch(() => '')).slice(0, longestRefusal)
  const byStatus = codeOfStatus(response.status)
  const told = byStatus === 'AI_REFUSED' ? codeOfKind(body) : byStatus
  const code = told === 'AI_DOWN' && response.status < 500 ? 'AI_REFUSED' : told
  if (isLocal && code === 'AI_KEY_REFUSED') return { code: 'AI_REFUSED' }
  const after = code === 'AI_BUSY' ? waitOf(response.headers.get('retry-after'), body, Date.now()) : undefined
  return { code, ...(after === undefined ? {} : { after }) }
}

/** Gives what is said to `onText`, until the answer ends or is cut off. */
const readAnswer = async (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  reader: Reader,
  onText: (text: string) => void,
): Promise<Ended> => {
  const thoughts = createThoughts()
  const decoder = new TextDecoder()
  const pieces = body.getReader()
  let length = 0
  const say = (text: string): void => {
    length += text.length
    if (text !== '') onText(text)
  }
  /** The first end of an answer is the one that counts. */
  const take = (parts: readonly Part[]): Ended | undefined => {
    for (const part of parts) {
      if (part.kind === 'failed') return { failure: part.failure }
      if (part.kind === 'end') return { how: part.how }
      say(thoughts.push(part.text))
      if (length > longest) return { how: 'limit' }
    }
    return undefined
  }
  try {
    for (;;) {
      const { done, value } = await pieces.read()
      const end = take(
        done
          ? [...reader.push(decoder.decode()), ...reader.end()]
          : reader.push(decoder.decode(value, { stream: true })),
      )
      if (end === undefined && !done) continue
      say(thoughts.end())
      if (end === undefined) return failure('AI_CUT')
      return 'how' in end && end.how !== 'withheld' && length === 0 ? failure('AI_EMPTY') : end
    }
  } catch {
    say(thoughts.end())
    return failure('AI_CUT')
  } finally {
    void pieces.cancel().catch(() => undefined)
  }
}

/** A page of a network that wants something first, or of a server that is none of ours. */
const isPage = (response: Response): boolean => response.headers.get('content-type')?.startsWith('text/html') === true

/** Asks, and gives what is said as it comes. Never rejects. */
export const ask = async (
  fetch: Fetch,
  { address, protocol, model, isLocal }: Answerer,
  prompt: Prompt,
  { onText, signal }: { onText(text: string): void; readonly signal: AbortSignal },
): Promise<Ended> => {
  const { path, headers, body } = protocol.chat(model, prompt)
  const stopped: Ended = { how: 'stopped' }
  try {
    const response = await fetch(address + path, { method: 'POST', headers, body, signal, cache: 'no-store' })
    if (!response.ok) return { failure: await refusalOf(response, isLocal) }
    if (response.body === null || isPage(response)) return failure('AI_UNREADABLE')
    const end = await readAnswer(response.body, protocol.reader(), onText)
    return signal.aborted ? stopped : end
  } catch {
    return signal.aborted ? stopped : failure(unreached(isLocal))
  }
}

/** The models that an answerer has. Never rejects. */
export const listModels = async (
  fetch: Fetch,
  { address, protocol, isLocal }: Omit<Answerer, 'model'>,
): Promise<{ readonly models: readonly string[] } | { readonly failure: AiFailure }> => {
  try {
    const { headers } = protocol
    const signal = AbortSignal.timeout(20_000)
    const response = await fetch(address + protocol.modelsPath, { headers, cache: 'no-store', signal })
    if (!response.ok) return { failure: await refusalOf(response, isLocal) }
    const models = protocol.models(await response.json().catch(() => undefined))
    return models === undefined ? { failure: { code: 'AI_UNREADABLE' } } : { models }
  } catch {
    return { failure: { code: unreached(isLocal) } }
  }
}
