import { type ReadonlySignal, signal } from '@preact/signals'
import { loopbackOrigin } from '../../ai/loopback.ts'
import { ollama } from '../../ai/ollama.ts'
import type { Knock, NoAnswer } from './ai-knock.ts'
import { type AiChoice, OLLAMA_SOURCE } from './ai-settings.ts'

/** What is known of Ollama on this machine. Nothing is, before somebody asks. */
export type OllamaState =
  | { readonly at: 'idle' | 'looking' | 'misaddressed' | 'stranger' | 'empty' | NoAnswer }
  | { readonly at: 'connected'; readonly models: readonly string[] }

export type Ollama = {
  readonly state: ReadonlySignal<OllamaState>
  /** Looks for Ollama at a written address. Never rejects. */
  connect(written: string): Promise<void>
  choose(model: string): void
  disconnect(): void
}

const isJson = (response: Response): boolean =>
  response.headers.get('content-type')?.includes('application/json') === true

export const createOllama = (choice: AiChoice, knock: Knock): Ollama => {
  const state = signal<OllamaState>({ at: 'idle' })
  /** Another look makes this one void. */
  let round = 0

  const look = async (address: string): Promise<OllamaState> => {
    // A POST first: where an origin is refused, a GET may pass and a POST may not.
    const body = JSON.stringify({ model: choice.now.peek().ollama.model ?? '' })
    const headers = { 'content-type': 'application/json' }
    const shown = await knock(`${address}/api/show`, { method: 'POST', headers, body })
    if (typeof shown === 'string') return { at: shown }
    void shown.body?.cancel()
    const listed = await knock(`${address}${ollama.modelsPath}`, {})
    if (typeof listed === 'string') return { at: listed }
    const models = isJson(listed) ? ollama.models(await listed.json().catch(() => undefined)) : undefined
    if (models === undefined) return { at: 'stranger' }
    return models.length === 0 ? { at: 'empty' } : { at: 'connected', models }
  }

  return {
    state,
    async connect(written) {
      round += 1
      const mine = round
      const address = loopbackOrigin(written)
      if (address === undefined) {
        state.value = { at: 'misaddressed' }
        return
      }
      state.value = { at: 'looking' }
      const before = choice.now.peek().ollama
      choice.change({ ollama: { ...before, address } })
      const found = await look(address)
      if (mine !== round) return
      state.value = found
      if (found.at !== 'connected') return
      const kept = found.models.find((model) => model === before.model) ?? found.models[0] ?? null
      const { source } = choice.now.peek()
      choice.change({ ollama: { address, model: kept }, source: source ?? OLLAMA_SOURCE })
    },
    choose: (model) => choice.change({ ollama: { ...choice.now.peek().ollama, model } }),
    disconnect() {
      round += 1
      state.value = { at: 'idle' }
      const { ollama: before, source } = choice.now.peek()
      choice.change({ ollama: { ...before, model: null }, source: source === OLLAMA_SOURCE ? null : source })
    },
  }
}
