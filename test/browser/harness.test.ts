import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers, closeBrowser, launchBrowser, makeProfile, removeProfile } from '../support/browsers.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { byRole, logOf, openPage, pageFetch } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { bootId, hookMark } from '../support/worker-hook.ts'

const builtWorker = join(import.meta.dirname, '../../dist/app/sw.js')

it('leaves the test hook out of the worker that is built', async () => {
  expect(await readFile(builtWorker, 'utf8')).not.toContain(hookMark)
})

describe.each(caseBrowsers)('the harness in %s', (kind) => {
  let holdfast: Holdfast
  let browser: Browser

  beforeAll(async () => {
    holdfast = await startHoldfast()
  })
  afterAll(() => holdfast.stop())
  afterEach(async () => {
    holdfast.recorder.recover()
    holdfast.recorder.clear()
    await closeBrowser(browser)
  })

  it('keeps database, cookies and service worker of a profile over a restart', async () => {
    const profile = await makeProfile()
    browser = await launchBrowser(kind, { profile })
    const first = await openPage(browser, holdfast.appUrl)
    await bootId(first)
    await first.evaluate(keepSomething)
    await closeBrowser(browser)

    browser = await launchBrowser(kind, { profile })
    const second = await openPage(browser, holdfast.appUrl)
    expect(await second.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
    expect(await second.evaluate(() => document.cookie)).toContain('kept=yes')
    expect(await second.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toContain('kept')
    await removeProfile(profile)
  })

  it('ends a worker, so that the next event starts another run of it', async () => {
    browser = await launchBrowser(kind)
    const page = await openPage(browser, holdfast.appUrl)
    const before = await bootId(page)
    expect(await bootId(page)).toBe(before)
    await killWorkers(browser, page)
    expect(await bootId(page)).not.toBe(before)
  })

  it('creates an account and tells requests of the page from those of the worker', async () => {
    browser = await launchBrowser(kind)
    const page = await openPage(browser, holdfast.appUrl)
    const { recorder } = holdfast
    expect(await isAuthenticated(page)).toBe(false)
    await createAccount(page)
    expect(recorder.tokenRequests('authorization_code')).toHaveLength(1)
    expect(recorder.tokenRequests()[0]?.sender).toBe('worker')
    expect(recorder.issued.accessTokens).toHaveLength(1)
    expect(recorder.issued.refreshTokens).toHaveLength(1)
    expect(recorder.issued.codes).toHaveLength(1)
    await pageFetch(page, '/api/v1/auth/status', { headers: { 'x-asked': 'here' } })
    await pageFetch(page, '/healthz', { headers: { 'x-asked': 'here' } })
    const asked = recorder.requests.filter(({ headers }) => headers['x-asked'] === 'here')
    expect(asked.map(({ path, sender }) => [path, sender])).toEqual([
      ['/api/v1/auth/status', 'worker'],
      ['/healthz', 'page'],
    ])
    expect(asked[0]?.headers.authorization).toContain(recorder.issued.accessTokens[0])
    expect(asked[1]?.headers).not.toHaveProperty('authorization')
  })

  it('speaks to pages in the language that is asked for', async () => {
    browser = await launchBrowser(kind, { language: 'de-DE' })
    const page = await openPage(browser, holdfast.appUrl)
    expect(await page.evaluate(() => navigator.language)).toBe('de-DE')
    await byRole(page, 'button', 'Anmelden')
  })

  it('fails, loses and refuses what it is told to', async () => {
    browser = await launchBrowser(kind)
    const page = await openPage(browser, holdfast.appUrl)
    const { recorder } = holdfast
    const isHealth = ({ path }: { readonly path: string }) => path === '/healthz'
    recorder.failNext(isHealth, 503)
    expect((await pageFetch(page, '/healthz')).status).toBe(503)
    recorder.failNext(isHealth, () => Response.json({ made: 'up' }))
    expect((await pageFetch(page, '/healthz')).body).toBe('{"made":"up"}')
    recorder.failNext(isHealth, 'reset', Number.POSITIVE_INFINITY)
    await expect(pageFetch(page, '/healthz')).rejects.toThrow()
    recorder.recover()
    recorder.clear()
    recorder.dropReply(isHealth, Number.POSITIVE_INFINITY)
    await expect(pageFetch(page, '/healthz')).rejects.toThrow()
    expect(recorder.requests[0]?.reply?.status).toBe(200)
    recorder.recover()
    recorder.down()
    await expect(pageFetch(page, '/healthz')).rejects.toThrow()
    recorder.up()
    expect((await pageFetch(page, '/healthz')).status).toBe(200)
  })

  it('serves a page of the test under the policy of the app, or without it', async () => {
    holdfast.serve('/planted', { body: '<!doctype html><title>planted</title><script src="/planted.js"></script>' })
    holdfast.serve('/planted.js', { body: 'document.title = "ran"; eval("1")', type: 'text/javascript' })
    holdfast.serve('/planted-raw', { body: '<!doctype html><script>eval("1")</script>', raw: true })
    browser = await launchBrowser(kind)
    const page = await openPage(browser, `${holdfast.appUrl}/planted`)
    expect(await page.title()).toBe('ran')
    expect(logOf(page).errors).not.toHaveLength(0)
    const raw = await openPage(browser, `${holdfast.appUrl}/planted-raw`)
    expect(logOf(raw).errors).toHaveLength(0)
  })
})

const keepSomething = async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the oldest way to set one is the one under test
  document.cookie = 'kept=yes; max-age=3600'
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const opening = indexedDB.open('kept', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('things')
  opening.onsuccess = () => resolve()
  opening.onerror = () => reject(opening.error)
  await promise
}
