import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPasswordAccounts } from '../../../server/accounts/sign-in.ts'
import type { Store } from '../../../server/store/store.ts'
import { openTestStore } from './support/database.ts'

let store: Store
let dispose: () => Promise<void>
beforeAll(async () => {
  ;({ store, dispose } = await openTestStore())
})
afterAll(() => dispose())
afterEach(() => {
  vi.useRealTimers()
})

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const limit = { burst: 5, interval: 12_000, longest: 900_000 }

describe('a limit', () => {
  test('lets a burst through, then makes each further attempt wait longer', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await store.attempts.take('burst', limit)).toBe(0)
    const waits: number[] = []
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const wait = await store.attempts.take('burst', limit)
      waits.push(wait)
      pass(wait)
      expect(await store.attempts.take('burst', limit)).toBe(0)
    }
    expect(waits.every((wait, index) => index === 0 || wait > (waits[index - 1] ?? 0))).toBe(true)
  })

  test('lets go ahead who has waited as long as it said, also where the sum is rounded to a little less than one', async () => {
    pass(0)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      pass(14)
      await store.attempts.take('rounded', limit)
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      pass(await store.attempts.take('rounded', limit))
      expect(await store.attempts.take('rounded', limit)).toBe(0)
    }
  })

  test('bears that one clears it while others take', async () => {
    const take = () => store.attempts.take('cleared', { ...limit, burst: 1000 })
    const clear = async () => {
      await store.attempts.clear('cleared')
      return 0
    }
    const all = Array.from({ length: 200 }, (_, count) => (count % 3 === 0 ? clear() : take()))
    expect(new Set(await Promise.all(all))).toEqual(new Set([0]))
  })

  test('never makes anyone wait longer than it says', async () => {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const wait = await store.attempts.take('longest', limit)
      expect(wait).toBeLessThanOrEqual(limit.longest)
      pass(wait)
    }
  })

  test('forgets after an hour of quiet', async () => {
    for (let attempt = 0; attempt < 6; attempt += 1) await store.attempts.take('quiet', limit)
    pass(3_600_001)
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await store.attempts.take('quiet', limit)).toBe(0)
  })
})

describe('one address', () => {
  test('may try any number of times with what is right', async () => {
    for (let time = 0; time < 200; time += 1) {
      expect(await store.attempts.take('address', { ...limit, longest: limit.interval })).toBe(0)
      await store.attempts.settle('account', 'address')
    }
  })

  test('guessing at one account does not lock out its owner at another', async () => {
    const accounts = createPasswordAccounts(store)
    await accounts.create('owner@example.com', 'a good long password', '192.0.2.2')
    for (let guess = 0; guess < 6; guess += 1) await accounts.signIn('owner@example.com', 'guess', '192.0.2.66')
    expect((await accounts.signIn('owner@example.com', 'a good long password', '192.0.2.66')).type).toBe('wait')
    expect((await accounts.signIn('owner@example.com', 'a good long password', '192.0.2.3')).type).toBe('signed-in')
  })
})
