import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import type { Server } from '../../../src/extension/package/differences.ts'
import { packExtension } from '../../../src/extension/package/pack.ts'
import { type BrowserKind, closeBrowser, launchBrowser } from '../../support/browsers.ts'
import { waitFor } from '../../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../../support/holdfast.ts'
import { openPage } from '../../support/page.ts'

/** The extension's own id in Firefox, which gives it a random origin unless it is told one. */
export const geckoId = '{7b0d8f0e-4a5f-4c0b-9a55-6c3de1a1f0c2}'
const geckoOrigin = '5c5a3f6e-1d7b-4d53-8f0a-0d9c8b7a6f5e'
export const chromeId = 'npnlkmlcnfhonihnlgojinokfbgfmaok'

/** A browser with the unpacked extension in it, and a Holdfast that it talks to. */
export type Installed = {
  readonly kind: BrowserKind
  /** Another one after a restart. */
  readonly browser: Browser
  readonly holdfast: Holdfast
  /** The extension's own origin, without a trailing slash. */
  readonly origin: string
  /** A tab with a page of the extension, `popup.html` for example. */
  open(path: string): Promise<Page>
  /** The window that the browser has opened for a sign-in. */
  signInWindow(): Promise<Page>
  /** Ends the browser and starts it again on the same profile. */
  restart(): Promise<void>
  close(): Promise<void>
}

const launchWith = async (
  kind: BrowserKind,
  folder: string,
  { profile, args: further = [] }: Pick<InstallOptions, 'profile' | 'args'>,
): Promise<Browser> => {
  const place = profile === undefined ? {} : { profile }
  if (kind === 'chromium') {
    const args = [`--load-extension=${folder}`, `--disable-extensions-except=${folder}`]
    return launchBrowser(kind, {
      ...place,
      args: [...args, ...further, '--disable-features=DisableLoadExtensionCommandLineSwitch'],
    })
  }
  const prefs = { 'extensions.webextensions.uuids': JSON.stringify({ [geckoId]: geckoOrigin }) }
  const browser = await launchBrowser(kind, { ...place, prefs })
  await browser.installExtension(folder)
  return browser
}

/** Firefox does not tell a driver that a page of an extension has loaded, so the page itself is asked. */
const goTo = async (page: Page, url: string): Promise<void> => {
  void page.goto(url).catch(() => undefined)
  const isThere = () => page.evaluate((wanted) => location.href === wanted && document.readyState === 'complete', url)
  await waitFor(() => isThere().catch(() => false), `${url} is open`)
}

export type InstallOptions = {
  /** A Holdfast to use and leave. Default: a new one. */
  readonly holdfast?: Holdfast
  /** A profile to use and leave. Default: a new one. */
  readonly profile?: string
  /** Further switches of Chromium. */
  readonly args?: readonly string[]
  /** Changes the unpacked extension before it is installed: takes a layer away, for example. */
  readonly change?: (folder: string) => Promise<void>
}

export const installExtension = async (kind: BrowserKind, options: InstallOptions = {}): Promise<Installed> => {
  const holdfast = options.holdfast ?? (await startHoldfast())
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-extension-'))
  const server: Server = { appUrl: holdfast.appUrl, idUrl: holdfast.idUrl }
  await packExtension(kind === 'chromium' ? 'chrome' : 'firefox', server, folder)
  await options.change?.(folder)
  let browser = await launchWith(kind, folder, options)
  const origin = kind === 'chromium' ? `chrome-extension://${chromeId}` : `moz-extension://${geckoOrigin}`
  return {
    kind,
    get browser() {
      return browser
    },
    holdfast,
    origin,
    async open(path) {
      const page = await openPage(browser)
      await goTo(page, `${origin}/${path}`)
      return page
    },
    async signInWindow() {
      const pages = async () => (await browser.pages()).find((page) => page.url().startsWith(holdfast.idUrl))
      return waitFor(pages, 'the window of the sign-in is open')
    },
    async restart() {
      await closeBrowser(browser)
      browser = await launchWith(kind, folder, options)
    },
    async close() {
      await closeBrowser(browser)
      if (options.holdfast === undefined) await holdfast.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
