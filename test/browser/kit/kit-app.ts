import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { type BrowserKind, closeBrowser, launchBrowser } from '../../support/browsers.ts'
import { waitFor } from '../../support/deadline.ts'
import { freePorts } from '../../support/free-ports.ts'
import { type Liar, startLiar } from '../../support/liar.ts'
import { openPage } from '../../support/page.ts'
import { startHost } from '../../support/sealed-host.ts'
import { type Api, startApi } from './api.ts'
import type { Kit } from './page/page.ts'

declare const kit: Kit

/** An app of somebody else's with the kit in it, three providers and an API, in a real browser. */
export type KitApp = {
  readonly browser: Browser
  readonly origin: string
  readonly liar: Liar
  readonly api: Api
  open(): Promise<Page>
  /** Signs in at this provider, which asks nothing, and waits until the page is back. */
  signIn(page: Page, provider: string): Promise<void>
  close(): Promise<void>
}

export const isReady = (page: Page): Promise<boolean> => page.evaluate(() => 'kit' in globalThis).catch(() => false)

export const startKitApp = async (kind: BrowserKind): Promise<KitApp> => {
  const [liarPort = 0, apiPort = 0, port = 0] = await freePorts(3)
  const liar = await startLiar(liarPort)
  const api = await startApi(apiPort)
  const addresses = { __LIAR__: liar.origin, __API__: api.origin }
  const host = await startHost({ port, folder: join(import.meta.dirname, 'page'), addresses })
  const browser = await launchBrowser(kind)
  return {
    browser,
    origin: host.origin,
    liar,
    api,
    async open() {
      const page = await openPage(browser, `${host.origin}/`)
      await waitFor(() => isReady(page), 'the page has its session')
      return page
    },
    async signIn(page, provider) {
      await page.evaluate((id) => kit.signIn(id), provider)
      const isBack = async () => page.url().startsWith(`${host.origin}/?back=${provider}`) && isReady(page)
      await waitFor(isBack, 'the page is back from the provider')
    },
    async close() {
      await closeBrowser(browser)
      await host.close()
      await liar.close()
      await api.close()
    },
  }
}
