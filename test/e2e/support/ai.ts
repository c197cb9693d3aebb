import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'

/** What stands in the suggestion under the note. */
export const suggested = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('.suggestion-text')?.textContent ?? '')

export const suggests = async (page: Page, text: string): Promise<void> => {
  await waitFor(async () => (await suggested(page)) === text, `the suggestion is "${text}"`)
}

export const noSuggestion = async (page: Page): Promise<void> => {
  await waitFor(() => page.evaluate(() => document.querySelector('.suggestion') === null), 'there is no suggestion')
}

export const titleOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLInputElement>('#note-title')?.value ?? '')

/** Marks the first place of a text in the note. */
export const mark = (page: Page, text: string): Promise<void> =>
  page.evaluate((wanted) => {
    const field = document.querySelector<HTMLTextAreaElement>('#note-body')
    const at = field?.value.indexOf(wanted) ?? -1
    field?.focus()
    field?.setSelectionRange(at, at + wanted.length)
  }, text)

/** The page is told that there is no network, or that there is one again. */
export const setOnline = (page: Page, isOnline: boolean): Promise<void> =>
  page.evaluate((online) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => online })
    dispatchEvent(new Event(online ? 'online' : 'offline'))
  }, isOnline)
