import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { openSite, type Site } from './support/site.ts'

/** A worker whose share anyone knows: a vault with nothing but the key that lies in IndexedDB beside it. */
const withoutShare = (source: string): string => `self.__holdfast.share = ${JSON.stringify('A'.repeat(43))};\n${source}`

describe.each(browsers)('a script that reads every storage in %s', (kind) => {
  let browser: Browser
  let site: Site

  beforeAll(async () => {
    browser = await launchBrowser(kind)
    site = await openSite(browser)
    await site.signedIn()
  })
  afterAll(async () => {
    await site.close()
    await closeBrowser(browser)
  })

  it('finds keys and records, and opens none', async () => {
    const obtained = await site.attack('storage')
    expect(obtained).toMatchObject({ opened: [] })
    expect(obtained).toHaveProperty('keys', 1)
    expect(obtained).toHaveProperty('records', expect.arrayContaining(['session/main']))
    expect(Reflect.get(Object(obtained), 'tried')).toBeGreaterThan(10)
    await expectNothingSecret(site.holdfast, obtained)
  })

  it('opens them where the share is known', async () => {
    const bare = await openSite(browser, { mapWorkerSource: withoutShare })
    await bare.signedIn()
    const { issued } = bare.holdfast.recorder
    await expectLeaked(bare.holdfast, await bare.attack('storage'), issued.refreshTokens)
    await bare.close()
  })
})
