import { randomUUID } from 'node:crypto'
import type { Page } from 'puppeteer-core'
import { waitFor } from './deadline.ts'
import { byRole, click, fill, pageFetch } from './page.ts'

export type Credentials = { readonly email: string; readonly password: string }

/** Someone who has no account yet. */
export const newPerson = (): Credentials => ({
  email: `${randomUUID()}@example.com`,
  password: `correct horse ${randomUUID()}`,
})

/** What the API says of the page that asks: the proof that credentials are attached, or are not. */
export const isAuthenticated = async (page: Page): Promise<boolean> => {
  const { status, body } = await pageFetch(page, '/api/v1/auth/status')
  if (status !== 200) return false
  const answer: unknown = JSON.parse(body)
  return typeof answer === 'object' && answer !== null && Reflect.get(answer, 'isAuthenticated') === true
}

/** Waits until the page is back from the provider, and the API knows who asks. */
const signedIn = async (page: Page, origin: string): Promise<void> => {
  const isBack = async () => new URL(page.url()).origin === origin && (await isAuthenticated(page))
  await waitFor(isBack, 'the page is signed in', 30_000)
}

/** From a page of the app: makes an account at the provider, which signs in as well. Answers its credentials. */
export const createAccount = async (page: Page, person = newPerson()): Promise<Credentials> => {
  const { origin } = new URL(page.url())
  await click(page, 'button', 'Sign in')
  await click(page, 'link', 'Create an account')
  await byRole(page, 'button', 'Create account')
  await fill(page, 'E-mail', person.email)
  await fill(page, 'Password', person.password)
  await click(page, 'button', 'Create account')
  await signedIn(page, origin)
  return person
}

/** From a page of the app that is signed out. */
export const signIn = async (page: Page, person: Credentials): Promise<void> => {
  const { origin } = new URL(page.url())
  await click(page, 'button', 'Sign in')
  await fill(page, 'E-mail', person.email)
  await fill(page, 'Password', person.password)
  await click(page, 'button', 'Sign in')
  await signedIn(page, origin)
}

/** From a page of the app that is signed in: ends in Settings, signed out. The notes stay unless `notes` is `delete`. */
export const signOut = async (page: Page, notes: 'keep' | 'delete' = 'keep'): Promise<void> => {
  if (new URL(page.url()).pathname !== '/settings') await click(page, 'link', 'Settings')
  await click(page, 'button', 'Sign out')
  await byRole(page, 'dialog', 'Sign out')
  if (notes === 'delete') await page.click('dialog input[value="delete"]')
  await click(page, 'button', 'Sign out')
  await byRole(page, 'button', 'Sign in')
}
