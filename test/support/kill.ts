import type { Browser, Page } from 'puppeteer-core'
import { kindOf } from './browsers.ts'
import { within } from './deadline.ts'
import { runInFirefox } from './firefox-system.ts'

/**
 * Chromium's own word on each version of a worker. Every kill ends when each that ran was stopped; a page that is busy may
 * have started one again by then.
 */
const killInChromium = async (page: Page): Promise<void> => {
  const session = await page.createCDPSession()
  const running = new Set<string>()
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let asked = false
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    for (const version of versions) {
      if (version.runningStatus === 'stopped') running.delete(version.versionId)
      else if (!asked) running.add(version.versionId)
    }
    if (asked && running.size === 0) resolve()
  })
  try {
    await session.send('ServiceWorker.enable')
    asked = true
    await session.send('ServiceWorker.stopAllWorkers')
    if (running.size === 0) resolve()
    await within(stopped, 'every service worker has stopped')
  } finally {
    await session.detach()
  }
}

const terminateAll = `
  const manager = Cc['@mozilla.org/serviceworkers/manager;1'].getService(Ci.nsIServiceWorkerManager)
  const all = manager.getAllRegistrations()
  for (let i = 0; i < all.length; i += 1) {
    const { installingWorker, waitingWorker, activeWorker } = all.queryElementAt(i, Ci.nsIServiceWorkerRegistrationInfo)
    for (const worker of [installingWorker, waitingWorker, activeWorker]) await worker?.terminateWorker()
  }
`

/**
 * Ends every service worker at once, in the middle of what it does, as a browser does that needs the memory. `page` is
 * any page of the worker's origin. Afterwards none runs until the next event starts one.
 */
export const killWorkers = async (browser: Browser, page: Page): Promise<void> => {
  if (kindOf(browser) === 'chromium') await killInChromium(page)
  else await runInFirefox(browser, terminateAll)
}
