import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Example, startExample } from '../../examples/minimal/example.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { freePorts } from '../support/free-ports.ts'
import { killWorkers } from '../support/kill.ts'
import { click, logOf, openPage, pageFetch } from '../support/page.ts'
import { answerProvider, goToProvider, showsStatus } from './support/example-person.ts'
import { startSealedExample } from './support/sealed-example.ts'

const start = async (dpop: boolean, accessTokenTtl: number, onApiRequest?: (request: Request) => void) => {
  const [page = 0, id = 0, api = 0] = await freePorts(3)
  const ports = { page, id, api }
  return startExample({ ports, dpop, accessTokenTtl, ...(onApiRequest === undefined ? {} : { onApiRequest }) })
}
const signIn = async (page: Page, example: Example): Promise<Record<string, unknown>> => {
  await goToProvider(page, example.issuer)
  await answerProvider(page, example)
  return showsStatus(page, 'signed-in')
}
const passes = (milliseconds: number): Promise<unknown> => {
  const end = Date.now() + milliseconds
  return waitFor(() => Date.now() > end, 'time passes')
}

const ttl = 2
const untilOver = () => passes((ttl + 0.5) * 1000)
const modes = [
  ['DPoP', true],
  ['Bearer', false],
] as const

// The provider of the example is set up plainly, and says on the console what else one would do.
beforeAll(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()
})
afterAll(() => vi.restoreAllMocks())

/** Each test goes on where the one before it ended. */
describe.each(caseBrowsers)('the example in %s', (kind) => {
  let browser: Browser
  let example: Example
  let page: Page
  const call = () => pageFetch(page, `${example.api}/v1/me`)
  beforeAll(async () => {
    browser = await launchBrowser(kind)
  })
  afterAll(() => closeBrowser(browser))
  afterEach(() => {
    expect(logOf(page).errors).toEqual([])
  })

  describe.each(modes)('on a static host with %s', (scheme, dpop) => {
    const calls: Headers[] = []
    const token = () => calls.at(-1)?.get('authorization')?.split(' ')[1]
    beforeAll(async () => {
      example = await start(dpop, ttl, ({ method, headers }) => {
        if (method !== 'OPTIONS') calls.push(headers)
      })
      page = await openPage(browser, example.page)
    })
    afterAll(async () => {
      await page.close()
      await example.close()
    })

    it('signs in, and says that tokens are in memory alone', async () => {
      expect((await call()).status).toBe(401)
      expect(await signIn(page, example)).toMatchObject({ grade: 'memory', account: { sub: 'someone' } })
    })

    it('a plain fetch of the page is answered, and carries no credentials of its own', async () => {
      const sent: Record<string, string>[] = []
      page.on('request', (request) => {
        if (request.url() === `${example.api}/v1/me` && request.frame() !== null) sent.push(request.headers())
      })
      const { status, body } = await call()
      expect(status).toBe(200)
      expect(JSON.parse(body)).toEqual({ sub: 'someone', scheme })
      expect(calls.at(-1)?.has('dpop')).toBe(dpop)
      expect(sent).toHaveLength(1)
      const names = Object.keys(sent[0] ?? {}).map((name) => name.toLowerCase())
      expect(names).not.toContain('authorization')
      expect(names).not.toContain('dpop')
    })

    it('credentials that the page adds itself are dropped', async () => {
      const headers = { authorization: 'Bearer of-the-page', dpop: 'of-the-page' }
      const { status } = await pageFetch(page, `${example.api}/v1/me`, { headers })
      expect(status).toBe(200)
      expect(token()).not.toBe('of-the-page')
      expect(calls.at(-1)?.get('dpop')).not.toBe('of-the-page')
    })

    it('refreshes when the access token is over', async () => {
      const first = token()
      await untilOver()
      expect((await call()).status).toBe(200)
      expect(token()).not.toBe(first)
    })

    it('signs out: the next call has no credentials', async () => {
      await click(page, 'button', 'Sign out')
      await showsStatus(page, 'anonymous')
      expect((await call()).status).toBe(401)
      expect(token()).toBeUndefined()
    })

    it('a killed worker has nothing left: one signs in again', async () => {
      await signIn(page, example)
      expect((await call()).status).toBe(200)
      await killWorkers(browser, page)
      await page.reload()
      expect(await showsStatus(page, 'anonymous')).toMatchObject({ grade: 'memory' })
      expect((await call()).status).toBe(401)
      await signIn(page, example)
      expect((await call()).status).toBe(200)
    })
  })

  describe('behind a seal', () => {
    beforeAll(async () => {
      example = await startSealedExample(ttl)
      page = await openPage(browser, example.page)
    })
    afterAll(async () => {
      await page.close()
      await example.close()
    })

    it('a killed worker keeps the session, and refreshes it', async () => {
      expect(await signIn(page, example)).toMatchObject({ grade: 'sealed' })
      await killWorkers(browser, page)
      expect((await call()).status).toBe(200)
      await untilOver()
      await killWorkers(browser, page)
      expect((await call()).status).toBe(200)
      await page.reload()
      expect(await showsStatus(page, 'signed-in')).toMatchObject({ grade: 'sealed' })
    })

    it('signs out, and in again', async () => {
      await click(page, 'button', 'Sign out')
      await showsStatus(page, 'anonymous')
      expect((await call()).status).toBe(401)
      await signIn(page, example)
      expect((await call()).status).toBe(200)
    })
  })
})

// Chromium has no such switch.
describe.each(caseBrowsers.filter((kind) => kind === 'firefox'))('the idle time of a worker in %s', (kind) => {
  it('is outlasted by a sign-in, and not by a session in memory', async () => {
    // Half a minute as it comes.
    const idle = 400
    const example = await start(true, 300)
    const browser = await launchBrowser(kind, { prefs: { 'dom.serviceWorkers.idle_timeout': idle } })
    try {
      const page = await openPage(browser, example.page)
      await goToProvider(page, example.issuer)
      await passes(5 * idle)
      await answerProvider(page, example)
      expect(page.url()).not.toContain('signin=')
      await showsStatus(page, 'signed-in')
      await passes(5 * idle)
      await page.reload()
      await showsStatus(page, 'anonymous')
    } finally {
      await closeBrowser(browser)
      await example.close()
    }
  })
})
