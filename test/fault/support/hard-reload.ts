import type { Browser, Page } from 'puppeteer-core'
import { kindOf } from '../../support/browsers.ts'
import { runInFirefox } from '../../support/firefox-system.ts'

const reloadInFirefox = `
  const { LOAD_FLAGS_BYPASS_CACHE, LOAD_FLAGS_BYPASS_PROXY } = Ci.nsIWebNavigation
  gBrowser.selectedBrowser.reloadWithFlags(LOAD_FLAGS_BYPASS_CACHE | LOAD_FLAGS_BYPASS_PROXY)
`

/** Reloads as Shift and the reload button do: past every cache, and so past the service worker. */
export const hardReload = async (browser: Browser, page: Page): Promise<void> => {
  if (kindOf(browser) === 'chromium') {
    await page.reload({ ignoreCache: true })
    return
  }
  await page.bringToFront()
  const loaded = page.waitForNavigation()
  await runInFirefox(browser, reloadInFirefox)
  await loaded
}
