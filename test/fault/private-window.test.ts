import type { Page } from 'puppeteer-core'
import { afterAll, describe, expect, it } from 'vitest'
import { type BrowserKind, caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText, text } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { chipSays } from './support/chip.ts'

/** A private window in a browser of its own; Firefox has whole browsers of them. */
const openPrivate = async (kind: BrowserKind, url: string) => {
  const prefs = { 'browser.privatebrowsing.autostart': true }
  const browser = await launchBrowser(kind, { prefs })
  const context = kind === 'chromium' ? await browser.createBrowserContext() : browser.defaultBrowserContext()
  const page: Page = kind === 'chromium' ? await context.newPage() : await openPage(browser, url)
  await page.goto(url)
  return { browser, context, page }
}

describe.each(caseBrowsers)('a private window in %s', (kind) => {
  let holdfast: Holdfast | undefined

  afterAll(() => holdfast?.stop())

  it('case 27: a private window → works, and the app says that it is temporary', async () => {
    holdfast = await startHoldfast()
    const { browser, page, context } = await openPrivate(kind, holdfast.appUrl)
    try {
      await fill(page, 'Note', 'Seen here alone')
      await chipSays(page, 'Saved on this device')
      await createAccount(page)
      expect(await isAuthenticated(page)).toBe(true)
      await click(page, 'link', 'Settings')
      await showsText(page, 'A private window forgets them when it is closed.')
      if (kind === 'firefox') return
      await context.close()
      const next = await (await browser.createBrowserContext()).newPage()
      await next.goto(holdfast.appUrl)
      await byRole(next, 'button', 'Sign in')
      expect(await text(next)).not.toContain('Seen here alone')
      expect(await isAuthenticated(next)).toBe(false)
    } finally {
      await closeBrowser(browser)
    }
  })
})
