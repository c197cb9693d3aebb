import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserKind, caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, hasRole, openPage, showsText } from '../support/page.ts'
import { png } from './support/files.ts'
import { bodyOf, type LocalNotebook, openLocal, openRow, saved, titles, writeNote } from './support/notebook.ts'

/** Sends what the sheet of a system sends when one shares something with the app (Web Share Target Level 2). */
const share = async (page: Page, fields: Readonly<Record<string, string>>, picture?: string): Promise<void> => {
  await page.evaluate(
    (values, base64) => {
      const form = document.createElement('form')
      form.method = 'POST'
      form.action = '/share'
      form.enctype = 'multipart/form-data'
      for (const [name, value] of Object.entries(values)) {
        const field = document.createElement('textarea')
        Object.assign(field, { name, value })
        form.append(field)
      }
      if (base64 !== undefined) {
        const data = new DataTransfer()
        const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
        data.items.add(new File([bytes], 'Küste 1.png', { type: 'image/png' }))
        const field = document.createElement('input')
        Object.assign(field, { type: 'file', name: 'files', files: data.files })
        form.append(field)
      }
      document.body.append(form)
      form.submit()
    },
    fields,
    picture,
  )
}

describe.each(caseBrowsers)('the installed app in %s', (kind) => {
  let local: LocalNotebook
  const page = () => local.page
  const focused = () => page().evaluate(() => document.activeElement?.id)

  beforeAll(async () => {
    local = await openLocal(kind)
  })
  afterAll(() => local.close())

  test('asks once, after the first note, to keep it safe, and says what the browser answers', async () => {
    expect(await hasRole(page(), 'region', 'Keep it safe')).toBe(false)
    await fill(page(), 'Note', 'The first note')
    await byRole(page(), 'region', 'Keep it safe')
    const status = await page().evaluate(() => navigator.storage.persisted())
    if (!status && kind === 'chromium') {
      await click(page(), 'button', 'Protect storage')
      const told = /Protected\.|The browser said no for now\./u
      await waitFor(
        async () => told.test((await page().$eval('.keep-safe', (one) => one.textContent)) ?? ''),
        'it is told',
      )
    }
    await click(
      page(),
      'button',
      /* as it is called whatever was answered */ (await hasRole(page(), 'button', 'Not now')) ? 'Not now' : 'Close',
    )
    await saved(page())
    await page().reload()
    await byRole(page(), 'textbox', 'Note')
    expect(await hasRole(page(), 'region', 'Keep it safe')).toBe(false)
  })

  test('its shortcuts begin a note and a search, and leave nothing in the address', async () => {
    await page().goto(`${local.holdfast.appUrl}/?new`)
    await waitFor(async () => (await focused()) === 'note-body', 'the caret is in a new note')
    expect(await bodyOf(page())).toBe('')
    expect(new URL(page().url()).search).toBe('')
    await page().goto(`${local.holdfast.appUrl}/?search`)
    await waitFor(async () => (await focused()) === 'note-search', 'the caret is in the search')
    expect(new URL(page().url()).search).toBe('')
  })

  test('asks before it keeps what another app has shared, and keeps it whole', async () => {
    const before = await titles(page())
    await share(page(), { title: 'A link', text: '<b>Look</b>', url: 'https://example.com/a' }, png.toString('base64'))
    await byRole(page(), 'dialog', 'Keep what was shared?')
    await showsText(page(), '1 file')
    expect(await titles(page())).toEqual(before)
    await click(page(), 'button', 'Keep as a note')
    await byRole(page(), 'img', 'Küste 1.png')
    expect(await bodyOf(page())).toMatch(/^<b>Look<\/b>\n\nhttps:\/\/example\.com\/a\n!\[Küste 1\.png\]\(attachment:/u)
    await saved(page())
    expect(await titles(page())).toContain('A link')
  })

  test('keeps nothing of what is discarded', async () => {
    const before = await titles(page())
    await share(page(), { title: 'Spam', text: 'spam' })
    await byRole(page(), 'dialog', 'Keep what was shared?')
    await click(page(), 'button', 'Discard')
    await page().reload()
    await byRole(page(), 'textbox', 'Note')
    expect(await titles(page())).toEqual(before)
    expect(await page().evaluate(() => caches.has('holdfast-shared'))).toBe(false)
  })

  test('frees space: the trash and what notes were', async () => {
    await writeNote(page(), 'Spent', 'one')
    await fill(page(), 'Note', 'two')
    await saved(page())
    await click(page(), 'button', 'Delete note')
    await click(page(), 'link', 'Settings')
    await click(page(), 'button', 'Empty the trash')
    await click(page(), 'button', 'Delete for good')
    await waitFor(async () => !(await hasRole(page(), 'button', 'Empty the trash')), 'the trash is empty')
    await click(page(), 'button', 'Delete earlier versions')
    await click(page(), 'button', 'Delete for good')
    await click(page(), 'link', 'Back to notes')
    await openRow(page(), 'A link')
    await click(page(), 'button', 'History')
    await showsText(page(), 'There is no earlier version of this note yet.')
    await click(page(), 'button', 'Close')
  })
})

describe.each(caseBrowsers)('ten minutes of use without an account in %s', (kind: BrowserKind) => {
  let holdfast: Holdfast

  beforeAll(async () => {
    holdfast = await startHoldfast()
  })
  afterAll(() => holdfast.stop())

  test('ask no other origin for anything, whatever is used', async () => {
    const browser = await launchBrowser(kind)
    try {
      const page = await openPage(browser)
      const asked = new Set<string>()
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url())
        if (protocol.startsWith('http')) asked.add(origin)
      })
      await page.goto(holdfast.appUrl)
      await page.setViewport({ width: 1280, height: 800 })
      const saves = (): Promise<void> => showsText(page, 'Saved on this device')
      await fill(page, 'Title', 'First')
      await fill(page, 'Note', '![far](https://example.com/a.png) https://example.com/')
      await saves()
      await click(page, 'button', 'Preview')
      await waitFor(() => page.evaluate(() => document.querySelector('.prose a') !== null), 'the preview is there')
      await click(page, 'button', 'Preview')
      await fill(page, 'Add a tag', 'far')
      await page.keyboard.press('Enter')
      await click(page, 'button', 'Pin to the top')
      await click(page, 'button', 'History')
      await click(page, 'button', 'Close')
      await click(page, 'button', 'Export note')
      await click(page, 'button', 'HTML')
      await click(page, 'button', 'Export')
      await click(page, 'button', 'Markdown (zip)')
      await click(page, 'button', 'New note')
      await fill(page, 'Note', 'Second')
      await saves()
      await click(page, 'button', 'Delete note')
      await click(page, 'link', 'Settings')
      await showsText(page, 'Only the service worker can open your session.')
      await click(page, 'link', 'Back to notes')
      // The clocks of the page are put on, so that whatever is done once in a while is done.
      await page.evaluate(() => {
        const later = Date.now() + 10 * 60 * 1000
        Date.now = () => later
        document.dispatchEvent(new Event('visibilitychange'))
        dispatchEvent(new Event('online'))
      })
      await fill(page, 'Search notes', 'far')
      await saves()
      expect([...asked]).toEqual([holdfast.appUrl])
      expect(holdfast.recorder.requests.filter(({ site }) => site === 'id')).toEqual([])
    } finally {
      await closeBrowser(browser)
    }
  })
})
