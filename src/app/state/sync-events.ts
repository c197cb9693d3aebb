import { createEvents } from '../../base/server-events.ts'
import { retryAfter } from './network.ts'

/** The server says something every 15 seconds: a stream that is silent for so long has lost it, in milliseconds. */
const SILENT_FOR = 45_000

export type EventsDeps = {
  readonly address: string
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>
  /** From 0 to 1: not every page comes back in the same moment. */
  readonly random: () => number
  /** There may be something new. */
  onEvent(): void
  /** The server does not want this page: asking again would not change that. */
  onRefused(): void
}

/** How a stream came to its end. */
type End = 'heard' | 'unheard' | 'refused'

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Ends `controller` where nothing was heard for too long; `heard` begins anew. */
const watchSilence = (controller: AbortController) => {
  let timer = setTimeout(() => controller.abort(), SILENT_FOR)
  return {
    heard() {
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(), SILENT_FOR)
    },
    stop: () => clearTimeout(timer),
  }
}

const isRefusal = ({ status }: Response): boolean => status >= 400 && status < 500 && status !== 429

const readAll = async (body: ReadableStream<Uint8Array>, onPiece: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    onPiece(decoder.decode(read.value, { stream: true }))
  }
}

/** One stream, from its beginning to its end. Never rejects. */
const listen = async (deps: EventsDeps, stopped: AbortSignal): Promise<End> => {
  const controller = new AbortController()
  const silence = watchSilence(controller)
  const signal = AbortSignal.any([stopped, controller.signal])
  let end: End = 'unheard'
  const events = createEvents()
  try {
    const headers = { accept: 'text/event-stream' }
    const response = await deps.fetch(deps.address, { headers, cache: 'no-store', signal })
    if (isRefusal(response)) return 'refused'
    if (!response.ok || response.body === null) return 'unheard'
    await readAll(response.body, (text) => {
      silence.heard()
      if (events.push(text).length === 0) return
      end = 'heard'
      if (!stopped.aborted) deps.onEvent()
    })
  } catch {
    // Whatever cut it off, it is tried again.
  } finally {
    silence.stop()
    controller.abort()
  }
  return end
}

/** Listens to what the server tells of the account, again and again, until it is stopped or the server refuses. */
export const followEvents = (deps: EventsDeps): (() => void) => {
  const controller = new AbortController()
  const { signal } = controller
  const follow = async (): Promise<void> => {
    let failures = 0
    while (!signal.aborted) {
      const end = await listen(deps, signal)
      if (signal.aborted) return
      if (end === 'refused') return deps.onRefused()
      failures = end === 'heard' ? 0 : failures + 1
      await pause(retryAfter(failures) * (0.5 + deps.random() / 2), signal)
    }
  }
  void follow()
  return () => controller.abort()
}
