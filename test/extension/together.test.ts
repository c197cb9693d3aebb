import { decodeJwt } from 'jose'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { byRole, click, openPage, showsText } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated } from '../support/people.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { askBackground, signInWindows, waitForStatus } from './support/session.ts'

describe.each(caseBrowsers)('the web app and the extension of one person in %s', (kind) => {
  let installed: Installed
  let app: Page
  let popup: Page
  let person: Credentials

  beforeAll(async () => {
    installed = await installExtension(kind)
    app = await openPage(installed.browser, installed.holdfast.appUrl)
    person = await createAccount(app)
    popup = await installed.open('popup.html')
  })
  afterAll(() => installed.close())

  it('are two clients of one account, and the second signs in with one click', async () => {
    await click(popup, 'button', 'Sign in to sync')
    await showsText(popup, person.email)
    expect(await signInWindows(installed)).toEqual([])
    const exchanges = installed.holdfast.recorder.tokenRequests('authorization_code')
    expect(exchanges.map(({ form }) => form.client_id)).toEqual(['web', 'extension'])
    const subjects = installed.holdfast.recorder.issued.idTokens.map((token) => decodeJwt(token).sub)
    expect(subjects).toHaveLength(2)
    expect(new Set(subjects).size).toBe(1)
  })

  it('have a session each: the end of one is not the end of the other', async () => {
    await askBackground(popup, { type: 'session.signOut' })
    await waitForStatus(popup, 'anonymous')
    await byRole(popup, 'button', 'Sign in to sync')
    expect(await isAuthenticated(app)).toBe(true)
  })
})
