import type { Browser, Page } from 'puppeteer-core'
import { type BrowserKind, closeBrowser, type LaunchOptions, launchBrowser } from '../../support/browsers.ts'
import { waitFor } from '../../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText } from '../../support/page.ts'

/** A notebook without an account, whose server is gone since the page was opened for the first time. */
export type LocalNotebook = {
  readonly holdfast: Holdfast
  readonly browser: Browser
  readonly page: Page
  close(): Promise<void>
}

export const openLocal = async (kind: BrowserKind, options: LaunchOptions = {}): Promise<LocalNotebook> => {
  const holdfast = await startHoldfast()
  const browser = await launchBrowser(kind, options)
  const page = await openPage(browser, holdfast.appUrl)
  await page.setViewport({ width: 1280, height: 800 })
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await waitFor(
    () => page.evaluate(() => navigator.serviceWorker.controller !== null),
    'the page is in the hands of its worker',
  )
  holdfast.recorder.down()
  await page.reload()
  await byRole(page, 'textbox', 'Note')
  return {
    holdfast,
    browser,
    page,
    async close() {
      await closeBrowser(browser)
      await holdfast.stop()
    },
  }
}

export const saved = (page: Page): Promise<void> => showsText(page, 'Offline: saved here')

export const writeNote = async (page: Page, title: string, body: string): Promise<void> => {
  await click(page, 'button', 'New note')
  await fill(page, 'Title', title)
  await fill(page, 'Note', body)
  await saved(page)
}

/** The titles in the list, from the top. */
export const titles = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.rows li')]
      .sort((a, b) => Number(a.ariaPosInSet) - Number(b.ariaPosInSet))
      .map((row) => row.querySelector('.row-title')?.textContent ?? ''),
  )

export const listed = async (page: Page, wanted: readonly string[]): Promise<void> => {
  await waitFor(async () => JSON.stringify(await titles(page)) === JSON.stringify(wanted), `the list has ${wanted}`)
}

/** Opens the note of this title by a click in the list. */
export const openRow = async (page: Page, title: string): Promise<void> => {
  const press = () =>
    page.evaluate((wanted) => {
      const rows = [...document.querySelectorAll<HTMLElement>('.rows .row')]
      const row = rows.find((one) => one.querySelector('.row-title')?.textContent === wanted)
      row?.click()
      return row !== undefined
    }, title)
  await waitFor(press, `the list has "${title}"`)
}

export const bodyOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLTextAreaElement>('#note-body')?.value ?? '')

/** Searches as a person does: what stood there is replaced, key by key. */
export const searchFor = async (page: Page, query: string): Promise<void> => {
  await page.focus('#note-search')
  await page.keyboard.press('Escape')
  await page.keyboard.type(query)
}

/** Chooses in the select of this label. */
export const choose = async (page: Page, label: string, option: string): Promise<void> => {
  const set = () =>
    page.evaluate(
      (name, text) => {
        const field = [...document.querySelectorAll('label')].find((one) => one.textContent?.startsWith(name))
        const select = field?.querySelector('select')
        const found = [...(select?.options ?? [])].find((one) => one.text.startsWith(text))
        if (select === null || select === undefined || found === undefined) return false
        select.value = found.value
        select.dispatchEvent(new Event('change', { bubbles: true }))
        return true
      },
      label,
      option,
    )
  await waitFor(set, `there is a choice "${label}" with "${option}"`)
}
