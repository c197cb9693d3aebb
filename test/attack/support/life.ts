import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { isAuthenticated } from '../../support/people.ts'
import { attackPath, obtainedBy, type Site } from './site.ts'

/** Calls the API from this page until the worker has refreshed: the site's access tokens have to be short-lived. */
export const callUntilRefreshed = async (site: Site, page: Page): Promise<void> => {
  const { recorder } = site.holdfast
  const before = recorder.tokenRequests('refresh_token').length
  await waitFor(async () => {
    await isAuthenticated(page)
    return recorder
      .tokenRequests('refresh_token')
      .slice(before)
      .some(({ reply }) => reply?.status === 200)
  }, 'the worker has refreshed')
}

/** The session state, as the attacker's page is told it. `message`: what else to ask the worker. */
export const stateOf = async (site: Site, message = 'session.get'): Promise<Readonly<Record<string, unknown>>> => {
  const page = await site.open(attackPath('ask', { type: message }))
  const reply = await obtainedBy(page)
  await page.close()
  return Object(Reflect.get(Object(reply), 'ok'))
}

/** Ends the session as a page does, and waits until the worker of the ended install has been replaced. */
export const signOutThrough = (site: Site): Promise<unknown> => site.attack('planted', { act: 'signOut' })
