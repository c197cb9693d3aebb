import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { byRole } from '../../support/page.ts'

/** Waits until the chip of the app says this. */
export const chipSays = async (page: Page, wanted: string): Promise<void> => {
  const says = async () => {
    const chip = await byRole(page, 'status', 'Status')
    return (await chip.evaluate((element) => element.textContent?.trim())) === wanted
  }
  await waitFor(says, `the chip says "${wanted}"`)
}
