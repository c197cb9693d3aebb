import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { PROTOCOL } from '../../../src/protocol/version.ts'
import { type BrowserKind, closeBrowser, type LaunchOptions, launchBrowser } from '../../support/browsers.ts'
import { type Holdfast, type HoldfastOptions, startHoldfast } from '../../support/holdfast.ts'
import { killWorkers } from '../../support/kill.ts'
import { openPage, pageFetch, text } from '../../support/page.ts'
import type { Recorded } from '../../support/recorded.ts'
import { type KillPoint, openKillPoints, stopAt, withKillPoints } from './kill-points.ts'

export const statusPath = '/api/v1/auth/status'
export const isStatus = ({ path }: Recorded): boolean => path === statusPath

/** A page of the origin that starts nothing by itself: no poke, no notebook. */
export const quietPath = '/healthz'

/** One browser and one Holdfast with kill points, for the tests of one block. */
export type Bench = {
  readonly kind: BrowserKind
  readonly holdfast: Holdfast
  readonly browser: Browser
  open(path?: string): Promise<Page>
  /**
   * Stops the worker at `point` of whatever `act` begins, looks at what was sent (`check`), then kills it, as a browser
   * does that needs the memory. The next worker may be at work before this is over.
   */
  killAt(point: KillPoint, act: () => Promise<unknown>, check?: () => void): Promise<void>
  kill(): Promise<void>
}

export const useBench = (kind: BrowserKind, options: HoldfastOptions = {}, launch: LaunchOptions = {}): Bench => {
  let holdfast: Holdfast | undefined
  let browser: Browser | undefined
  const here = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The bench is not set yet.')
    return value
  }

  beforeAll(async () => {
    const { mapWorkerSource = (source: string) => source } = options
    holdfast = await startHoldfast({ ...options, mapWorkerSource: (source) => withKillPoints(mapWorkerSource(source)) })
    openKillPoints(holdfast)
    browser = await launchBrowser(kind, { windowless: true, ...launch })
  })
  afterEach(() => {
    holdfast?.recorder.recover()
  })
  afterAll(async () => {
    if (browser !== undefined) await closeBrowser(browser)
    await holdfast?.stop()
  })

  const bench: Bench = {
    kind,
    get holdfast() {
      return here(holdfast)
    },
    get browser() {
      return here(browser)
    },
    open: (path = '/') => openPage(bench.browser, bench.holdfast.appUrl + path),
    async killAt(point, act, check) {
      const stopped = stopAt(bench.holdfast, point)
      // What the worker was asked comes to nothing in one way or another: it is about to be killed.
      let why: unknown
      const begun = act().catch((thrown: unknown) => {
        why = thrown
      })
      await stopped.reached().catch(async (cause: unknown) => {
        const shown = await Promise.all((await bench.browser.pages()).map(shows))
        throw new Error(`The worker did not come to "${point}"; there is\n${shown.join('\n')}`, { cause: why ?? cause })
      })
      check?.()
      await bench.kill()
      bench.holdfast.recorder.recover()
      await begun
    },
    async kill() {
      const page = await bench.open(quietPath)
      await killWorkers(bench.browser, page)
      await page.close()
    },
  }
  return bench
}

/** Where a page is, and what stands there. */
const shows = async (page: Page): Promise<string> =>
  `${page.url()}: ${(await text(page).catch(() => 'no answer')).replace(/\s+/g, ' ').slice(0, 400)}`

/** Has the API refuse the access token of the next call, so that the worker has to refresh for it. */
export const callRefused = ({ holdfast }: Bench, page: Page): Promise<number> => {
  holdfast.recorder.failNext(isStatus, 401)
  return call(page)
}

/** The status of a call of the API by a script of the page. */
export const call = async (page: Page): Promise<number> => (await pageFetch(page, statusPath)).status

/** The statuses of `count` calls at once. */
export const calls = (page: Page, count: number): Promise<number[]> =>
  page.evaluate(
    (path, wanted) => Promise.all(Array.from({ length: wanted }, async () => (await fetch(path)).status)),
    statusPath,
    count,
  )

const ask = (page: Page, type: 'session.get' | 'session.poke'): Promise<Record<string, unknown>> =>
  page.evaluate(
    async (v, asked) => {
      const { active } = await navigator.serviceWorker.ready
      const { port1, port2 } = new MessageChannel()
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
      port1.onmessage = ({ data }) => ('ok' in data ? resolve(data.ok) : reject(new Error(JSON.stringify(data))))
      active?.postMessage({ v, id: 'fault-test', type: asked }, [port2])
      return promise
    },
    PROTOCOL,
    type,
  )

/** What the worker says of the session, as any page can ask. */
export const sessionState = (page: Page) => ask(page, 'session.get')

/** Has the worker look at the session now, as a page does when it becomes visible or the network is back. */
export const poke = (page: Page) => ask(page, 'session.poke')
