import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { createAccount } from '../support/people.ts'
import { calls, sessionState, useBench } from './support/bench.ts'
import { setPageClock, setWorkerClock, withClock } from './support/clock.ts'
import { expectSameFamily, refreshes } from './support/families.ts'

const eightHours = 8 * 3_600_000

describe.each(caseBrowsers)('a device that was asleep in %s', (kind) => {
  const bench = useBench(kind, { mapWorkerSource: withClock(0) })
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
  })
  afterAll(() => {
    vi.useRealTimers()
  })

  it('case 16: eight hours asleep, then two tabs and 20 requests at once → one refresh', async () => {
    const { recorder } = bench.holdfast
    const second = await bench.open('/settings')
    const before = recorder.issued.accessTokens.at(-1)
    await bench.kill()
    recorder.clear()
    // The server's clock is the one of this process.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + eightHours })
    await setWorkerClock(page, eightHours)
    for (const one of [page, second]) await setPageClock(one, eightHours)
    const wake = (one: Page) => one.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')))
    const [, , answers] = await Promise.all([wake(page), wake(second), calls(page, 20)])
    expect(answers).toEqual(Array.from({ length: 20 }, () => 200))
    expect(refreshes(bench.holdfast).map(({ status }) => status)).toEqual([200])
    await expectSameFamily(bench.holdfast, before)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', online: true })
    expect(await calls(second, 5)).toEqual([200, 200, 200, 200, 200])
    expect(refreshes(bench.holdfast)).toHaveLength(1)
    await second.close()
  })
})
