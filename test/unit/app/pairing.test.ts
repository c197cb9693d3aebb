import { signal } from '@preact/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPairing } from '../../../src/app/state/pairing.ts'
import type { PairingState, Session, SessionState } from '../../../src/kit/client.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const device = { name: 'Firefox on Linux', platform: 'Linux', at: 0 }
const offered: PairingState = { stage: 'offered', side: 'old', words: 'SWIFT-EAGLE-42', qr: '', expiresAt: 0 }
const approved: PairingState = { stage: 'approved', side: 'old', device }

/** `lost`: what looks get from now on. */
type Told = {
  done: number
  looks: number
  cancelled: number
  lost?: Promise<PairingState> | undefined
  /** What came of it: the worker that has told nobody is signed in. */
  isIn?: boolean
}

/** The worker tells one state after the other, and the last one for ever. */
const open = (states: PairingState[]) => {
  const told: Told = { done: 0, looks: 0, cancelled: 0 }
  const pairing: Session['pairing'] = {
    look: async () => {
      told.looks += 1
      if (told.lost !== undefined) return told.lost
      return (states.length > 1 ? states.shift() : states[0]) ?? { stage: 'none' }
    },
    offer: async () => offered,
    join: async () => ({ stage: 'joined', side: 'new' }),
    approve: async () => approved,
    cancel: async () => {
      told.cancelled += 1
      return { stage: 'none' }
    },
  }
  const state = signal({ status: 'anonymous' } as SessionState)
  const poke = async () => {
    if (told.isIn === true) state.value = { status: 'signed-in' } as SessionState
  }
  const session = async () => ({ pairing, state, poke }) as Partial<Session> as Session
  const page = createPairing(session, () => {
    told.done += 1
  })
  return { told, page }
}

test('a device that was let in is told of, though the dialog was closed after the yes', async () => {
  const { told, page } = open([{ stage: 'none' }, approved, { stage: 'done', side: 'old', device }])
  await page.offer()
  await page.approve()
  await page.close()
  expect(page.state.value).toEqual({ stage: 'none' })
  await vi.advanceTimersByTimeAsync(5000)
  expect(told).toEqual({ done: 1, looks: 3, cancelled: 0 })
})

test('a pairing that is closed before the yes is called off, and looked at no more', async () => {
  const { told, page } = open([{ stage: 'none' }, offered])
  await page.offer()
  await page.close()
  await vi.advanceTimersByTimeAsync(5000)
  expect(told).toEqual({ done: 0, looks: 1, cancelled: 1 })
})

test('what this page saw, and the worker no longer knows, was cut off', async () => {
  const { page } = open([{ stage: 'none' }])
  await page.join('SWIFT-EAGLE-42')
  await vi.advanceTimersByTimeAsync(1500)
  expect(page.state.value).toEqual({ stage: 'ended', side: 'new', reason: 'interrupted' })
})

test('what came to its good end, and was told nobody because the worker was killed then, is no failure', async () => {
  const { page, told } = open([{ stage: 'none' }])
  await page.join('SWIFT-EAGLE-42')
  told.isIn = true
  await vi.advanceTimersByTimeAsync(1500)
  expect(page.state.value).toEqual({ stage: 'done', side: 'new' })
  expect(told.done).toBe(1)
})

test('a look that is never answered, because the worker was killed, is followed by another before long', async () => {
  const { page, told } = open([{ stage: 'none' }, approved])
  await page.offer()
  const { promise: never } = Promise.withResolvers<PairingState>()
  told.lost = never
  await vi.advanceTimersByTimeAsync(1500)
  told.lost = undefined
  expect(page.state.value).toEqual(offered)
  await vi.advanceTimersByTimeAsync(6000)
  expect(page.state.value).toEqual(approved)
  expect(page.failure.value).toBeUndefined()
})
