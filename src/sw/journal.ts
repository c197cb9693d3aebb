import { toBase64url, utf8 } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import type { Store } from './store.ts'

type Fetch = typeof globalThis.fetch

/** In the store of keys: one entry for each request under way. It says nothing of the request but that it was one. */
const ENTRY = 'sent/'

/** A browser hands over what a killed worker had under way as soon as the next one runs; what comes later is a page's wish. */
const handedOverWithin = 1000

/** Larger bodies are told apart by their size. */
const largest = 8 * 1024 * 1024

/** Methods whose repetition changes something (RFC 9110 §9.2.2). */
const unrepeatable = new Set(['POST', 'PATCH'])

const sha256 = async (bytes: BufferSource): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))

const nameOf = async (url: URL, { method = 'GET', body }: RequestInit): Promise<string | undefined> => {
  if (!unrepeatable.has(method)) return undefined
  const content = body instanceof Blob && body.size <= largest ? await sha256(await body.arrayBuffer()) : ''
  const size = body instanceof Blob ? body.size : 0
  return sha256(utf8(`${method} ${url.href} ${size} ${content}`))
}

/**
 * Writes down what is under way and may not be done twice. When a worker is killed, Chromium hands its requests to the
 * next one as if they were new, and that would send them again, with effects that no page has asked for. So the next worker
 * lets them fail, as a request fails whose connection was lost: what became of it is not known, and the page decides.
 */
export const createJournal = (store: Store, fetch: Fetch, clock: Clock) => {
  /** When the first request came, which is what starts a worker where one is handed over. */
  let started: number | undefined
  const readLeft = async (): Promise<string[]> => {
    const names = (await store.names('keys')).filter((name) => name.startsWith(ENTRY))
    if (names.length > 0) await store.commit(names.map((name) => ({ store: 'keys', name, value: undefined })))
    return names.map((name) => name.split('/')[1] ?? '')
  }
  /** What an earlier life of this worker had under way. Where it cannot be read, nothing is held back. */
  const left = readLeft().catch((): string[] => [])

  const set = (name: string, value: number | undefined) =>
    store.commit([{ store: 'keys', name, value }], 'relaxed').catch(() => undefined)

  return {
    /** True for a request, as it arrives, that an earlier life of this worker may have sent already; once for each. */
    async isHandedOver(url: URL, init: RequestInit): Promise<boolean> {
      started ??= clock()
      const isEarly = clock() - started <= handedOverWithin
      const name = isEarly ? await nameOf(url, init) : undefined
      const names = await left
      const at = name === undefined ? -1 : names.indexOf(name)
      if (at >= 0) names.splice(at, 1)
      return at >= 0
    },
    async fetch(url: URL, init: RequestInit): Promise<Response> {
      const name = await nameOf(url, init)
      if (name === undefined) return fetch(url, init)
      const entry = `${ENTRY}${name}/${crypto.randomUUID()}`
      await set(entry, clock())
      try {
        return await fetch(url, init)
      } finally {
        void set(entry, undefined)
      }
    },
  }
}

export type Journal = ReturnType<typeof createJournal>

/** One that writes nothing down. */
export const noJournal = (fetch: Fetch): Journal => ({
  isHandedOver: async () => false,
  fetch: (url, init) => fetch(url, init),
})
