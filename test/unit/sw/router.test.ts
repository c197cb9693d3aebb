import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { whileHeard } from '../../../src/client/patience.ts'
import type { AnnounceMessage } from '../../../src/protocol/messages.ts'
import { PROTOCOL } from '../../../src/protocol/version.ts'
import { answer, type Handlers } from '../../../src/sw/router.ts'

const second = 1000
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const question = { v: PROTOCOL, id: 'question', type: 'sync.get' }

/** A worker that has to do `steps` things, so long each, before it answers. */
const working = (steps: number, each: number, isTold = true): Pick<Handlers, 'sync.get'> => ({
  async 'sync.get'(_request, step) {
    for (let at = 0; at < steps; at += 1) {
      await pause(each)
      if (isTold) step?.()
    }
    return { stage: 'off' }
  },
})

/** What a page that asks is answered after so long, and how often it was told that the worker is at it. */
const asked = async (handlers: Pick<Handlers, 'sync.get'>, total: number, isDeaf = false) => {
  const hearers = new Set<(told: AnnounceMessage | undefined) => void>()
  let signs = 0
  const tell = (id: string) => {
    signs += 1
    for (const hear of hearers) if (!isDeaf) hear({ v: PROTOCOL, type: 'worker.busy', id })
  }
  const outcome = whileHeard('question', answer(handlers as Handlers, question, ok(undefined), tell), (hear) => {
    hearers.add(hear)
    return () => hearers.delete(hear)
  }).catch((error: unknown) => ({ error }))
  await vi.advanceTimersByTimeAsync(total)
  return { outcome: await Promise.race([outcome, 'still asking']), signs, left: hearers.size }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a question that takes long', () => {
  test('is answered after ten minutes where something of it is done all the time', async () => {
    const { outcome, signs, left } = await asked(working(60, 10 * second), 601 * second)
    expect(outcome).toMatchObject({ ok: { stage: 'off' } })
    expect([signs, left]).toEqual([60, 0])
  })

  test('is no flood of signs where much is done at once', async () => {
    const { outcome, signs } = await asked(working(10_000, 1), 11 * second)
    expect(outcome).toMatchObject({ ok: { stage: 'off' } })
    expect(signs).toBeLessThanOrEqual(5)
  })

  test.each([
    ['nothing is told', working(6, 10 * second, false), 26 * second],
    ['a step takes too long', working(1, 60 * second), 26 * second],
  ])('is over after 25 seconds where %s', async (_why, handlers, total) => {
    expect((await asked(handlers, total)).outcome).toMatchObject({ error: { code: 'INTERNAL' } })
  })

  test('is over for the page after 28 seconds of silence, whatever the worker does', async () => {
    const { outcome, left } = await asked(working(60, 10 * second), 29 * second, true)
    expect(outcome).toMatchObject({ error: { code: 'WORKER_UNAVAILABLE' } })
    expect(left).toBe(0)
  })

  test('is not kept waiting by the signs of another', async () => {
    const outcome = whileHeard('mine', new Promise(() => undefined), (hear) => {
      const timer = setInterval(() => hear({ v: PROTOCOL, type: 'worker.busy', id: 'another' }), 5 * second)
      return () => clearInterval(timer)
    })
    const failed = expect(outcome).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' })
    await vi.advanceTimersByTimeAsync(29 * second)
    await failed
  })
})
