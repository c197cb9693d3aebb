import type { AiFailure } from './failure.ts'

/** What is asked: what the model is to be, and what it is given. */
export type Prompt = { readonly system: string; readonly user: string }

/** A request of a protocol, beneath the address of its provider. */
export type Call = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How an answer ended: by itself, at the limit of its length, or because the provider holds it back. */
export type Ending = 'complete' | 'limit' | 'withheld'

/** A part of an answer that was read. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'end'; readonly how: Ending }
  | { readonly kind: 'failed'; readonly failure: AiFailure }

/** Reads one answer as it comes. An answer without an `end` was cut off. */
export type Reader = {
  push(piece: string): readonly Part[]
  end(): readonly Part[]
}

/** A way to talk to models: what is sent, and how what comes is read. Pure. */
export type Protocol = {
  chat(model: string, prompt: Prompt): Call
  reader(): Reader
  /** What every request needs beside the key. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the models are listed. */
  readonly modelsPath: string
  /** The names of the models that can write, from that list; undefined where it is none. */
  models(answer: unknown): readonly string[] | undefined
}

/** How much one answer may have at most, in tokens, where a protocol wants to be told. */
export const MOST_TOKENS = 4096

export const json = { 'content-type': 'application/json' } as const

export const text = (value: string): readonly Part[] => (value === '' ? [] : [{ kind: 'text', text: value }])
export const ended = (how: Ending): Part => ({ kind: 'end', how })
export const failed = (failure: AiFailure): Part => ({ kind: 'failed', failure })

/** What a text holds as JSON; undefined where it holds none. */
export const parseJson = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
