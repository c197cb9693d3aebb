import type { Page } from 'puppeteer-core'

/** What is in the text of the open note. */
export const bodyOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLTextAreaElement>('textarea')?.value ?? '')

/** Puts the caret after so many characters, and types. */
export const typeAt = async (page: Page, place: number, text: string): Promise<void> => {
  await page.bringToFront()
  await page.focus('textarea')
  await page.evaluate((at) => document.querySelector('textarea')?.setSelectionRange(at, at), place)
  await page.keyboard.type(text)
}
