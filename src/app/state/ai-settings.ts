import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'
import { loopbackOrigin, OLLAMA, SPEECH } from '../../ai/loopback.ts'
import type { SettingsStore } from '../../data/settings-store.ts'

/** What was chosen about AI on this device. Nothing secret: keys are the worker's. */
export type AiSettings = {
  /** Who answers: `ollama`, or the id of a provider; null where nobody does. */
  readonly source: string | null
  readonly ollama: { readonly address: string; readonly model: string | null }
  /** The model of each provider. */
  readonly models: Readonly<Record<string, string>>
  /** Who turns speech into text: `local`, or the id of a provider. */
  readonly speech: { readonly source: string | null; readonly address: string; readonly model: string }
}

export const LOCAL_SPEECH = 'local'
export const OLLAMA_SOURCE = 'ollama'

const NAME = 'ai'

const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200))
/** Any script of this origin could have written it: an address that is not of this machine is none. */
const address = v.pipe(
  name,
  v.check((text) => loopbackOrigin(text) === text),
)
const schema: v.GenericSchema<unknown, AiSettings> = v.object({
  source: v.nullable(name),
  ollama: v.object({ address, model: v.nullable(name) }),
  models: v.record(name, name),
  speech: v.object({ source: v.nullable(name), address, model: name }),
})

const start: AiSettings = {
  source: null,
  ollama: { address: OLLAMA, model: null },
  models: {},
  speech: { source: null, address: SPEECH, model: 'whisper-1' },
}

export type AiChoice = {
  readonly now: ReadonlySignal<AiSettings>
  change(next: Partial<AiSettings>): void
  /** Takes up what was chosen before. */
  restore(): Promise<void>
}

export const createAiChoice = (store: SettingsStore): AiChoice => {
  const now = signal(start)
  /** What is chosen before the store has answered is newer than what it answers. */
  let isChanged = false
  return {
    now,
    change(next) {
      isChanged = true
      now.value = { ...now.peek(), ...next }
      void store.set(NAME, now.peek())
    },
    async restore() {
      const found = await store.get(NAME, schema)
      if (found !== undefined && !isChanged) now.value = found
    },
  }
}
