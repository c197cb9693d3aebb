import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { createAccount } from '../support/people.ts'
import { isRefresh } from '../support/record.ts'
import { callRefused, quietPath, sessionState, useBench } from './support/bench.ts'
import { refreshes } from './support/families.ts'

const readable = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After, Date' }

/** An API that refuses the token has the worker refresh, while the token is good for everything else. */
describe.each(browsers)('a provider that has enough in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  const sent = () => refreshes(bench.holdfast).length

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
    await page.goto(bench.holdfast.appUrl + quietPath)
  })
  // A worker that has heard nothing yet waits for nothing.
  beforeEach(async () => {
    await bench.kill()
    bench.holdfast.recorder.clear()
  })

  it.each([500, 502, 503])('case 9: a refresh is answered %i → back-off, session kept', async (status) => {
    bench.holdfast.recorder.failNext(
      isRefresh,
      () => new Response(null, { status, headers: readable }),
      Number.POSITIVE_INFINITY,
    )
    for (let calls = 0; calls < 20; calls += 1) expect(await callRefused(bench, page)).toBe(401)
    // No storm: twenty refusals within moments are not twenty token requests.
    expect(sent()).toBeGreaterThan(0)
    expect(sent()).toBeLessThanOrEqual(3)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
    bench.holdfast.recorder.recover()
    await waitFor(async () => (await callRefused(bench, page)) === 200, 'it refreshes when the time has come', 40_000)
  })

  const seconds = 3
  const forms: readonly (readonly [string, () => string])[] = [
    ['in seconds', () => String(seconds)],
    ['as a date', () => new Date(Date.now() + (seconds + 1) * 1000).toUTCString()],
  ]
  it.each(forms)('case 10: 429 with Retry-After %s → honoured, session kept', async (_form, retryAfter) => {
    bench.holdfast.recorder.failNext(
      isRefresh,
      () => new Response(null, { status: 429, headers: { ...readable, 'retry-after': retryAfter() } }),
    )
    expect(await callRefused(bench, page)).toBe(401)
    const told = Date.now()
    expect(sent()).toBe(1)
    await waitFor(async () => (await callRefused(bench, page)) === 200, 'it refreshes when the time has come', 40_000)
    expect(Date.now() - told).toBeGreaterThanOrEqual((seconds - 0.5) * 1000)
    expect(refreshes(bench.holdfast).map(({ status }) => status)).toEqual([undefined, 200])
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
  })
})
