import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browsers, caseBrowsers, closeBrowser, launchBrowser, makeProfile, removeProfile } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { byRole, click, fill, hasRole, logOf, openPage, pageFetch, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated, signIn } from '../support/people.ts'
import { bootId } from '../support/worker-hook.ts'

const status = '/api/v1/auth/status'
const chip = async (page: Page): Promise<string> =>
  (await byRole(page, 'status', 'Status')).evaluate((element) => element.textContent?.trim() ?? '')
const chipSays = (page: Page, wanted: string) =>
  waitFor(async () => (await chip(page)) === wanted, `the chip says "${wanted}"`)

/** Each test goes on where the one before it ended, as a person does. */
describe.each(browsers)('the main job in %s', (kind) => {
  let holdfast: Holdfast
  let profile: string
  let browser: Browser
  let page: Page
  let person: { readonly email: string; readonly password: string }

  beforeAll(async () => {
    holdfast = await startHoldfast()
    profile = await makeProfile()
    browser = await launchBrowser(kind, { profile })
    page = await openPage(browser, holdfast.appUrl)
  })

  afterAll(async () => {
    await closeBrowser(browser)
    await removeProfile(profile)
    await holdfast.stop()
  })

  const noteIsThere = (where = page) => showsText(where, 'Written before there was an account')

  test('opens on an empty note and keeps what is written, without an account', async () => {
    await fill(page, 'Title', 'First')
    await fill(page, 'Note', 'Written before there was an account')
    await chipSays(page, 'Saved on this device')
    await page.reload()
    await noteIsThere()
    expect(await isAuthenticated(page)).toBe(false)
  })

  test('creates an account and signs in', async () => {
    person = await createAccount(page)
    const { status: code, body } = await pageFetch(page, status)
    expect(code).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ isAuthenticated: true, user: { email: person.email } })
  })

  test('a plain fetch of the page gets its credentials from the worker and carries none itself', async () => {
    holdfast.recorder.clear()
    // An address of its own: the app asks for its status too.
    const plain = `${status}?plain`
    const sent = new Promise<Record<string, string>>((resolve) => {
      page.on('request', (request) => {
        if (request.url().endsWith(plain) && request.frame() !== null) resolve(request.headers())
      })
    })
    await pageFetch(page, plain)
    const names = Object.keys(await sent).map((name) => name.toLowerCase())
    expect(names).not.toContain('authorization')
    expect(names).not.toContain('dpop')
    const arrived = holdfast.recorder.requests.filter(({ path, search }) => path + search === plain)
    expect(arrived.map(({ sender }) => sender)).toEqual(['worker'])
    expect(arrived[0]?.headers.authorization).toMatch(/^DPoP /)
    expect(arrived[0]?.headers.dpop).toBeDefined()
    const byPages = holdfast.recorder.requests.filter(({ sender }) => sender !== 'worker')
    expect(byPages.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test('stays signed in over a reload', async () => {
    await page.reload()
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
  })

  test('a killed worker calls again without any token request', async () => {
    const before = await bootId(page)
    await killWorkers(browser, page)
    holdfast.recorder.clear()
    expect(await isAuthenticated(page)).toBe(true)
    expect(await bootId(page)).not.toBe(before)
    expect(holdfast.recorder.tokenRequests()).toEqual([])
  })

  test('shows who is signed in, where and how well, in Settings', async () => {
    await click(page, 'link', 'Settings')
    await byRole(page, 'region', 'Account')
    await byRole(page, 'region', 'Security')
    await showsText(page, person.email)
    await showsText(page, 'Only the service worker can open your session.')
  })

  test('stays signed in when the browser is started again on the same profile', async () => {
    await closeBrowser(browser)
    browser = await launchBrowser(kind, { profile })
    holdfast.recorder.clear()
    page = await openPage(browser, holdfast.appUrl)
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
    expect(holdfast.recorder.tokenRequests()).toEqual([])
    await noteIsThere()
  })

  test('without the server the notes are there, the chip says so, and the session is kept', async () => {
    holdfast.recorder.down()
    await page.reload()
    await noteIsThere()
    await chipSays(page, 'Offline: saved here')
    await fill(page, 'Note', 'Written before there was an account, and while offline')
    await page.reload()
    await showsText(page, 'and while offline')
    holdfast.recorder.up()
    await page.reload()
    await waitFor(() => isAuthenticated(page), 'the page is signed in again')
    await chipSays(page, 'Saved on this device')
  })

  test('signs out in one tab, and both show it; a copy of the tokens is of no use any more', async () => {
    const { accessTokens, refreshTokens } = holdfast.recorder.issued
    const refreshToken = refreshTokens.at(-1) ?? ''
    const sent = holdfast.recorder.requests.findLast(
      ({ path, headers }) => path === status && headers.authorization !== undefined,
    )
    expect(sent?.headers.authorization).toBe(`DPoP ${accessTokens.at(-1)}`)
    const { authorization = '', dpop = '' } = sent?.headers ?? {}
    const presentCopy = () => fetch(`${holdfast.appUrl}${status}`, { headers: { authorization, dpop } })
    const find = () => holdfast.store.oidcRecords.find('RefreshToken', refreshToken)
    // As long as the session lives, all that is wrong with the copies is that their proof was used before.
    expect((await presentCopy()).headers.get('www-authenticate')).toContain('use_dpop_nonce')
    expect(await find()).toBeDefined()

    const other = await openPage(browser, `${holdfast.appUrl}/settings`)
    await byRole(other, 'button', 'Sign out')
    await page.bringToFront()
    await click(page, 'link', 'Settings')
    await click(page, 'button', 'Sign out')
    await byRole(page, 'dialog', 'Sign out')
    await click(page, 'button', 'Sign out')
    await waitFor(() => hasRole(page, 'button', 'Sign in'), 'the first tab shows it')
    await waitFor(() => hasRole(other, 'button', 'Sign in'), 'the second tab shows it')
    await waitFor(
      () => holdfast.recorder.requests.some(({ path, reply }) => path.endsWith('/revocation') && reply?.status === 200),
      'the server was told',
    )
    const again = await presentCopy()
    expect(again.status).toBe(401)
    expect(again.headers.get('www-authenticate')).toContain('invalid_token')
    expect(await find()).toBeUndefined()
    await other.close()
    await click(page, 'link', 'Back to notes')
    await noteIsThere()
  })

  test('a wrong password says so, and the right one signs in again', async () => {
    await click(page, 'button', 'Sign in')
    await fill(page, 'E-mail', person.email)
    await fill(page, 'Password', 'not the password')
    await click(page, 'button', 'Sign in')
    await showsText(page, 'E-mail or password is wrong.')
    await fill(page, 'Password', person.password)
    await click(page, 'button', 'Sign in')
    await waitFor(async () => {
      const back = new URL(page.url()).origin === holdfast.appUrl
      return back && (await isAuthenticated(page).catch(() => false))
    }, 'the page is signed in')
    // Firefox writes down each answer that could not be had, as it could not while the server was away, or when the worker
    // that was to give it was replaced after the sign-out; then it knows no address any more.
    const expected = (error: string) =>
      [status, '/api/v1/server', '/api/v1/sync/events'].some((path) => error.includes(path)) ||
      error.startsWith('Failed to load ‘’.')
    expect(logOf(page).errors.filter((error) => !expected(error))).toEqual([])
  })
})

describe.each(caseBrowsers)('at expiry in %s', (kind) => {
  const ttl = 4

  test('200 requests at once make exactly one token request, and all are answered', async () => {
    const holdfast = await startHoldfast({ accessTokenTtl: ttl })
    const browser = await launchBrowser(kind)
    try {
      const page = await openPage(browser, holdfast.appUrl)
      await createAccount(page)
      // The token that comes next lasts, however long a busy machine takes for the requests.
      await holdfast.restart({ accessTokenTtl: 600 })
      // Pages that watch the clock would refresh ahead of time; here the token is to be over.
      await page.goto(`${holdfast.appUrl}/healthz`)
      const last = () => holdfast.recorder.tokenRequests().at(-1)?.at ?? 0
      await waitFor(() => Date.now() > last() + (ttl + 1) * 1000, 'the access token is over', 30_000)
      holdfast.recorder.clear()
      const statuses = await page.evaluate(
        (url) => Promise.all(Array.from({ length: 200 }, async () => (await fetch(url)).status)),
        status,
      )
      expect(statuses).toEqual(Array.from({ length: 200 }, () => 200))
      expect(holdfast.recorder.tokenRequests()).toHaveLength(1)
    } finally {
      await closeBrowser(browser)
      await holdfast.stop()
    }
  })
})

test.each(caseBrowsers)('signing in again right after a sign-out works in %s', async (kind) => {
  const holdfast = await startHoldfast()
  const browser = await launchBrowser(kind)
  try {
    const page = await openPage(browser, `${holdfast.appUrl}/settings`)
    const person = await createAccount(page)
    await click(page, 'button', 'Sign out')
    await byRole(page, 'dialog', 'Sign out')
    await click(page, 'button', 'Sign out')
    await waitFor(() => hasRole(page, 'button', 'Sign in'), 'the page shows that it is signed out')
    await signIn(page, person)
    expect(await isAuthenticated(page)).toBe(true)
  } finally {
    await closeBrowser(browser)
    await holdfast.stop()
  }
})
