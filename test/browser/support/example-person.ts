import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { byRole, click } from '../../support/page.ts'

/** The state of the session as the page of the example shows it. */
export const shownState = async (page: Page): Promise<Record<string, unknown>> => {
  const output = await byRole(page, 'status')
  const shown: unknown = JSON.parse(await output.evaluate((element) => element.textContent ?? ''))
  if (typeof shown !== 'object' || shown === null) throw new Error('The page shows no state.')
  return { ...shown }
}

/** Waits until the page shows this status, and answers the whole state. */
export const showsStatus = async (page: Page, status: string): Promise<Record<string, unknown>> => {
  await waitFor(async () => (await shownState(page)).status === status, `the page shows "${status}"`)
  return shownState(page)
}

/** Presses the button that sends the form which the page at the provider is about. */
const submit = async (page: Page): Promise<void> => {
  const gone = page.waitForNavigation()
  await page.click('button[type=submit]')
  await gone
}

/** From the page of the example to the provider's first page. */
export const goToProvider = async (page: Page, issuer: string): Promise<void> => {
  await click(page, 'button', 'Sign in')
  await waitFor(() => page.url().startsWith(issuer), 'the page is at the provider')
  await page.waitForSelector('input[name=prompt]')
}

/** Answers what the provider asks, a name and then consent, until the page is back. */
export const answerProvider = async (page: Page, example: { readonly page: string }): Promise<void> => {
  const isAt = (prompt: string) => page.$(`input[name=prompt][value=${prompt}]`)
  if ((await isAt('login')) !== null) {
    await page.type('input[name=login]', 'someone')
    await page.type('input[name=password]', 'anything')
    await submit(page)
  }
  await page.waitForSelector('input[name=prompt][value=consent]')
  await submit(page)
  await waitFor(() => page.url().startsWith(example.page), 'the page is back')
}
