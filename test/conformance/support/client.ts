import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import type { SessionState } from '../../../src/protocol/messages.ts'
import { type BrowserKind, closeBrowser, launchBrowser } from '../../support/browsers.ts'
import { waitFor } from '../../support/deadline.ts'
import { freePorts } from '../../support/free-ports.ts'
import { type Liar, startLiar } from '../../support/liar.ts'
import type { Tenant } from '../../support/liar-tenant.ts'
import { openPage, pageFetch } from '../../support/page.ts'
import { startHost } from '../../support/sealed-host.ts'
import type { Conformance } from './page/page.ts'

declare const conformance: Conformance

/** What is sealed for one provider at this moment, by the names of the records. */
const recordsOf = (page: Page, id: string): Promise<string[]> =>
  page.evaluate(async (provider) => {
    const opened = indexedDB.open('holdfast-custody')
    await new Promise((resolve) => opened.addEventListener('success', resolve))
    const asked = opened.result.transaction('records').objectStore('records').getAllKeys()
    await new Promise((resolve) => asked.addEventListener('success', resolve))
    opened.result.close()
    return asked.result.map(String).filter((name) => name.endsWith(`/${provider}`) && !name.startsWith('metadata/'))
  }, id)

/** A real worker in a real browser, and the provider it has to do with. */
export type Client = {
  readonly browser: Browser
  readonly page: Page
  readonly liar: Liar
  /** An issuer that nobody has asked yet. */
  fresh(): { readonly id: string; readonly tenant: Tenant }
  /** Signs in: `done`, the outcome that the page is told in its address, or the code of the error it is given. */
  signIn(id: string): Promise<string>
  /** Whether a call of the page to the API of this issuer goes out with credentials that are good. */
  isAuthorized(id: string): Promise<boolean>
  state(): Promise<SessionState>
  signOut(): Promise<void>
  /** Signs out here and at the provider, until the page is back; answers where it came back to. */
  signOutAtProvider(): Promise<string>
  records(id: string): Promise<string[]>
  close(): Promise<void>
}

export const startClient = async (kind: BrowserKind): Promise<Client> => {
  const [liarPort = 0, hostPort = 0] = await freePorts(2)
  const liar = await startLiar(liarPort)
  // Two hundred issuers of the liar: each case takes a new one.
  const folder = join(import.meta.dirname, 'page')
  const host = await startHost({ port: hostPort, folder, addresses: { __LIAR__: liar.origin } })
  const browser = await launchBrowser(kind, { windowless: true })
  const page = await openPage(browser, `${host.origin}/`)
  const isReady = () => page.evaluate(() => 'conformance' in globalThis)
  await waitFor(isReady, 'the page has its session')
  let issuers = 0
  let visits = 0

  const back = async (before: string): Promise<string | undefined> => {
    const url = new URL(page.url())
    if (url.href === before) return (await page.evaluate(() => conformance.failed)) || undefined
    if (url.origin !== host.origin || url.pathname !== '/' || !(await isReady())) return undefined
    return url.searchParams.get('signin') ?? 'done'
  }

  return {
    browser,
    page,
    liar,
    fresh() {
      const id = `p${issuers}`
      issuers += 1
      return { id, tenant: liar.tenant(id) }
    },
    async signIn(id) {
      visits += 1
      // Two outcomes without a `returnTo` are at one address, and could not be told apart.
      if (!page.url().includes('back=')) await page.goto(`${host.origin}/?back=none-${visits}`)
      await waitFor(isReady, 'the page has its session')
      const before = page.url()
      await page.evaluate((provider, to) => conformance.signIn(provider, to), id, `/?back=${visits}`)
      return waitFor(() => back(before), 'the sign-in has an outcome', 40_000)
    },
    async isAuthorized(id) {
      const { body } = await pageFetch(page, `${liar.origin}/${id}/api/me`)
      return body === '{"authorized":true}'
    },
    state: () => page.evaluate(() => conformance.state()),
    signOut: () => page.evaluate(() => conformance.signOut(false)),
    async signOutAtProvider() {
      // The page goes away under the question.
      page.evaluate(() => conformance.signOut(true)).catch(() => undefined)
      await waitFor(() => page.url().includes('back=logout'), 'the page is back from the provider')
      await waitFor(isReady, 'the page has its session')
      return page.url()
    },
    records: (id) => recordsOf(page, id),
    async close() {
      await closeBrowser(browser)
      await host.close()
      await liar.close()
    },
  }
}
