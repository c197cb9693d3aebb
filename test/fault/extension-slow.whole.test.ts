import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClipSite, startClipSite } from '../extension/support/clip-site.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { nextNote } from '../extension/support/notes.ts'
import { openPopup } from '../extension/support/popup.ts'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { openPage } from '../support/page.ts'

describe.each(browsers)('a page that does not answer in %s', (kind) => {
  let installed: Installed
  let site: ClipSite

  beforeAll(async () => {
    site = await startClipSite()
    installed = await installExtension(kind)
  })
  afterAll(async () => {
    await installed.close()
    await site.stop()
  })

  it('is given up, and its link can be saved', async () => {
    const own = await installed.open('app.html')
    const page = await openPage(installed.browser)
    await page.goto(`${site.origin}/article.html`)
    const popup = await openPopup(installed, page)
    // It never ends; the page is busy from now on.
    void page
      .evaluate(() => {
        for (;;);
      })
      .catch(() => undefined)
    await popup.press('Clip page')
    const given = async () => (await popup.text()).includes('The page does not answer. Save the link instead?')
    await waitFor(given, 'the clip is given up', 55_000)
    await popup.press('Save the link instead')
    const { body } = await nextNote(own, 0)
    expect(body).toBe(`[${site.origin}/article.html](${site.origin}/article.html)`)
  }, 90_000)
})
