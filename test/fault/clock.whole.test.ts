import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { call, callRefused, calls, isStatus, poke, quietPath, sessionState, useBench } from './support/bench.ts'
import { setPageClock, setWorkerClock, withClock } from './support/clock.ts'
import { expectSameFamily, refreshes } from './support/families.ts'

const tenMinutes = 600_000
const clocks = [
  ['case 14', 'ten minutes ahead', tenMinutes],
  ['case 15', 'ten minutes behind', -tenMinutes],
] as const
const blocks = browsers.flatMap((kind) => clocks.map((clock) => [...clock, kind] as const))

describe.each(blocks)('%s, a clock %s (%i ms) in %s', (name, how, ahead, kind) => {
  const bench = useBench(kind, { mapWorkerSource: withClock(ahead) })
  let page: Page

  beforeAll(async () => {
    page = await bench.open(quietPath)
    await setPageClock(page, ahead)
    await page.goto(bench.holdfast.appUrl)
    await createAccount(page)
  })
  beforeEach(() => bench.holdfast.recorder.clear())

  const apiCalls = () => bench.holdfast.recorder.requests.filter(isStatus)

  it(`${name}: a clock ${how} → signed in, and kept`, async () => {
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', online: true })
    await page.goto(bench.holdfast.appUrl + quietPath)
    expect(await isAuthenticated(page)).toBe(true)
  })

  it(`${name}: a clock ${how}, and a worker that knows nothing of it → accepted after one retry, then at once`, async () => {
    await bench.kill()
    expect(await call(page)).toBe(200)
    expect(apiCalls().length).toBeLessThanOrEqual(2)
    const before = apiCalls().length
    expect(await calls(page, 10)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(apiCalls()).toHaveLength(before + 10)
    expect(refreshes(bench.holdfast)).toEqual([])
  })

  it(`${name}: a clock ${how}, looked at again and again → no token request that is not due`, async () => {
    for (let count = 0; count < 5; count += 1) await poke(page)
    expect(bench.holdfast.recorder.tokenRequests()).toEqual([])
  })

  it(`${name}: a clock ${how}, a refresh by a worker that knows nothing of it → proof accepted after one retry`, async () => {
    const before = bench.holdfast.recorder.issued.accessTokens.at(-1)
    await bench.kill()
    expect(await callRefused(bench, page)).toBe(200)
    const sent = refreshes(bench.holdfast).map(({ status }) => status)
    expect(sent.at(-1)).toBe(200)
    expect(sent.length).toBeLessThanOrEqual(2)
    await expectSameFamily(bench.holdfast, before)
  })

  it(`${name}: a clock ${how} is put right while signed in → at most one refresh`, async () => {
    await setWorkerClock(page, 0)
    expect(await calls(page, 10)).toEqual(Array.from({ length: 10 }, () => 200))
    await poke(page)
    const settled = async () => Number((await sessionState(page)).refreshAt) > Date.now()
    await waitFor(settled, 'no refresh is due')
    expect(refreshes(bench.holdfast).length).toBeLessThanOrEqual(1)
    const after = refreshes(bench.holdfast).length
    expect(await calls(page, 10)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(refreshes(bench.holdfast)).toHaveLength(after)
  })
})
