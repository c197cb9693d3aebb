import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated, signOut } from '../support/people.ts'

// Chromium alone can be given an authenticator by a test.
let holdfast: Holdfast
let browser: Browser
let page: Page
beforeAll(async () => {
  holdfast = await startHoldfast()
  browser = await launchBrowser('chromium')
  page = await openPage(browser, `${holdfast.appUrl}/settings`)
  const devtools = await page.createCDPSession()
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
})
afterAll(async () => {
  await closeBrowser(browser)
  await holdfast.stop()
})

test('a passkey is added on the page of the account, and signs in to the app without a password', async () => {
  const person = await createAccount(page)
  await click(page, 'link', 'E-mail, password and second step')
  await showsText(page, 'Sign in once more')
  await fill(page, 'E-mail', person.email)
  await fill(page, 'Password', person.password)
  await click(page, 'button', 'Sign in')
  await byRole(page, 'heading', 'Your account')
  expect(await violations(page)).toEqual([])
  await click(page, 'button', 'Add a passkey')
  await showsText(page, 'The passkey is added.')
  await click(page, 'button', 'Close this page')
  await byRole(page, 'heading', 'Settings')
  await signOut(page)
  await click(page, 'button', 'Sign in')
  await byRole(page, 'heading', 'Sign in')
  await click(page, 'button', 'Use a passkey')
  await waitFor(() => isAuthenticated(page).catch(() => false), 'the passkey has signed in')
  await showsText(page, person.email)
})
