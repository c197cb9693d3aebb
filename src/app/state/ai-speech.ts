import { type ReadonlySignal, signal } from '@preact/signals'
import { loopbackOrigin } from '../../ai/loopback.ts'
import { SPEECH_PATH, transcriptOf } from '../../ai/speech.ts'
import type { Knock, NoAnswer } from './ai-knock.ts'
import { aliasOf } from './ai-providers.ts'
import { type AiChoice, LOCAL_SPEECH } from './ai-settings.ts'
import { type Ended, refusalOf, unreached } from './ai-transport.ts'

/** What is known of the speech server on this machine. */
export type SpeechState = 'idle' | 'looking' | 'misaddressed' | 'stranger' | 'connected' | NoAnswer

export type Speech = {
  readonly state: ReadonlySignal<SpeechState>
  /** Looks for a speech server at a written address. Never rejects. */
  connect(written: string): Promise<void>
  /** Writes down what is said in a file. Never rejects. */
  transcribe(
    file: Blob,
    name: string,
    events: { onText(text: string): void; readonly signal: AbortSignal },
  ): Promise<Ended>
}

export const createSpeech = (choice: AiChoice, knock: Knock, fetch: typeof globalThis.fetch): Speech => {
  const state = signal<SpeechState>('idle')
  let round = 0

  const look = async (address: string): Promise<SpeechState> => {
    // Without a file it is refused at once, by every server of this protocol and with a status that says so.
    const found = await knock(`${address}/v1${SPEECH_PATH}`, { method: 'POST', body: new FormData() })
    if (typeof found === 'string') return found
    void found.body?.cancel()
    return found.status === 404 || found.status === 405 ? 'stranger' : 'connected'
  }

  return {
    state,
    async connect(written) {
      round += 1
      const mine = round
      const address = loopbackOrigin(written)
      if (address === undefined) {
        state.value = 'misaddressed'
        return
      }
      state.value = 'looking'
      choice.change({ speech: { ...choice.now.peek().speech, address } })
      const found = await look(address)
      if (mine !== round) return
      state.value = found
      if (found !== 'connected') return
      const { speech } = choice.now.peek()
      choice.change({ speech: { ...speech, source: speech.source ?? LOCAL_SPEECH } })
    },
    async transcribe(file, name, { onText, signal: stop }) {
      const { source, address, model } = choice.now.peek().speech
      const isLocal = source === LOCAL_SPEECH
      const form = new FormData()
      form.set('file', file, name)
      form.set('model', model)
      form.set('response_format', 'json')
      try {
        const url = `${isLocal ? `${address}/v1` : aliasOf(source ?? '')}${SPEECH_PATH}`
        const response = await fetch(url, { method: 'POST', body: form, signal: stop, cache: 'no-store' })
        if (!response.ok) return { failure: await refusalOf(response, isLocal) }
        const said = transcriptOf(await response.text())
        if (said === undefined) return { failure: { code: 'AI_UNREADABLE' } }
        if (said === '') return { failure: { code: 'AI_EMPTY' } }
        onText(said)
        return { how: 'complete' }
      } catch {
        return stop.aborted ? { how: 'stopped' } : { failure: { code: unreached(isLocal) } }
      }
    },
  }
}
