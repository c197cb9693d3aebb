import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../src/app/ui/words-en.ts'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText, text } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'

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

  test('lets a browser in by words and with a yes, as anywhere: the keys of notes are given with it', async () => {
    const old = await openPage(browser, `${holdfast.appUrl}/settings`)
    const { email } = await createAccount(old)
    const fresh = await openPage(await browser.createBrowserContext(), `${holdfast.appUrl}/settings`)
    await old.bringToFront()
    await click(old, 'button', en.pairDevice)
    const words = await waitFor(async () => /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/.exec(await text(old))?.[0], 'there are words')
    await fresh.bringToFront()
    await click(fresh, 'button', en.joinTitle)
    await fill(fresh, en.joinWords, words)
    await click(fresh, 'button', en.joinContinue)
    await showsText(fresh, en.joinCompare)
    await old.bringToFront()
    await click(old, 'button', en.approve)
    await fresh.bringToFront()
    await showsText(fresh, en.joinDone)
    await click(fresh, 'button', en.close)
    await showsText(fresh, email)
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
