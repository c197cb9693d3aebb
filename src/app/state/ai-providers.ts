import { effect, type ReadonlySignal, signal } from '@preact/signals'
import { anthropic } from '../../ai/anthropic.ts'
import type { AiFailure } from '../../ai/failure.ts'
import { gemini } from '../../ai/gemini.ts'
import { openai, openaiCompatible } from '../../ai/openai.ts'
import type { Protocol } from '../../ai/protocol.ts'
import type { ErrorCode, SecretInfo } from '../../kit/client.ts'
import type { AiChoice } from './ai-settings.ts'
import { listModels } from './ai-transport.ts'
import { type Custody, codeOf } from './custody.ts'

/** A cloud AI that the worker has a place for a key for. */
export type Provider = {
  readonly id: string
  readonly name: string
  readonly protocol: Protocol
  /** What it calls the model that writes down speech; undefined where it has none. */
  readonly speech: string | undefined
  /** Whether the worker holds a key for it. The page knows no more of a key. */
  readonly hasKey: boolean
}

type Known = Pick<Provider, 'name' | 'protocol' | 'speech'>

const known: ReadonlyMap<string, Known> = new Map([
  ['openai', { name: 'OpenAI', protocol: openai, speech: 'whisper-1' }],
  ['anthropic', { name: 'Anthropic', protocol: anthropic, speech: undefined }],
  ['gemini', { name: 'Google Gemini', protocol: gemini, speech: undefined }],
])

const providerOf = ({ name: id, set }: SecretInfo): Provider => ({
  id,
  hasKey: set,
  ...(known.get(id) ?? { name: id, protocol: openaiCompatible, speech: 'whisper-large-v3' }),
})

/** Where the worker answers for a provider, under our own origin. */
export const aliasOf = (id: string): string => `/~/${encodeURIComponent(id)}`

/** The models of a provider, once they were asked for. */
export type ModelList =
  | { readonly at: 'asking' }
  | { readonly at: 'here'; readonly models: readonly string[] }
  | { readonly at: 'failed'; readonly failure: AiFailure }

export type Providers = {
  /** Those that the server has named, in its order. Empty until the worker has answered. */
  readonly list: ReadonlySignal<readonly Provider[]>
  readonly models: ReadonlySignal<ReadonlyMap<string, ModelList>>
  /** Gives a key to the worker, and forgets it. Gives the code of what failed, or undefined. */
  putKey(id: string, key: string): Promise<ErrorCode | undefined>
  removeKey(id: string): Promise<ErrorCode | undefined>
  /** Asks the provider which models it has: the first request that ever goes there. */
  loadModels(id: string): Promise<void>
  choose(id: string, model: string): void
}

export const createProviders = (custody: Custody, choice: AiChoice, fetch: typeof globalThis.fetch): Providers => {
  const list = signal<readonly Provider[]>([])
  const models = signal<ReadonlyMap<string, ModelList>>(new Map())
  const take = (secrets: readonly SecretInfo[]): void => {
    list.value = secrets.map(providerOf)
  }
  const session = () => {
    const link = custody.link.peek()
    return link.status === 'ready' ? link.session : undefined
  }
  // A sign-out takes the keys along, also one in another tab.
  effect(() => {
    const link = custody.link.value
    void custody.state.value?.status
    if (link.status === 'ready') void link.session.secrets.list().then(take, () => undefined)
  })
  const told = async (work: () => Promise<readonly SecretInfo[]> | undefined): Promise<ErrorCode | undefined> => {
    try {
      const answered = await work()
      if (answered === undefined) return 'WORKER_UNAVAILABLE'
      take(answered)
      return undefined
    } catch (thrown) {
      return codeOf(thrown)
    }
  }
  const note = (id: string, found: ModelList): void => {
    models.value = new Map(models.peek()).set(id, found)
  }

  return {
    list,
    models,
    putKey: (id, key) => told(() => session()?.secrets.put(id, key.trim())),
    async removeKey(id) {
      const code = await told(() => session()?.secrets.remove(id))
      if (code !== undefined) return code
      const { source, speech } = choice.now.peek()
      // Which model it was stays chosen: another device may have a key.
      choice.change({
        source: source === id ? null : source,
        speech: { ...speech, source: speech.source === id ? null : speech.source },
      })
      models.value = new Map([...models.peek()].filter(([one]) => one !== id))
      return undefined
    },
    async loadModels(id) {
      const provider = list.peek().find((one) => one.id === id)
      if (provider === undefined) return
      note(id, { at: 'asking' })
      const found = await listModels(fetch, { address: aliasOf(id), protocol: provider.protocol, isLocal: false })
      note(id, 'models' in found ? { at: 'here', models: found.models } : { at: 'failed', failure: found.failure })
    },
    choose(id, model) {
      const { models: chosen, source } = choice.now.peek()
      choice.change({ models: { ...chosen, [id]: model }, source: source ?? id })
    },
  }
}
