import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, fill, openPage, showsText } from '../support/page.ts'

const bodyOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLTextAreaElement>('textarea')?.value ?? '')

/** Puts the caret after so many characters, and types. */
const typeAt = async (page: Page, place: number, text: string): Promise<void> => {
  await page.bringToFront()
  await page.focus('textarea')
  await page.evaluate((at) => document.querySelector('textarea')?.setSelectionRange(at, at), place)
  await page.keyboard.type(text)
}

describe.each(browsers)('one note in two tabs in %s', (kind) => {
  let holdfast: Holdfast
  let browser: Browser
  let one: Page
  let two: Page

  beforeAll(async () => {
    holdfast = await startHoldfast()
    browser = await launchBrowser(kind)
    one = await openPage(browser, holdfast.appUrl)
    await fill(one, 'Title', 'Shared')
    await fill(one, 'Note', 'first, last')
    await showsText(one, 'Saved on this device')
    two = await openPage(browser, holdfast.appUrl)
    await byRole(two, 'textbox', 'Note')
    await waitFor(async () => (await bodyOf(two)) === 'first, last', 'both show the note')
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  const same = async (wanted: string): Promise<void> => {
    for (const page of [one, two]) {
      await waitFor(async () => (await bodyOf(page)) === wanted, `a tab has "${wanted}"`)
    }
  }

  it('shows in one what is written in the other', async () => {
    await typeAt(one, 0, 'One: ')
    await same('One: first, last')
    await typeAt(two, 'One: first, last'.length, '. Two.')
    await same('One: first, last. Two.')
  })

  it('keeps every letter that both write at the same time', async () => {
    await two.bringToFront()
    // Typed in both before either has heard of the other.
    const put = (page: Page, at: number, text: string) =>
      page.evaluate(
        (place, inserted) => {
          const field = document.querySelector('textarea')
          if (field === null) throw new Error('There is no field.')
          field.setRangeText(inserted, place, place, 'end')
          field.dispatchEvent(new InputEvent('input', { bubbles: true }))
        },
        at,
        text,
      )
    const end = (await bodyOf(one)).length
    await Promise.all([put(one, 0, 'A '), put(two, end, ' B')])
    await same('A One: first, last. Two. B')
  })

  it('leaves the caret where it was in the text when the other writes before it', async () => {
    await one.bringToFront()
    await one.focus('textarea')
    const place = (await bodyOf(one)).indexOf('last')
    await one.evaluate((at) => document.querySelector('textarea')?.setSelectionRange(at, at), place)
    await typeAt(two, 0, 'Before. ')
    await same('Before. A One: first, last. Two. B')
    const caret = () => one.evaluate(() => document.querySelector('textarea')?.selectionStart)
    expect(await caret()).toBe(place + 'Before. '.length)
  })

  it('has the text of both when it is opened again', async () => {
    await showsText(one, 'Saved on this device')
    await two.reload()
    await byRole(two, 'textbox', 'Note')
    await same('Before. A One: first, last. Two. B')
  })
})
