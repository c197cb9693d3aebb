import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killBackground, runCommand } from '../extension/support/background.ts'
import { type ClipSite, startClipSite } from '../extension/support/clip-site.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { storedNotes } from '../extension/support/notes.ts'
import { openPopup, openPopupOverFirefoxPage } from '../extension/support/popup.ts'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { openPage } from '../support/page.ts'

describe.each(caseBrowsers)('clips that go wrong in %s', (kind) => {
  let installed: Installed
  let site: ClipSite
  let own: Page

  beforeAll(async () => {
    site = await startClipSite()
    installed = await installExtension(kind)
    own = await installed.open('app.html')
  })
  afterAll(async () => {
    await installed.close()
    await site.stop()
  })

  const show = async (address: string): Promise<Page> => {
    const page = await openPage(installed.browser)
    await page.goto(address)
    return page
  }
  const count = async () => (await storedNotes(own)).length
  const isRunning = () =>
    waitFor(
      () =>
        own.evaluate(async () => {
          const { storage } = Reflect.get(globalThis, 'chrome')
          return Object.keys(await storage.session.get(null)).some((name) => name.startsWith('clip-running/'))
        }),
      'a clip is under way',
    )
  const titles = async () => (await storedNotes(own)).map(({ title }) => title)

  it('says that the browser keeps a page of its own to itself', async () => {
    const popup =
      kind === 'chromium'
        ? await openPopup(installed, await show('chrome://version/'))
        : await openPopupOverFirefoxPage(installed, 'about:license')
    await popup.press('Clip page')
    await popup.shows('The browser does not let extensions read this page')
    expect(await count()).toBe(0)
    await popup.close()
  })

  it('saves the link of a document that the browser shows by itself', async () => {
    const page = await show(`${site.origin}/text.pdf`)
    const popup = await openPopup(installed, page)
    await popup.press('Clip page')
    await popup.shows('The browser does not let extensions read this page. Save the link instead?')
    await popup.press('Save the link instead')
    await popup.shows('Clipped: ')
    expect((await storedNotes(own))[0]?.body).toBe(`[${site.origin}/text.pdf](${site.origin}/text.pdf)`)
    await popup.close()
    await page.close()
  })

  /** Begins a clip in the popup that lasts until the site gives its picture. */
  const beginSlowClip = async () => {
    site.hold()
    const page = await show(`${site.origin}/slow.html`)
    const popup = await openPopup(installed, page)
    await popup.pictures(true)
    await popup.press('Clip page')
    await popup.shows('Clipping…')
    return { page, popup }
  }

  it('finishes a clip whose popup was closed, and tells of it in the next one', async () => {
    const before = await count()
    const { page, popup } = await beginSlowClip()
    await popup.close()
    site.release()
    await waitFor(async () => (await count()) === before + 1, 'the note is there')
    const again = await openPopup(installed, page)
    await again.shows('Clipped: A slow picture')
    await again.close()
    await page.close()
  })

  it('makes one note where the background is ended in the middle of a clip', async () => {
    const before = await titles()
    const { page, popup } = await beginSlowClip()
    await killBackground(installed)
    site.release()
    await popup.shows('Clipped: A slow picture')
    expect(await titles()).toEqual(['A slow picture', ...before])
    await popup.close()
    await page.close()
  })

  it('says that the page was left in the middle', async () => {
    const { page, popup } = await beginSlowClip()
    await popup.close()
    await page.goto(`${site.origin}/article.html`)
    const again = await openPopup(installed, page)
    await again.shows('The page was closed or left before it was read. Nothing was saved.')
    await again.pictures(false)
    await again.close()
    await page.close()
    site.release()
  })

  it('says that a clip without the popup was stopped with the background', async () => {
    const page = await show(`${site.origin}/long.html`)
    const before = await count()
    await (await openPopup(installed, page)).close()
    await runCommand(installed, 'clip')
    await isRunning()
    await killBackground(installed)
    const popup = await openPopup(installed, page)
    await popup.shows('The browser stopped the clip. Nothing was saved: try again.')
    expect(await count()).toBe(before)
    await popup.press('Clip page')
    await popup.shows('Clipped: A very long page')
    await popup.close()
    await page.close()
  })

  it('clips while nothing answers on the network', async () => {
    const page = await show(`${site.origin}/article.html`)
    await installed.holdfast.stop()
    await site.stop()
    const popup = await openPopup(installed, page)
    await popup.press('Clip page')
    await popup.shows('Clipped: How a harbour keeps its depth')
    expect(await titles()).toContain('How a harbour keeps its depth')
    await popup.close()
  })
})
