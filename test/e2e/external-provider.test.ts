import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProvider } from '../../examples/minimal/provider.ts'
import { en } from '../../src/app/ui/words-en.ts'
import { answerProvider, goToProvider } from '../browser/support/example-person.ts'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { freePorts } from '../support/free-ports.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { hasRole, logOf, openPage, pageFetch, showsText } from '../support/page.ts'
import { isAuthenticated, signOut } from '../support/people.ts'

/** Long enough for a few steps, short enough to be waited for. */
const ttl = 8

/** A provider that knows no DPoP and no pushed requests, and that answers in the address. */

describe('with the plain provider of somebody else in chromium', () => {
  let provider: Server
  let issuer: string
  let holdfast: Holdfast
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const [appPort = 0, idPort = 0] = await freePorts(2)
    issuer = `http://localhost:${idPort}`
    const app = `http://localhost:${appPort}`
    const api = `${app}/api/v1`
    const listener = createProvider({ issuer, page: app, api, dpop: false, accessTokenTtl: ttl })
    provider = createServer(listener).listen(idPort, 'localhost')
    await once(provider, 'listening')
    const client = { web: 'example', extension: undefined, desktop: undefined }
    const how = { scope: 'openid offline_access', responseMode: 'query', prompt: 'consent' } as const
    const external = { issuer, clients: client, audience: api, resource: api, origins: [], ...how }
    holdfast = await startHoldfast({ appPort, external })
    browser = await launchBrowser('chromium')
    page = await openPage(browser, `${app}/settings`)
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
    provider.closeAllConnections()
    await once(provider.close(), 'close')
  })

  test('signs in there, and the API knows who asks; no code is left in an address or an entry', async () => {
    await goToProvider(page, issuer)
    await answerProvider(page, { page: holdfast.appUrl })
    await waitFor(() => isAuthenticated(page), 'is signed in')
    expect(new URL(page.url()).search).toBe('')
    const { body } = await pageFetch(page, '/api/v1/user/profile')
    expect(JSON.parse(body)).toMatchObject({ email: null, platforms: [{ sessions: 1 }] })
    const entries = await page.evaluate(() => JSON.stringify(performance.getEntries()))
    expect(entries).not.toMatch(/[?&]code=/)
  })

  test('says in Settings what is weaker with this provider', async () => {
    for (const limit of [en.limitBearer, en.limitCodeInAddress, en.limitNoPar]) await showsText(page, limit)
  })

  test('names the provider, and offers no page and no pairing of our own: it says what to do instead', async () => {
    await showsText(page, new URL(issuer).host)
    expect(await hasRole(page, 'link', en.manageAccount)).toBe(false)
    await showsText(page, en.pairNotHere)
    expect(await hasRole(page, 'button', en.pairDevice)).toBe(false)
    expect(await violations(page)).toEqual([])
  })

  test('goes on through an expiry and a killed worker with one session of our own', async () => {
    const status = async () => JSON.parse((await pageFetch(page, '/api/v1/auth/status')).body)
    const before = Date.parse((await status()).expiresAt)
    await killWorkers(browser, page)
    await waitFor(async () => Date.parse((await status()).expiresAt) > before, 'there is a new token', 20_000)
    const { body } = await pageFetch(page, '/api/v1/user/sessions')
    expect(JSON.parse(body).sessions).toHaveLength(1)
  })

  test('signs out', async () => {
    await signOut(page)
    expect(await isAuthenticated(page)).toBe(false)
    expect(await hasRole(page, 'button', en.joinTitle)).toBe(false)
    expect(logOf(page).errors).toEqual([])
  })
})
