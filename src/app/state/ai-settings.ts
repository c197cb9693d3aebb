import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'
import { loopbackOrigin, OLLAMA, SPEECH } from '../../ai/loopback.ts'
import type { PersonSettings } from '../../data/person-settings.ts'
import type { SettingsStore } from '../../data/settings-store.ts'

/** What was chosen about AI. Nothing secret: keys are the worker's. */
export type AiSettings = {
  /** Who answers: `ollama`, or the id of a provider; null where nobody does. */
  readonly source: string | null
  readonly ollama: { readonly address: string; readonly model: string | null }
  /** The model of each provider: the choice of the person, on every device. All else is of this one. */
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
  /** Takes up what was chosen before, and from then on what is chosen on another device. */
  restore(): Promise<void>
}

/** In what is chosen by the person: the name of a provider follows. */
const MODEL = 'ai.model.'

const modelsIn = (values: ReadonlyMap<string, unknown>): AiSettings['models'] =>
  Object.fromEntries(
    [...values].flatMap(([key, value]) =>
      key.startsWith(MODEL) && v.is(name, value) ? [[key.slice(MODEL.length), value]] : [],
    ),
  )

/** Where what was chosen is kept. `before`: where it was, when a device had one notebook. */
export type AiStores = {
  readonly device: SettingsStore
  readonly before: SettingsStore
  readonly person: PersonSettings
}

export const createAiChoice = ({ device, before: notebook, person }: AiStores): AiChoice => {
  const now = signal(start)
  /** What is chosen before the store has answered is newer than what it answers. */
  let isChanged = false
  const keep = (models: AiSettings['models'] = {}): void => {
    void device.set(NAME, { ...now.peek(), models: {} })
    const chosen = Object.entries(models).map(([id, model]) => [MODEL + id, model])
    if (chosen.length > 0) void person.set(Object.fromEntries(chosen))
  }
  return {
    now,
    change(next) {
      isChanged = true
      const before = now.peek().models
      now.value = { ...now.peek(), ...next }
      // What is not chosen here just now may be another choice of another device by now.
      keep(Object.fromEntries(Object.entries(next.models ?? {}).filter(([id, model]) => before[id] !== model)))
    },
    async restore() {
      const found = await device.get(NAME, schema)
      const moved = found === undefined ? await notebook.get(NAME, schema) : undefined
      if (!isChanged) now.value = found ?? moved ?? start
      if (moved !== undefined && !isChanged) keep(moved.models)
      person.watch((values) => {
        now.value = { ...now.peek(), models: { ...now.peek().models, ...modelsIn(values) } }
      })
    },
  }
}
