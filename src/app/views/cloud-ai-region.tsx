import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import type { Provider } from '../state/ai-providers.ts'
import { failureText } from '../state/ai-words.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Region } from '../ui/region.tsx'
import { fill } from '../ui/words.ts'

type Outcome = { readonly text: string; readonly code: string } | undefined

/** The field for a key: what is typed goes to the worker and is gone from the page. */
const KeyField = ({ provider }: { readonly provider: Provider }) => {
  const { ai } = useApp()
  const { id, name, hasKey } = provider
  const fieldId = useId()
  const field = useRef<HTMLInputElement>(null)
  const outcome = useSignal<Outcome>(undefined)
  const tell = (code: string | undefined): void => {
    const invalid = code === 'MESSAGE_INVALID' || code === 'MESSAGE_TOO_LARGE'
    outcome.value = code === undefined ? undefined : { text: invalid ? t.keyInvalid : t.keyFailed, code }
  }
  const keep = async (): Promise<void> => {
    const input = field.current
    if (input === null || input.value.trim() === '') return
    const key = input.value
    input.value = ''
    tell(await ai.providers.putKey(id, key))
  }
  return (
    <form
      class="key-field"
      onSubmit={(event) => {
        event.preventDefault()
        void keep()
      }}
    >
      <label for={fieldId}>{fill(t.keyOf, { name })}</label>
      <span class="ai-line">
        <input id={fieldId} ref={field} type="password" autocomplete="off" spellcheck={false} maxLength={8192} />
        <button type="submit">{hasKey ? t.keyReplace : t.keySave}</button>
        {hasKey && (
          <button type="button" class="quiet" onClick={() => void ai.providers.removeKey(id).then(tell)}>
            {t.keyRemove}
          </button>
        )}
      </span>
      <span role="status" class="fine muted" aria-label={name}>
        {hasKey ? t.keyKept : t.keyNone}
      </span>
      {outcome.value !== undefined && (
        <span class="notice error" role="alert">
          {outcome.value.text} {t.errorCode} <code>{outcome.value.code}</code>
        </span>
      )}
    </form>
  )
}

/** The model of a provider. Its list is asked for on a button: nothing is before that. */
const ModelField = ({ provider: { id, name } }: { readonly provider: Provider }) => {
  const { ai } = useApp()
  const chosen = ai.choice.now.value.models[id]
  const list = ai.providers.models.value.get(id)
  const models = list?.at === 'here' ? list.models : []
  const options = chosen === undefined || models.includes(chosen) ? models : [chosen, ...models]
  return (
    <div class="model-field">
      {(options.length > 0 || chosen !== undefined) && (
        <label class="ai-choice">
          {fill(t.modelOf, { name })}
          <select value={chosen ?? ''} onChange={({ currentTarget }) => ai.providers.choose(id, currentTarget.value)}>
            {chosen === undefined && (
              <option value="" disabled>
                …
              </option>
            )}
            {options.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {list?.at !== 'here' && (
        <button
          type="button"
          class="small"
          disabled={list?.at === 'asking' || !ai.isOnline.value}
          onClick={() => void ai.providers.loadModels(id)}
        >
          {list?.at === 'asking' ? t.connecting : t.modelsLoad}
        </button>
      )}
      {!ai.isOnline.value && <p class="muted fine">{t.aiNeedsNetwork}</p>}
      {list?.at === 'here' && list.models.length === 0 && <p>{t.modelsNone}</p>}
      {list?.at === 'failed' && (
        <p class="notice error" role="alert">
          {failureText(list.failure, name)} {t.errorCode} <code>{list.failure.code}</code>
        </p>
      )}
    </div>
  )
}

/** Providers elsewhere, with keys that the worker holds. */
export const CloudAiRegion = () => {
  const { ai, custody } = useApp()
  if (!ai.isAvailable) return null
  const providers = ai.providers.list.value
  const isReady = custody.link.value.status === 'ready'
  return (
    <Region title={t.cloudAi}>
      <p class="muted">{t.cloudAiText}</p>
      <p class="muted">{custody.state.value?.grade === 'memory' ? t.cloudMemory : t.cloudKeyHeld}</p>
      {!isReady && custody.link.value.status === 'unavailable' && <p>{t.workerUnavailable}</p>}
      {isReady && providers.length === 0 && <p>{t.cloudNone}</p>}
      <ul class="providers">
        {providers.map((provider) => (
          <li key={provider.id}>
            <KeyField provider={provider} />
            {provider.hasKey && <ModelField provider={provider} />}
          </li>
        ))}
      </ul>
    </Region>
  )
}
