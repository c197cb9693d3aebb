import type { Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { killBackground } from '../extension/support/background.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { askBackground, signInWindows, signUp, stateOf, waitForStatus } from '../extension/support/session.ts'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { type Credentials, newPerson } from '../support/people.ts'
import { isTokenRequest } from '../support/record.ts'

describe.each(caseBrowsers)('a sign-in that goes wrong in %s', (kind) => {
  let installed: Installed
  let popup: Page
  let person: Credentials

  beforeAll(async () => {
    installed = await installExtension(kind)
    popup = await installed.open('popup.html')
  })
  afterEach(() => installed.holdfast.recorder.recover())
  afterAll(() => installed.close())

  const begin = async (): Promise<Page> => {
    await noWindow()
    await click(popup, 'button', 'Sign in to sync')
    return installed.signInWindow()
  }
  const noWindow = () =>
    waitFor(async () => (await signInWindows(installed)).length === 0, 'no window of the provider is open')
  const expectNobody = async (): Promise<void> => {
    await waitForStatus(popup, 'anonymous')
    await byRole(popup, 'button', 'Sign in to sync')
    await noWindow()
  }
  const exchanges = () => installed.holdfast.recorder.tokenRequests('authorization_code')

  it('is begun once where two ask at the same moment', async () => {
    const asked = { type: 'session.signIn', provider: 'main', returnTo: '/popup.html' }
    const second = await installed.open('app.html')
    await Promise.all([popup, second, popup].map((page) => askBackground(page, asked)))
    await installed.signInWindow()
    await showsText(popup, 'Waiting for sign-in in the other window')
    const pushed = installed.holdfast.recorder.requests.filter(({ form }) => form.code_challenge !== undefined)
    expect(pushed).toHaveLength(1)
    expect(await signInWindows(installed)).toHaveLength(1)
    await second.close()
    await popup.bringToFront()
    await click(popup, 'button', 'Cancel')
    await expectNobody()
  })

  it('is never begun twice: a popup that is opened meanwhile shows the one there is', async () => {
    await begin()
    await showsText(popup, 'Waiting for sign-in in the other window')
    const second = await installed.open('popup.html')
    await showsText(second, 'Waiting for sign-in in the other window')
    await click(second, 'button', 'Show')
    const provider = { type: 'session.signIn', provider: 'main', returnTo: '/popup.html' }
    await Promise.all([askBackground(second, provider), askBackground(popup, provider)])
    const asked = installed.holdfast.recorder.requests.filter(
      ({ site, path }) => site === 'id' && path === '/authorize',
    )
    expect(asked.length).toBeLessThanOrEqual(1)
    expect(await signInWindows(installed)).toHaveLength(1)
    await second.close()
  })

  it('is cancelled from the popup', async () => {
    await click(popup, 'button', 'Cancel')
    await byRole(popup, 'button', 'Sign in to sync')
    await expectNobody()
  })

  it('ends with its window', async () => {
    const window = await begin()
    await showsText(popup, 'Waiting for sign-in in the other window')
    await window.close()
    await showsText(popup, 'Sign-in was cancelled. Nothing changed.')
    await expectNobody()
  })

  it('tells a popup that is opened later how it ended', async () => {
    const window = await begin()
    await showsText(popup, 'Waiting for sign-in in the other window')
    await popup.close()
    await window.close()
    popup = await installed.open('popup.html')
    await showsText(popup, 'Sign-in was cancelled. Nothing changed.')
    await expectNobody()
  })

  it('says that the provider does not answer', async () => {
    installed.holdfast.recorder.down()
    await click(popup, 'button', 'Sign in to sync')
    await showsText(popup, 'The identity provider isn’t answering. Try again.')
    installed.holdfast.recorder.up()
    await expectNobody()
  })

  it('takes the right password after a wrong one', async () => {
    person = await signUp(installed, popup)
    await askBackground(popup, { type: 'session.signOut', atProvider: true })
    await waitForStatus(popup, 'anonymous')
    installed.holdfast.recorder.clear()
    await installed.browser.deleteCookie(...(await installed.browser.cookies()))
    const window = await begin()
    await fill(window, 'E-mail', person.email)
    await fill(window, 'Password', newPerson().password)
    await click(window, 'button', 'Sign in')
    await waitFor(() => hasRole(window, 'alert'), 'the provider refuses')
    await fill(window, 'Password', person.password)
    await click(window, 'button', 'Sign in')
    await showsText(popup, person.email)
    expect(exchanges()).toHaveLength(1)
    await askBackground(popup, { type: 'session.signOut' })
    await waitForStatus(popup, 'anonymous')
  })

  it('says that it was interrupted where the background was ended meanwhile, and can be begun again', async () => {
    await installed.browser.deleteCookie(...(await installed.browser.cookies()))
    await begin()
    await showsText(popup, 'Waiting for sign-in in the other window')
    await popup.bringToFront()
    await killBackground(installed)
    // Whatever asks the background starts it again.
    await stateOf(popup)
    await showsText(popup, 'The sign-in was interrupted. Try again.')
    await expectNobody()
  })

  it('is whole or nothing where the background is ended in the exchange', async () => {
    installed.holdfast.recorder.clear()
    installed.holdfast.recorder.failNext(isTokenRequest, 'hang')
    const window = await begin()
    await fill(window, 'E-mail', person.email)
    await fill(window, 'Password', person.password)
    await click(window, 'button', 'Sign in')
    await waitFor(() => exchanges().length === 1, 'the code is sent')
    await popup.bringToFront()
    await killBackground(installed)
    installed.holdfast.recorder.recover()
    const hasEnded = async () => ['anonymous', 'signed-in'].includes(String((await stateOf(popup)).status))
    await waitFor(hasEnded, 'it has ended')
    await noWindow()
    // The provider still knows the person.
    if ((await stateOf(popup)).status === 'anonymous') await click(popup, 'button', 'Sign in to sync')
    await showsText(popup, person.email)
    expect(await stateOf(popup)).toMatchObject({ status: 'signed-in', account: { email: person.email } })
  })
})
