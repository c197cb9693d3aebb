import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../src/app/ui/words-en.ts'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, openPage, showsText } from '../support/page.ts'
import { isAuthenticated } from '../support/people.ts'

describe('a server that trusts its network', () => {
  let holdfast: Holdfast
  let browser: Browser
  beforeAll(async () => {
    holdfast = await startHoldfast({ requirePairing: false })
    browser = await launchBrowser('chromium')
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  test('is told apart on every page, and in Settings with what it means', async () => {
    const page = await openPage(browser, holdfast.appUrl)
    await byRole(page, 'link', en.trustedNetwork)
    expect(await isAuthenticated(page)).toBe(true)
    await click(page, 'link', en.trustedNetwork)
    await byRole(page, 'region', en.security)
    await showsText(page, en.trustedNetworkText)
    expect(await violations(page)).toEqual([])
  })

  test('is nobody’s for a page of another origin', async () => {
    const page = await openPage(browser, holdfast.idUrl)
    const read = await page.evaluate(
      (url) =>
        fetch(url).then(
          () => 'read',
          () => 'refused',
        ),
      `${holdfast.appUrl}/api/v1/user/profile`,
    )
    expect(read).toBe('refused')
  })
})
