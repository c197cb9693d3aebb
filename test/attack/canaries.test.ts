import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { callUntilRefreshed, signOutThrough } from './support/life.ts'
import { withCachedAnswers, withCachedKeys } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

/** Every address of the app's origin that anyone has asked for. */
const pathsOf = ({ holdfast }: Site): readonly string[] => [
  ...new Set(
    holdfast.recorder.requests
      .filter(({ site, path }) => site === 'app' && !path.startsWith('/attack/'))
      .flatMap(({ path, search }) => [path, path + search]),
  ),
]

/** The fingerprints of the files that the app is built of. */
const built = globSync(join(import.meta.dirname, '../../dist/app/assets/*')).map((file) =>
  createHash('sha256').update(readFileSync(file)).digest('hex'),
)

const search = (site: Site): Promise<unknown> => site.attack('canaries', { paths: pathsOf(site), built })

/** What the page of the app itself shows and has: its document, its memory of addresses, its entries. */
const surfacesOf = (page: Page): Promise<unknown> =>
  page.evaluate(() => [
    document.documentElement.outerHTML,
    [...document.querySelectorAll('input, textarea')].map((field) => Reflect.get(field, 'value')),
    Object.entries(globalThis).map(([name, value]) => [name, typeof value === 'string' ? value : typeof value]),
    performance.getEntries().map((entry) => entry.toJSON()),
    [location.href, document.referrer, JSON.stringify(history.state)],
  ])

describe.each(situations)('a search for everything that was issued in %s', (situation) => {
  const stage = useStage(situation, { accessTokenTtl: 3 })
  const told: string[] = []
  let page: Page

  beforeAll(async () => {
    stage.site.context.on('targetcreated', async (target) => {
      const opened = await target.page()
      opened?.on('console', (message) => told.push(message.text()))
      opened?.on('pageerror', (error) => told.push(String(error)))
    })
    page = await stage.site.signedIn()
  })

  const expectNoTrace = async () =>
    expectNothingSecret(stage.site.holdfast, [await search(stage.site), await surfacesOf(page), told, page.url()])

  it('case 40: finds nothing after a sign-in', async () => {
    await expectNoTrace()
  })

  it('case 40: finds nothing after calls and a refresh', async () => {
    await callUntilRefreshed(stage.site, page)
    expect(stage.site.holdfast.recorder.issued.refreshTokens.length).toBeGreaterThan(1)
    await expectNoTrace()
  })

  it('case 40: finds nothing while the session ends, nor after it', async () => {
    const [during] = await Promise.all([search(stage.site), signOutThrough(stage.site)])
    await expectNothingSecret(stage.site.holdfast, during)
    await expectNoTrace()
  })

  removal('case 40 without silence: finds what a worker keeps in a cache', async () => {
    const site = await stage.open({ mapWorkerSource: (source) => withCachedKeys(withCachedAnswers(source)) })
    await site.signedIn()
    const obtained = await search(site)
    await expectLeaked(site.holdfast, obtained, site.holdfast.recorder.issued.refreshTokens)
    if (hasSync(situation)) await expectLeaked(site.holdfast, obtained, ['key of epoch 1'])
  })
})
