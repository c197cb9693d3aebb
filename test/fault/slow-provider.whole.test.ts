import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { isRefresh } from '../support/record.ts'
import { callRefused, quietPath, sessionState, useBench } from './support/bench.ts'
import { expectSameFamily, refreshes } from './support/families.ts'

/** What a browser grants a worker's answer, in milliseconds. */
const browserLimit = 30_000

describe.each(browsers)('a token endpoint that hangs in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
    await page.goto(bench.holdfast.appUrl + quietPath)
  })

  it('case 30: the token endpoint hangs → given up before the browser does, session kept', async () => {
    const { recorder } = bench.holdfast
    const before = recorder.issued.accessTokens.at(-1)
    recorder.clear()
    recorder.failNext(isRefresh, 'hang', Number.POSITIVE_INFINITY)
    const began = performance.now()
    expect(await callRefused(bench, page)).toBe(401)
    expect(performance.now() - began).toBeLessThan(browserLimit * 0.8)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
    recorder.recover()
    recorder.clear()
    await bench.kill()
    expect(await isAuthenticated(page)).toBe(true)
    expect(await callRefused(bench, page)).toBe(200)
    expect(refreshes(bench.holdfast).at(-1)?.status).toBe(200)
    await expectSameFamily(bench.holdfast, before)
  })
})
