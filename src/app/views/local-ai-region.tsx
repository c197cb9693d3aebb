import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { spoken } from '../../ai/loopback.ts'
import type { OllamaState } from '../state/ai-ollama.ts'
import { OLLAMA_SOURCE } from '../state/ai-settings.ts'
import { useApp } from '../state/context.ts'
import { CommandLine } from '../ui/command-line.tsx'
import { t } from '../ui/language.ts'
import { Region } from '../ui/region.tsx'
import { fill } from '../ui/words.ts'
import { SpeechSettings } from './speech-settings.tsx'

type AddressProps = {
  readonly label: string
  readonly address: string
  readonly button: string
  readonly busy: boolean
  readonly invalid: boolean
  onConnect(written: string): void
  readonly children?: ComponentChildren
}

/** The address of a program on this machine, and the button that looks for it. */
export const LocalAddress = ({ label, address, button, busy, invalid, onConnect, children }: AddressProps) => {
  const [fieldId, hintId] = [useId(), useId()]
  const field = useRef<HTMLInputElement>(null)
  return (
    <form
      class="local-address"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) onConnect(field.current?.value ?? '')
      }}
    >
      <label for={fieldId}>{label}</label>
      <span class="ai-line">
        <input
          id={fieldId}
          ref={field}
          type="text"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          defaultValue={spoken(address)}
          key={address}
          aria-describedby={hintId}
          aria-invalid={invalid}
        />
        <button type="submit" aria-disabled={busy}>
          {busy ? t.connecting : button}
        </button>
        {children}
      </span>
      <span id={hintId} class="muted fine">
        {t.localAddressHint}
      </span>
    </form>
  )
}

const pullLine = 'ollama pull llama3.2'
const originsLine = (): string => `OLLAMA_ORIGINS=${location.origin} ollama serve`

/** What is said of the last look for Ollama. */
const Found = ({ state, address }: { readonly state: OllamaState; readonly address: string }) => {
  switch (state.at) {
    case 'idle':
      return null
    case 'looking':
      return <p>{t.connectingAsk}</p>
    case 'misaddressed':
      return <p>{t.localMisaddressed}</p>
    case 'blocked':
      return <p>{t.localBlocked}</p>
    case 'absent':
      return <p>{fill(t.ollamaAbsent, { address })}</p>
    case 'stranger':
      return <p>{fill(t.ollamaStranger, { address })}</p>
    case 'refused':
      return <CommandLine text={t.ollamaRefused} line={originsLine()} />
    case 'empty':
      return <CommandLine text={t.ollamaEmpty} line={pullLine} />
    case 'connected':
      return <p>{fill(t.ollamaConnected, { address })}</p>
  }
}

export const Retry = ({ onUse }: { onUse(): void }) => (
  <p>
    <button type="button" class="small" onClick={onUse}>
      {t.retry}
    </button>
  </p>
)

/** States after which one can only look again. */
const again: ReadonlySet<OllamaState['at']> = new Set(['absent', 'refused', 'empty', 'blocked', 'stranger'])

const OllamaSettings = () => {
  const { ai } = useApp()
  const { address, model } = ai.choice.now.value.ollama
  const state = ai.ollama.state.value
  const models = state.at === 'connected' ? state.models : []
  return (
    <>
      <LocalAddress
        label={t.ollamaAddress}
        address={address}
        button={t.connectOllama}
        busy={state.at === 'looking'}
        invalid={state.at === 'misaddressed'}
        onConnect={(written) => void ai.ollama.connect(written)}
      >
        {model !== null && (
          <button type="button" class="quiet" onClick={() => ai.ollama.disconnect()}>
            {t.disconnect}
          </button>
        )}
      </LocalAddress>
      <div role="status" aria-label={t.localAi}>
        <Found state={state} address={spoken(address)} />
        {again.has(state.at) && <Retry onUse={() => void ai.ollama.connect(address)} />}
        {state.at === 'idle' && model !== null && <p>{fill(t.ollamaChosen, { model, address: spoken(address) })}</p>}
      </div>
      {models.length > 0 && model !== null && (
        <label class="ai-choice">
          {t.model}
          <select value={model} onChange={({ currentTarget }) => ai.ollama.choose(currentTarget.value)}>
            {models.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}

/** Who answers, where there is a choice. Nothing moves from this machine to a provider by itself. */
const WhoAnswers = () => {
  const { ai } = useApp()
  const sources = ai.sources.value
  const chosen = ai.source.value
  if (sources.length === 0 || (sources.length === 1 && chosen !== undefined)) return null
  return (
    <fieldset class="who-answers">
      <legend>{t.answersFrom}</legend>
      {sources.map(({ id, name }) => (
        <label key={id} class="choice">
          <input
            type="radio"
            name="who-answers"
            value={id}
            checked={chosen?.id === id}
            onChange={() => ai.choice.change({ source: id })}
          />
          <span>
            {name}
            {id === OLLAMA_SOURCE && <small class="muted">{t.thisDevice}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

export const LocalAiRegion = () => {
  const { ai } = useApp()
  if (!ai.isAvailable) {
    return (
      <Region title={t.localAi}>
        <p>{t.aiInExtension}</p>
      </Region>
    )
  }
  return (
    <Region title={t.localAi}>
      <p class="muted">{t.localAiText}</p>
      <OllamaSettings />
      <WhoAnswers />
      <SpeechSettings />
    </Region>
  )
}
