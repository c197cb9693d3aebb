import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll } from 'vitest'
import { closeBrowser, launchBrowser } from '../../support/browsers.ts'
import type { HoldfastOptions } from '../../support/holdfast.ts'
import { openSite, type Site } from './site.ts'
import { browserOf, hasSync, type Situation } from './situations.ts'

/** One browser for a file, and the Holdfasts in it: the first as it is served, others with a layer taken away. */
export type Stage = {
  /** The browser, where a test needs more of it than a site gives. */
  readonly browser: Browser
  /** Holdfast as it is served. */
  readonly site: Site
  /** Another Holdfast in a profile of its own, which ends with the stage. */
  open(options: HoldfastOptions): Promise<Site>
}

/** Starts a stage before the tests of this block, and ends it after them. */
export const useStage = (situation: Situation, options: HoldfastOptions = {}): Stage => {
  let browser: Browser | undefined
  const sites: Site[] = []
  const started = (): Browser => {
    if (browser === undefined) throw new Error('The stage is not set yet.')
    return browser
  }
  const open = async (of: HoldfastOptions): Promise<Site> => {
    const site = await openSite(started(), of, hasSync(situation))
    sites.push(site)
    return site
  }
  beforeAll(async () => {
    browser = await launchBrowser(browserOf(situation), { windowless: true })
    await open(options)
  })
  afterAll(async () => {
    for (const site of sites) await site.close()
    if (browser !== undefined) await closeBrowser(browser)
  })
  return {
    get browser() {
      return started()
    },
    get site() {
      const [first] = sites
      if (first === undefined) throw new Error('The stage is not set yet.')
      return first
    },
    open,
  }
}
