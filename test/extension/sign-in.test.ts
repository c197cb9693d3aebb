import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, logOf, showsText } from '../support/page.ts'
import { newPerson } from '../support/people.ts'
import { type Installed, installExtension } from './support/extension.ts'

describe.each(browsers)('signing in from the popup in %s', (kind) => {
  let installed: Installed
  let popup: Page
  const person = newPerson()

  beforeAll(async () => {
    installed = await installExtension(kind)
    popup = await installed.open('popup.html')
  })
  afterAll(() => installed.close())

  it('opens on recent notes, signed out', async () => {
    await byRole(popup, 'list', 'Recent notes')
    await byRole(popup, 'button', 'Sign in to sync')
    expect(await hasRole(popup, 'button', 'Quick note')).toBe(true)
  })

  it('signs in in a window of the browser', async () => {
    await click(popup, 'button', 'Sign in to sync')
    const window = await installed.signInWindow()
    await showsText(popup, 'Waiting for sign-in in the other window')
    await click(window, 'link', 'Create an account')
    await byRole(window, 'button', 'Create account')
    await fill(window, 'E-mail', person.email)
    await fill(window, 'Password', person.password)
    await click(window, 'button', 'Create account')
    await showsText(popup, person.email)
    await waitFor(async () => !(await hasRole(popup, 'button', 'Sign in to sync')), 'the popup is signed in')
    expect(logOf(popup).errors).toEqual([])
  })
})
