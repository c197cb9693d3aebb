import type { Page } from 'puppeteer-core'
import { PROTOCOL } from '../../../src/protocol/version.ts'
import { waitFor } from '../../support/deadline.ts'
import { byRole, click, fill, showsText } from '../../support/page.ts'
import { type Credentials, newPerson } from '../../support/people.ts'
import type { Installed } from './extension.ts'

/** Sends a message to the background as a page of the extension, and gives what it answers. */
export const askBackground = (page: Page, request: Readonly<Record<string, unknown>>): Promise<unknown> =>
  page.evaluate((message) => Reflect.get(globalThis, 'chrome').runtime.sendMessage(message), {
    v: PROTOCOL,
    id: 'test',
    ...request,
  })

/** What the background says of the session. */
export const stateOf = async (page: Page): Promise<Readonly<Record<string, unknown>>> => {
  const reply = await askBackground(page, { type: 'session.get' })
  const state: unknown = Reflect.get(Object(reply), 'ok')
  if (typeof state !== 'object' || state === null) throw new Error(`There is no state: ${JSON.stringify(reply)}`)
  return state as Readonly<Record<string, unknown>>
}

export const waitForStatus = async (page: Page, status: string): Promise<void> => {
  await waitFor(async () => (await stateOf(page)).status === status, `the session is ${status}`)
}

/** From the popup: makes an account in the window that the browser opens, which signs in as well. */
export const signUp = async (installed: Installed, popup: Page, person = newPerson()): Promise<Credentials> => {
  await click(popup, 'button', 'Sign in to sync')
  const window = await installed.signInWindow()
  await click(window, 'link', 'Create an account')
  await byRole(window, 'button', 'Create account')
  await fill(window, 'E-mail', person.email)
  await fill(window, 'Password', person.password)
  await click(window, 'button', 'Create account')
  await showsText(popup, person.email)
  return person
}

/** From the popup, where the provider asks for the password. */
export const signIn = async (installed: Installed, popup: Page, person: Credentials): Promise<void> => {
  await click(popup, 'button', 'Sign in to sync')
  const window = await installed.signInWindow()
  await fill(window, 'E-mail', person.email)
  await fill(window, 'Password', person.password)
  await click(window, 'button', 'Sign in')
  await showsText(popup, person.email)
}

/** The windows of the provider that are open. */
export const signInWindows = async ({ browser, holdfast }: Installed): Promise<readonly Page[]> =>
  (await browser.pages()).filter((page) => page.url().startsWith(holdfast.idUrl))
