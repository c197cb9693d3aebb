import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { useBench } from './support/bench.ts'
import { chipSays } from './support/chip.ts'

const wipePath = '/wipe'

describe.each(browsers)('wiped site data in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await fill(page, 'Note', 'Written before the wipe')
    await chipSays(page, 'Saved on this device')
    await createAccount(page)
    const headers = { 'clear-site-data': '"cookies", "storage"' }
    bench.holdfast.serve(wipePath, { body: 'wiped', type: 'text/plain', headers })
  })

  it('case 24: site data wiped between visits → the app works, and a sign-in gives the session back (pairing and recovery: a later issue)', async () => {
    await page.goto(bench.holdfast.appUrl + wipePath)
    await page.goto(bench.holdfast.appUrl)
    await byRole(page, 'button', 'Sign in')
    expect(await isAuthenticated(page)).toBe(false)
    await fill(page, 'Note', 'Written after the wipe')
    await chipSays(page, 'Saved on this device')
    await click(page, 'button', 'Sign in')
    await waitFor(
      async () => new URL(page.url()).origin === bench.holdfast.idUrl || (await isAuthenticated(page)),
      'the provider has been reached',
    )
  })

  it('case 24: site data wiped while a page is open → the page says so and puts back what it has', async () => {
    page = await bench.open()
    await fill(page, 'Note', 'On the open page')
    await chipSays(page, 'Saved on this device')
    await page.evaluate((path) => fetch(path).then((response) => response.text()), wipePath)
    // As when someone comes back to the tab.
    await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')))
    await showsText(page, 'There were notes on this device, and they are gone')
    await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLButtonElement>('.notice button')]
      all.find(({ textContent }) => textContent?.startsWith('Put back') === true)?.click()
    })
    await waitFor(async () => !(await hasRole(page, 'alert')), 'the notes are stored again')
    await page.goto(bench.holdfast.appUrl)
    await showsText(page, 'On the open page')
  })
})
