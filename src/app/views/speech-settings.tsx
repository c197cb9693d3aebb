import { spoken } from '../../ai/loopback.ts'
import { LOCAL_SPEECH } from '../state/ai-settings.ts'
import type { SpeechState } from '../state/ai-speech.ts'
import { useApp } from '../state/context.ts'
import { CommandLine } from '../ui/command-line.tsx'
import { t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import { LocalAddress, Retry } from './local-ai-region.tsx'

const Found = ({ state, address }: { readonly state: SpeechState; readonly address: string }) => {
  if (state === 'refused') return <CommandLine text={t.speechRefused} line={location.origin} />
  const words: { readonly [S in Exclude<SpeechState, 'refused'>]: string } = {
    idle: '',
    looking: t.connectingAsk,
    misaddressed: t.localMisaddressed,
    blocked: t.localBlocked,
    absent: fill(t.speechAbsent, { address }),
    stranger: fill(t.speechStranger, { address }),
    connected: fill(t.speechConnected, { address }),
  }
  return words[state] === '' ? null : <p>{words[state]}</p>
}

const again: ReadonlySet<SpeechState> = new Set(['absent', 'refused', 'blocked', 'stranger'])

/** Who writes down what is said: a server on this machine, or a provider that has a key. */
const WhoListens = () => {
  const { ai } = useApp()
  const { speech } = ai.choice.now.value
  const providers = ai.providers.list.value.filter(({ hasKey, speech: model }) => hasKey && model !== undefined)
  const isChosen = speech.source !== null
  if (!isChosen && providers.length === 0) return null
  const change = (next: Partial<typeof speech>) => ai.choice.change({ speech: { ...speech, ...next } })
  const choose = (source: string): void => {
    const model = providers.find(({ id }) => id === source)?.speech ?? 'whisper-1'
    change({ source: source === '' ? null : source, model })
  }
  return (
    <>
      <label class="ai-choice">
        {t.speechFrom}
        <select value={speech.source ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          <option value="">{t.speechNobody}</option>
          <option value={LOCAL_SPEECH}>{fill(t.speechLocal, { address: spoken(speech.address) })}</option>
          {providers.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {isChosen && (
        <label class="ai-choice">
          {t.speechModel}
          <input
            type="text"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            value={speech.model}
            onChange={({ currentTarget }) => change({ model: currentTarget.value.trim() || 'whisper-1' })}
          />
        </label>
      )}
    </>
  )
}

export const SpeechSettings = () => {
  const { ai } = useApp()
  const { address } = ai.choice.now.value.speech
  const state = ai.speech.state.value
  return (
    <>
      <h3 class="region-part">{t.speechTitle}</h3>
      <p class="muted">{t.speechText}</p>
      <LocalAddress
        label={t.speechAddress}
        address={address}
        button={t.connectSpeech}
        busy={state === 'looking'}
        invalid={state === 'misaddressed'}
        onConnect={(written) => void ai.speech.connect(written)}
      />
      <div role="status" aria-label={t.speechTitle}>
        <Found state={state} address={spoken(address)} />
        {again.has(state) && <Retry onUse={() => void ai.speech.connect(address)} />}
      </div>
      <WhoListens />
    </>
  )
}
