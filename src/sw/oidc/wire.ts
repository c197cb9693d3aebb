import type { Clock } from '../../base/clock.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import { clockSkew } from '../../session/clock-skew.ts'

/** Shorter than the 30 seconds after which a browser gives up on a worker's fetch. */
const timeout = 10_000
const largest = 1024 * 1024

/** Fetch for the provider: with a time-out, without cookies or caches, and never more than a mebibyte in memory. */
export type Wire = {
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Learns a server's clock from the `Date` of its reply, where it can be read. */
  observe(response: Response): void
  /** How far the servers' clocks are ahead of ours, in milliseconds, as last learnt. */
  skew(): number
  /** The same wire for work of several calls, all of which end after so many milliseconds from now. */
  within(milliseconds: number): Wire
}

const readLimited = async (response: Response): Promise<Blob> => {
  const reader = response.body?.getReader()
  const parts: BlobPart[] = []
  let size = 0
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    size += next.value.length
    if (size > largest) {
      await reader?.cancel()
      throw new HoldfastError('PROVIDER_INVALID', { detail: 'The identity provider answered too much.' })
    }
    parts.push(next.value)
  }
  return new Blob(parts)
}

const withoutBody = new Set([204, 205, 304])

/**
 * Rejects with PROVIDER_UNAVAILABLE where nothing usable came back: no network, no answer in time, or a redirect, which
 * no endpoint of a provider answers but a captive portal does.
 */
export const createWire = (fetch: typeof globalThis.fetch, clock: Clock): Wire => {
  let skew = 0
  const observe = (response: Response): void => {
    skew = clockSkew(response.headers.get('date'), clock()) ?? skew
  }
  const send = async (url: string, init: RequestInit, limit: AbortSignal | undefined): Promise<Response> => {
    const own = AbortSignal.timeout(timeout)
    const signal = limit === undefined ? own : AbortSignal.any([own, limit])
    const response = await fetch(url, { ...init, signal, cache: 'no-store', credentials: 'omit', redirect: 'manual' })
    if (response.status === 0) throw new HoldfastError('PROVIDER_UNAVAILABLE')
    observe(response)
    const body = withoutBody.has(response.status) ? null : await readLimited(response)
    return new Response(body, { status: response.status, headers: response.headers })
  }
  const limitedBy = (limit: AbortSignal | undefined): Wire => ({
    skew: () => skew,
    observe,
    within: (milliseconds) => limitedBy(AbortSignal.timeout(milliseconds)),
    async fetch(url, init) {
      try {
        return await send(url, init, limit)
      } catch (cause) {
        if (cause instanceof HoldfastError) throw cause
        throw new HoldfastError('PROVIDER_UNAVAILABLE', { cause })
      }
    },
  })
  return limitedBy(undefined)
}
