import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followEvents } from '../../../src/app/state/sync-events.ts'

/** A server that answers each question with the next of these. */
const served = (...answers: readonly (() => Response)[]) => {
  const asked: number[] = []
  const began = Date.now()
  let at = 0
  const onEvent = vi.fn<() => void>()
  const onRefused = vi.fn<() => void>()
  const fetch = async (): Promise<Response> => {
    asked.push(Date.now() - began)
    const answer = answers[Math.min(at, answers.length - 1)]
    at += 1
    if (answer === undefined) throw new TypeError('no answer')
    return answer()
  }
  const stop = followEvents({ address: '/events', fetch, random: () => 1, onEvent, onRefused })
  return { asked, onEvent, onRefused, stop }
}

const stream = (text: string, ends = true) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        if (ends) controller.close()
      },
    }),
  )

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what the server tells', () => {
  it('is heard, and the stream is asked for again when it ends', async () => {
    const server = served(
      () => stream('data: 1\n\ndata: 2\n\n'),
      () => stream('data: 3\n\n', false),
    )
    await vi.advanceTimersByTimeAsync(900)
    // What comes in one piece is one piece of news.
    expect(server.onEvent).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(server.onEvent).toHaveBeenCalledTimes(2)
    expect(server.asked).toEqual([0, 1000])
    server.stop()
  })

  it('is asked for less and less often where nothing answers', async () => {
    const server = served()
    await vi.advanceTimersByTimeAsync(15_500)
    expect(server.asked).toEqual([0, 1000, 3000, 7000, 15_000])
    server.stop()
  })

  it('is not asked for again where the server refuses this page, and is where it is only busy', async () => {
    const refused = served(() => new Response(null, { status: 403 }))
    const busy = served(() => new Response(null, { status: 429 }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(refused.asked).toEqual([0])
    expect(refused.onRefused).toHaveBeenCalledTimes(1)
    expect(busy.asked.length).toBeGreaterThan(3)
    expect(busy.onRefused).not.toHaveBeenCalled()
    busy.stop()
  })

  it('is asked for again when the stream has been silent for longer than any that lives', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    const stop = followEvents({
      address: '/events',
      fetch: async (_, { signal }) => {
        signals.push(signal)
        return stream('data: 1\n\n', false)
      },
      random: () => 1,
      onEvent: () => undefined,
      onRefused: () => undefined,
    })
    await vi.advanceTimersByTimeAsync(44_000)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(2000)
    expect(signals[0]?.aborted).toBe(true)
    stop()
  })

  it('is not asked for once it was stopped', async () => {
    const server = served()
    server.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.asked).toEqual([0])
  })
})
