import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { spoken } from '../../ai/loopback.ts'
import { ollama as ollamaProtocol } from '../../ai/ollama.ts'
import { type Bounds, cloudBounds, localBounds } from '../../ai/tasks.ts'
import { createKnock } from './ai-knock.ts'
import { createOllama, type Ollama } from './ai-ollama.ts'
import { aliasOf, createProviders, type Providers } from './ai-providers.ts'
import { createRuns, type Runs } from './ai-runs.ts'
import { type AiChoice, type AiStores, createAiChoice, LOCAL_SPEECH, OLLAMA_SOURCE } from './ai-settings.ts'
import { createSpeech, type Speech } from './ai-speech.ts'
import type { Answerer } from './ai-transport.ts'
import type { Custody } from './custody.ts'

/** Somebody who can answer, with what people call it and how much it can take in. */
export type AiSource = Answerer & { readonly id: string; readonly name: string; readonly bounds: Bounds }

export type Ai = {
  /** False in the extension, whose policy lets its pages reach nothing but its own server. */
  readonly isAvailable: boolean
  readonly choice: AiChoice
  readonly ollama: Ollama
  readonly providers: Providers
  readonly speech: Speech
  readonly runs: Runs
  /** All that could answer. */
  readonly sources: ReadonlySignal<readonly AiSource[]>
  /** Who answers now; undefined where nobody does. */
  readonly source: ReadonlySignal<AiSource | undefined>
  /** Who turns speech into text, as people call it; undefined where nobody does. */
  readonly listener: ReadonlySignal<string | undefined>
  /** What the browser says of the network. Our own server has no part in this. */
  readonly isOnline: ReadonlySignal<boolean>
  /** Whether what can be asked is shown beside the open note. */
  readonly isOpen: Signal<boolean>
  start(): void
}

const followOnline = (): ReadonlySignal<boolean> => {
  const isOnline = signal(navigator.onLine)
  const look = () => {
    isOnline.value = navigator.onLine
  }
  addEventListener('online', look)
  addEventListener('offline', look)
  return isOnline
}

export const createAi = (stores: AiStores, custody: Custody, isAvailable: boolean): Ai => {
  const fetch: typeof globalThis.fetch = (...given) => globalThis.fetch(...given)
  const choice = createAiChoice(stores)
  const knock = createKnock(fetch)
  const providers = createProviders(custody, choice, fetch)

  const sources = computed((): readonly AiSource[] => {
    const { ollama, models } = choice.now.value
    const local: readonly AiSource[] =
      ollama.model === null
        ? []
        : [
            {
              id: OLLAMA_SOURCE,
              name: `${ollama.model} (Ollama)`,
              address: ollama.address,
              protocol: ollamaProtocol,
              model: ollama.model,
              isLocal: true,
              bounds: localBounds,
            },
          ]
    const cloud = providers.list.value.flatMap(({ id, name, protocol, hasKey }): readonly AiSource[] => {
      const model = models[id]
      if (!hasKey || model === undefined) return []
      const address = aliasOf(id)
      return [{ id, name: `${model} (${name})`, address, protocol, model, isLocal: false, bounds: cloudBounds }]
    })
    return [...local, ...cloud]
  })
  return {
    isAvailable,
    choice,
    ollama: createOllama(choice, knock),
    providers,
    speech: createSpeech(choice, knock, fetch),
    runs: createRuns(),
    sources,
    source: computed(() => sources.value.find(({ id }) => id === choice.now.value.source)),
    listener: computed(() => {
      const { source, address } = choice.now.value.speech
      if (source === LOCAL_SPEECH) return spoken(address)
      return providers.list.value.find(({ id, hasKey }) => id === source && hasKey)?.name
    }),
    isOnline: followOnline(),
    isOpen: signal(false),
    start() {
      if (isAvailable) void choice.restore()
    },
  }
}
