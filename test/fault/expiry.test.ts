import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { Fault } from '../support/faults.ts'
import { killWorkers } from '../support/kill.ts'
import { createAccount } from '../support/people.ts'
import { isRefresh } from '../support/record.ts'
import { call, callRefused, calls, poke, quietPath, sessionState, useBench } from './support/bench.ts'
import { expectSameFamily, refreshes } from './support/families.ts'
import { holdEveryLock, locksTaken } from './support/locks.ts'

const ttl = 2
/** Each test goes on where the one before it ended: the access token is over until one of them can refresh. */
describe.each(caseBrowsers)('an expired access token in %s', (kind) => {
  const bench = useBench(kind, { accessTokenTtl: ttl }, { prefs: { 'dom.disable_open_during_load': false } })
  let page: Page
  let before: string | undefined

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
    // A page that watches the clock would refresh ahead of time.
    await page.goto(bench.holdfast.appUrl + quietPath)
    const { recorder } = bench.holdfast
    const last = recorder.tokenRequests().at(-1)?.at ?? 0
    before = recorder.issued.accessTokens.at(-1)
    // What is issued from now on lives long, so that one refresh is enough however long a test takes.
    await bench.holdfast.restart({ accessTokenTtl: 900 })
    await waitFor(() => Date.now() > last + (ttl + 1) * 1000, 'the access token is over')
  })
  beforeEach(() => bench.holdfast.recorder.clear())

  const portal = '/portal'
  const readable = { 'access-control-allow-origin': '*' }
  const kept = { status: 'signed-in', online: false }
  /** A call fails as one without a network does, while `fault` is what refreshes come to, and the session is kept. */
  const expectKept = async (fault: Fault): Promise<void> => {
    const { recorder } = bench.holdfast
    if (fault === 'drop') recorder.dropReply(isRefresh, Number.POSITIVE_INFINITY)
    else recorder.failNext(isRefresh, fault, Number.POSITIVE_INFINITY)
    await poke(page)
    await expect(call(page)).rejects.toThrow()
    expect(await sessionState(page)).toMatchObject(kept)
    expect(recorder.tokenRequests('refresh_token').length).toBeGreaterThan(0)
  }

  const unanswered: readonly (readonly [string, Fault])[] = [
    ['case 8: every reply of a refresh is lost', 'drop'],
    [
      'case 13: a captive portal sends elsewhere',
      ({ headers }) => new Response(null, { status: 302, headers: { location: `${headers.origin}${portal}` } }),
    ],
  ]
  it.each(unanswered)('%s → session kept', async (_name, fault) => {
    await expectKept(fault)
    expect(bench.holdfast.recorder.requests.filter(({ path }) => path === portal)).toEqual([])
  })

  it('case 8: the network is gone altogether, and the worker is killed → session kept', async () => {
    bench.holdfast.recorder.down()
    await expect(call(page)).rejects.toThrow()
    expect(await sessionState(page)).toMatchObject(kept)
    // Without a network no other page can be opened: the kill goes by this one.
    await killWorkers(bench.browser, page)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
    await waitFor(async () => (await sessionState(page)).online === false, 'the next worker has tried it by itself')
  })

  const answered: readonly (readonly [string, () => Response])[] = [
    ['case 9: a refresh is answered 503', () => new Response(null, { status: 503, headers: readable })],
    [
      'case 10: a refresh is answered 429',
      () => new Response(null, { status: 429, headers: { ...readable, 'retry-after': '1' } }),
    ],
    [
      'case 12: a captive portal answers 200 with HTML',
      () => new Response('<h1>Welcome</h1>', { headers: { ...readable, 'content-type': 'text/html' } }),
    ],
  ]
  it.each(answered)('%s → session kept, by the next worker too', async (_name, fault) => {
    await expectKept(fault)
    await bench.kill()
    await waitFor(async () => (await sessionState(page)).online === false, 'the next worker has tried it by itself')
    expect(await sessionState(page)).toMatchObject(kept)
  })

  it('case 17: two tabs, a popup and 50 requests at expiry → exactly one token request', async () => {
    const { holdfast, browser } = bench
    const second = await bench.open(quietPath)
    await page.evaluate((path) => void window.open(`${path}?popup`, '', 'popup'), quietPath)
    const isPopup = (one: Page) => one.url().endsWith('?popup')
    const popup = await waitFor(async () => (await browser.pages()).find(isPopup), 'there is a popup')
    // Whatever the worker was about to try by itself is over with it.
    await bench.kill()
    holdfast.recorder.clear()
    const answers = await Promise.all([calls(page, 20), calls(second, 20), calls(popup, 10)])
    expect(answers.flat()).toEqual(Array.from({ length: 50 }, () => 200))
    expect(refreshes(holdfast).map(({ status }) => status)).toEqual([200])
    await expectSameFamily(holdfast, before)
    await Promise.all([second.close(), popup.close()])
  })

  it.each([1, 2, 3])('case 8: the reply of a refresh is lost %i times → one family, no alarm', async (times) => {
    const { holdfast } = bench
    const latest = holdfast.recorder.issued.accessTokens.at(-1)
    holdfast.recorder.dropReply(isRefresh, times)
    expect(await callRefused(bench, page)).toBe(200)
    const sent = refreshes(holdfast)
    expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: times + 1 }, () => 200))
    expect(new Set(sent.map(({ token }) => token)).size).toBe(1)
    await expectSameFamily(holdfast, latest)
    await bench.kill()
    expect(await callRefused(bench, page)).toBe(200)
    await expectSameFamily(holdfast, latest)
  })

  it('case 19: a page holds every lock that it can name → the worker still refreshes', async () => {
    const { holdfast } = bench
    const taker = await bench.open(quietPath)
    await holdEveryLock(taker, ['holdfast', 'holdfast-refresh', 'refresh', 'main', 'refresh main 0', 'refresh main 1'])
    for (const round of [1, 2, 3]) {
      expect(await callRefused(bench, page)).toBe(200)
      expect(refreshes(holdfast)).toHaveLength(round)
    }
    expect((await locksTaken(taker)).length).toBeGreaterThan(6)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', online: true })
    await taker.close()
  })
})
