import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createPendingWrites } from '../../../server/oidc/pending-writes.ts'
import type { Limit } from '../../../server/store/attempts.ts'
import type { NewRecord } from '../../../server/store/oidc-records.ts'
import { newId, type Store } from '../../../server/store/store.ts'
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

const recordOf = (model: string, id: string, value = id): NewRecord => ({ model, id, payload: { value }, ttl: 60 })

test('everybody who asks at once hears of their own, and of nothing where there is nothing', async () => {
  const ids = Array.from({ length: 300 }, () => newId())
  const there = ids.filter((_id, index) => index % 3 !== 0)
  await store.oidcRecords.putAll(there.map((id) => recordOf('Grant', id)))
  const found = await Promise.all([...ids, ...ids].map((id) => store.oidcRecords.find('Grant', id)))
  const expected = ids.map((id, index) => (index % 3 !== 0 ? id : undefined))
  expect(found.map((record) => record?.payload.value)).toEqual([...expected, ...expected])
  expect(await store.oidcRecords.find('Session', there[0] ?? '')).toBeUndefined()
})

test('who asks after a change was acknowledged hears of the change', async () => {
  const id = newId()
  const asked = store.oidcRecords.find('Grant', id)
  const put = store.oidcRecords.put(recordOf('Grant', id))
  await put
  expect((await store.oidcRecords.find('Grant', id))?.payload.value).toBe(id)
  await asked
})

/** The bucket as it is meant, worked out one attempt after the other. */
const bucketOf = ({ burst, interval, longest }: Limit) => {
  let bucket = { tokens: burst, failures: 0, at: 0 }
  return (now: number): number => {
    if (now - bucket.at >= 3600_000) bucket = { tokens: burst, failures: 0, at: now }
    const pace = Math.min(longest, interval * 2 ** Math.max(0, bucket.failures - burst))
    const filled = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / pace)
    if (filled < 1) return Math.ceil((1 - filled) * pace)
    bucket = { tokens: filled - 1, failures: bucket.failures + 1, at: now }
    return 0
  }
}

test.each<Limit>([
  { burst: 5, interval: 12_000, longest: 900_000 },
  { burst: 60, interval: 1000, longest: 1000 },
  { burst: 1, interval: 700, longest: 5000 },
])('attempts are let through and wait as their limit says: %o', async (limit) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const key = newId()
  const expected = bucketOf(limit)
  const pauses = [
    0, 0, 0, 0, 0, 0, 300, 13_000, 13_000, -500, 25_000, 1, 60_000, 400_000, 0, 3_599_999, 3_600_001, 0, 0,
  ]
  for (const pause of [...pauses, ...pauses, ...pauses]) {
    vi.setSystemTime(Date.now() + pause)
    expect(await store.attempts.take(key, limit)).toBe(expected(Date.now()))
  }
})

test('of many attempts at once no more than the burst are let through', async () => {
  const key = newId()
  const waits = await Promise.all(
    Array.from({ length: 20 }, () => store.attempts.take(key, { burst: 5, interval: 60_000, longest: 60_000 })),
  )
  expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
})

test('after a good attempt its own bucket is full, and the one that it shares has what it took', async () => {
  const limit = { burst: 2, interval: 60_000, longest: 60_000 }
  const [own, shared] = [newId(), newId()]
  const take = async (key: string) => (await store.attempts.take(key, limit)) === 0
  const both = async () => [await take(own), await take(shared)]
  expect([await both(), await both()]).toEqual([
    [true, true],
    [true, true],
  ])
  await store.attempts.settle(own, shared)
  expect([await both(), await both()]).toEqual([
    [true, true],
    [true, false],
  ])
  expect(await both()).toEqual([false, false])
})

test('what a request writes is stored when its model is asked for, when it is put again, and at its end', async () => {
  const pending = createPendingWrites(store.oidcRecords)
  const request = {}
  const [id, other] = [newId(), newId()]
  const heldNow = async () => (await store.oidcRecords.find('Session', id))?.payload.value
  await pending.add(request, 'Session', recordOf('Session', id, 'first'))
  await pending.add(request, 'Grant', recordOf('Grant', other))
  await pending.settle(request, 'AccessToken')
  expect(await heldNow()).toBeUndefined()
  await pending.settle(request, 'Session')
  expect(await heldNow()).toBe('first')
  await pending.add(request, 'Session', recordOf('Session', id, 'second'))
  await pending.add(request, 'Session', () => store.oidcRecords.remove('Session', id))
  expect(await heldNow()).toBe('second')
  await Promise.all([pending.flush(request), pending.flush(request)])
  expect(await heldNow()).toBeUndefined()
  expect(await store.oidcRecords.find('Grant', other)).toBeDefined()
})

test('who flushes beside another hears when that one has failed', async () => {
  const pending = createPendingWrites(store.oidcRecords)
  const request = {}
  await pending.add(request, 'Session', () => Promise.reject(new Error('the disk is full')))
  const outcomes = await Promise.allSettled([pending.flush(request), pending.flush(request)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
