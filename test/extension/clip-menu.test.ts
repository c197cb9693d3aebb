import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { openPage } from '../support/page.ts'
import { clickMenu, runCommand } from './support/background.ts'
import { type ClipSite, startClipSite } from './support/clip-site.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { nextNote, storedNotes } from './support/notes.ts'
import { openPopup } from './support/popup.ts'

describe.each(caseBrowsers)('clips without the popup in %s', (kind) => {
  let installed: Installed
  let site: ClipSite
  let own: Page
  let page: Page

  beforeAll(async () => {
    site = await startClipSite()
    installed = await installExtension(kind)
    own = await installed.open('app.html')
    page = await openPage(installed.browser)
    await page.goto(`${site.origin}/article.html`)
    await page.bringToFront()
    // The browsers grant the page for a click in their own menu. Chromium's cannot be driven, so its button stands in for it.
    if (kind === 'chromium') await (await openPopup(installed, page)).close()
  })
  afterAll(async () => {
    await installed.close()
    await site.stop()
  })

  const select = (selector: string) =>
    page.evaluate((wanted) => {
      const found = document.querySelector(wanted)
      if (found === null) throw new Error(`There is no ${wanted}.`)
      getSelection()?.selectAllChildren(found)
    }, selector)

  const made = async (act: () => Promise<void>) => {
    const before = (await storedNotes(own)).length
    await act()
    return nextNote(own, before)
  }

  it('clips what is selected, as Markdown', async () => {
    await select('ol')
    const note = await made(() =>
      clickMenu(installed, 'ol', {
        menuItemId: 'clip-selection',
        label: 'Clip selection',
        selectionText: 'bucket ladders',
      }),
    )
    expect(note.title).toBe('How a harbour keeps its depth')
    expect(note.body.split('\n').slice(2)).toEqual([
      '1. bucket ladders, slow and exact;',
      '2. suction dredgers, fast in sand:',
      '   - with a trailing head,',
      '   - with a cutter in front;',
      '3. grabs, for corners.',
    ])
  })

  it('clips a part of a sentence as it is', async () => {
    await page.evaluate(() => {
      const text = document.querySelector('article em')?.firstChild
      if (!text) throw new Error('There is no text.')
      getSelection()?.setBaseAndExtent(text, 1, text, 3)
    })
    const note = await made(() =>
      clickMenu(installed, 'article em', {
        menuItemId: 'clip-selection',
        label: 'Clip selection',
        selectionText: 'il',
      }),
    )
    expect(note.body.split('\n').slice(2)).toEqual(['il'])
  })

  it('clips a link by its address', async () => {
    await page.evaluate(() => getSelection()?.removeAllRanges())
    const address = `${site.origin}/words/sluicing?from=article#top`
    const note = await made(() =>
      clickMenu(installed, 'article a[href^="/words"]', {
        menuItemId: 'clip-link',
        label: 'Clip link',
        linkUrl: address,
      }),
    )
    expect(note.body).toBe(`[${address}](${address})`)
  })

  it('clips a picture with its bytes', async () => {
    await page.goto(`${site.origin}/images.html`)
    if (kind === 'chromium') await (await openPopup(installed, page)).close()
    const address = `${site.origin}/media/mole.png`
    const note = await made(() =>
      clickMenu(installed, 'figure img', { menuItemId: 'clip-image', label: 'Clip image', srcUrl: address }),
    )
    expect(note.attachments).toMatchObject([{ type: 'image/png', size: 70 }])
    expect(note.body).toContain(`![](attachment:${note.attachments[0]?.id})`)
  })

  it('clips the page by a key', async () => {
    const note = await made(() => runCommand(installed, 'clip'))
    expect(note.title).toBe('Pictures of a mole')
    const popup = await openPopup(installed, page)
    await popup.shows('Clipped: Pictures of a mole')
    await popup.close()
  })

  it('says in the popup why a key made no clip', async () => {
    await page.goto(`${site.origin}/empty.html`)
    if (kind === 'chromium') await (await openPopup(installed, page)).close()
    await runCommand(installed, 'clip')
    const popup = await openPopup(installed, page)
    await popup.shows('There is nothing to read on this page.')
    await popup.close()
  })
})
