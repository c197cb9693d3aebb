import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessionIdOf } from '../fault/support/families.ts'
import { violations } from '../support/axe.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { byRole, click, fill, openPage, pageFetch, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated, signIn } from '../support/people.ts'

describe.each(caseBrowsers)('the devices of an account in %s', (kind) => {
  let holdfast: Holdfast
  /** Two profiles of one person. */
  let mine: Browser
  let other: Browser
  let page: Page
  let person: Credentials

  beforeAll(async () => {
    holdfast = await startHoldfast()
    mine = await launchBrowser(kind)
    other = await launchBrowser(kind)
  })
  afterAll(async () => {
    await closeBrowser(mine)
    await closeBrowser(other)
    await holdfast.stop()
  })

  const devicesOf = async (of: Page): Promise<{ id: string; isThis: boolean }[]> =>
    JSON.parse((await pageFetch(of, '/api/v1/devices')).body).devices

  test('a browser tells its key when it first signs in, and is on the list', async () => {
    page = await openPage(mine, `${holdfast.appUrl}/settings`)
    person = await createAccount(page)
    await waitFor(async () => (await devicesOf(page)).length === 1, 'this browser is a device')
    await page.reload()
    await byRole(page, 'region', 'Devices')
    await showsText(page, 'This device')
    expect(await violations(page)).toEqual([])
  })

  test('is renamed, and keeps its name and its place after its refresh token has run out', async () => {
    await click(page, 'button', 'Rename')
    await byRole(page, 'dialog', 'Rename')
    await fill(page, 'Name of the device', 'The blue one')
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Enter')
    await showsText(page, 'The blue one')
    const [device] = await devicesOf(page)
    const session = sessionIdOf(holdfast.recorder.issued.accessTokens.at(-1))
    await holdfast.store.oidcRecords.removeByGrant('RefreshToken', session)
    await killWorkers(mine, page)
    holdfast.recorder.failNext(({ path }) => path === '/api/v1/user/profile', 401)
    const { status } = await pageFetch(page, '/api/v1/user/profile')
    expect(status).toBe(200)
    expect(await devicesOf(page)).toMatchObject([{ id: device?.id, name: 'The blue one', isThis: true }])
  })

  test('case 34: one that is removed is out within five seconds and says so; the others stay', async () => {
    const there = await openPage(other, `${holdfast.appUrl}/`)
    await signIn(there, person)
    await waitFor(async () => (await devicesOf(there)).length === 2, 'both are devices')
    await page.reload()
    await click(page, 'button', 'Remove')
    await byRole(page, 'dialog', 'Remove the device?')
    await click(page, 'button', 'Remove')
    await waitFor(async () => (await devicesOf(page)).length === 1, 'one is left')
    // Nothing is done there: the server says so by itself.
    const removal = 'This device was removed from the account on '
    await waitFor(async () => (await text(there)).includes(removal), 'the other is out and says so', 5000)
    await there.goto(`${holdfast.appUrl}/settings`)
    await showsText(there, removal)
    expect(await isAuthenticated(there)).toBe(false)
    expect(await isAuthenticated(page)).toBe(true)
    await signIn(there, person)
    await waitFor(async () => (await devicesOf(there)).length === 2, 'it comes back with another key')
  })
})
