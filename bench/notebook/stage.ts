import type { Browser, Page } from 'puppeteer-core'
import { downloadInto, downloadPrefs, type Folder, makeFolder } from '../../test/e2e/support/files.ts'
import {
  type BrowserKind,
  closeBrowser,
  launchBrowser,
  makeProfile,
  removeProfile,
} from '../../test/support/browsers.ts'
import { waitFor } from '../../test/support/deadline.ts'
import { type Holdfast, startHoldfast } from '../../test/support/holdfast.ts'
import { openPage } from '../../test/support/page.ts'
import { type Bare, serveBare } from './bare.ts'
import { type Texts, writeTexts } from './texts.ts'
import { watch } from './watch.ts'

/** A browser with the built app, and what is measured in it. */
export type Stage = {
  readonly kind: BrowserKind
  readonly holdfast: Holdfast
  readonly texts: Texts
  /** What is given to the browser. */
  readonly given: Folder
  /** What comes from it. */
  readonly taken: Folder
  readonly browser: () => Browser
  /** Opens the app in a tab of its own. */
  openApp(): Promise<Page>
  /** Opens a page of the same origin that does one thing only. */
  openBare(name: Bare): Promise<Page>
  /** Ends the browser, and starts it on what it has written. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The worker in charge, so that every later page comes from it. */
const installWorker = async (browser: Browser, url: string): Promise<void> => {
  const page = await openPage(browser, url)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await waitFor(() => page.evaluate(() => navigator.serviceWorker.controller !== null), 'the worker is in charge')
  await page.close()
}

export const openStage = async (kind: BrowserKind, count: number, size: number): Promise<Stage> => {
  const holdfast = await startHoldfast({ bare: true })
  await serveBare(holdfast)
  const [profile, given, taken] = [await makeProfile(), await makeFolder(), await makeFolder()]
  const launch = async (): Promise<Browser> => {
    const args = ['--enable-precise-memory-info']
    const browser = await launchBrowser(kind, { profile, args, prefs: downloadPrefs(taken) })
    await downloadInto(browser, taken)
    return browser
  }
  let browser = await launch()
  await installWorker(browser, holdfast.appUrl)
  const texts = writeTexts(count, size)
  const open = async (path: string): Promise<Page> => {
    const page = await openPage(browser)
    await page.setViewport({ width: 1280, height: 800 })
    await watch(page, count)
    await page.goto(`${holdfast.appUrl}${path}`)
    return page
  }
  return {
    ...{ kind, holdfast, texts, given, taken },
    browser: () => browser,
    openApp: () => open('/'),
    openBare: (name) => open(`/bare-${name}`),
    async restart() {
      await closeBrowser(browser)
      browser = await launch()
    },
    async close() {
      await closeBrowser(browser)
      await holdfast.stop()
      await Promise.all([removeProfile(profile), given.remove(), taken.remove()])
    },
  }
}
