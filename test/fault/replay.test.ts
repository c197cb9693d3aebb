import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { createAccount } from '../support/people.ts'
import type { Recorded } from '../support/recorded.ts'
import { call, quietPath, sessionState, useBench } from './support/bench.ts'
import { expectSameFamily, refreshes } from './support/families.ts'
import { type KillPoint, timesAt } from './support/kill-points.ts'

const path = '/api/v1/effect'
const isEffect = (request: Recorded): boolean => request.path === path

/** Calls whose token is refused once are sent again with new tokens: once, whatever becomes of the worker. */
describe.each(caseBrowsers)('a worker killed in a replay in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  let before: string | undefined

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
    await page.goto(bench.holdfast.appUrl + quietPath)
    bench.holdfast.serve(path, { body: 'done', type: 'text/plain' })
  })
  beforeEach(() => {
    before = bench.holdfast.recorder.issued.accessTokens.at(-1)
    bench.holdfast.recorder.clear()
  })

  /** Those with credentials: without any the API does nothing. */
  const sent = () => bench.holdfast.recorder.requests.filter((one) => isEffect(one) && 'authorization' in one.headers)
  /** Begins the request in the page, which stays there to wait for it; `outcome` is what it came to. */
  const begin = (method: string): Promise<unknown> =>
    page.evaluate(
      (to, how) => {
        const init = how === 'GET' ? {} : { method: how, body: 'one effect' }
        const outcome = fetch(to, init).then(
          ({ status }) => status,
          () => 'failed',
        )
        Reflect.set(window, 'outcome', outcome)
      },
      path,
      method,
    )
  const outcome = (): Promise<unknown> => page.evaluate(() => Reflect.get(window, 'outcome'))

  const expectNoOther = async (count: number): Promise<void> => {
    expect(await call(page)).toBe(200)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
    expect(sent()).toHaveLength(count)
    const { issued } = bench.holdfast.recorder
    const isSettled = () => timesAt(bench.holdfast, 'done session settled') > 0
    await waitFor(() => issued.accessTokens.at(-1) !== before && isSettled(), 'the refresh has come to its end')
    await expectSameFamily(bench.holdfast, before)
  }

  it.each(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])(
    'case 7: killed while the replay of a %s is under way → no other replay',
    async (method) => {
      const { recorder } = bench.holdfast
      recorder.failNext(isEffect, 401)
      recorder.failNext(isEffect, 'hang')
      await begin(method)
      await waitFor(() => sent().length === 2, 'the replay has arrived')
      await bench.kill()
      recorder.recover()
      const isRepeatable = method !== 'POST' && method !== 'PATCH'
      // Chromium hands the request to the next worker, which may do it again only where that changes nothing.
      const last = await outcome()
      expect(last).toBe(isRepeatable && kind === 'chromium' ? 200 : 'failed')
      await expectNoOther(last === 200 ? 3 : 2)
      expect(refreshes(bench.holdfast).map(({ status }) => status)).toEqual([200])
    },
  )

  const points: readonly KillPoint[] = ['send refresh_token', 'reply refresh_token', 'write session settled']
  it.each(points)('case 7: killed before the replay of a POST is sent (%s) → one at most', async (point) => {
    bench.holdfast.recorder.failNext(isEffect, 401)
    await bench.killAt(point, () => begin('POST'))
    // The first try was refused: a browser that hands it to the next worker does it for the first time.
    await expectNoOther((await outcome()) === 200 ? 2 : 1)
  })

  it('case 7: killed while a POST is under way for the first time → not sent again', async () => {
    const { recorder } = bench.holdfast
    recorder.failNext(isEffect, 'hang')
    await begin('POST')
    await waitFor(() => sent().length === 1, 'the request has arrived')
    await bench.kill()
    recorder.recover()
    expect(await outcome()).toBe('failed')
    expect(await call(page)).toBe(200)
    expect(sent()).toHaveLength(1)
    // A page may ask again itself, as soon as it is sure that nobody hands anything over any more.
    const since = Date.now()
    await waitFor(() => Date.now() - since > 1100, 'whatever is handed over has come')
    await begin('POST')
    expect(await outcome()).toBe(200)
    expect(sent()).toHaveLength(2)
  })

  it('case 7: not killed → one replay, with all of the body', async () => {
    bench.holdfast.recorder.failNext(isEffect, 401)
    await begin('POST')
    expect(await outcome()).toBe(200)
    expect(sent()).toHaveLength(2)
    expect(sent().map(({ headers }) => headers['content-length'])).toEqual(['10', '10'])
  })

  it('case 7: refused again and again → one replay, and the page is told', async () => {
    bench.holdfast.recorder.failNext(isEffect, 401, Number.POSITIVE_INFINITY)
    await begin('POST')
    expect(await outcome()).toBe(401)
    expect(sent()).toHaveLength(2)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
  })
})
