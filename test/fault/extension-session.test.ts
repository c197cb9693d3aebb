import type { Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { killBackground } from '../extension/support/background.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { askBackground, signIn, signUp, stateOf } from '../extension/support/session.ts'
import { caseBrowsers, makeProfile, removeProfile } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, showsText } from '../support/page.ts'
import type { Credentials } from '../support/people.ts'
import { isRefresh } from '../support/record.ts'
import type { Recorded } from '../support/recorded.ts'
import { sessionIdOf } from './support/families.ts'

const isProfile = ({ path, method }: Recorded): boolean => path === '/api/v1/user/profile' && method === 'GET'

/** What the API says to an access token that has run out. */
const refused = ({ headers }: Recorded): Response =>
  new Response(null, { status: 401, headers: { 'access-control-allow-origin': headers.origin ?? '' } })

describe.each(caseBrowsers)('the session of the extension in %s', (kind) => {
  let installed: Installed
  let popup: Page
  let person: Credentials
  let profile: string

  beforeAll(async () => {
    profile = await makeProfile()
    installed = await installExtension(kind, { profile })
    popup = await installed.open('popup.html')
    person = await signUp(installed, popup)
    installed.holdfast.recorder.clear()
  })
  afterEach(() => {
    installed.holdfast.recorder.recover()
    installed.holdfast.recorder.clear()
  })
  afterAll(async () => {
    await installed.close()
    await removeProfile(profile)
  })

  const poke = () => askBackground(popup, { type: 'session.poke' })
  const refreshes = () => installed.holdfast.recorder.tokenRequests('refresh_token')
  const expectSignedIn = async () =>
    expect(await stateOf(popup)).toMatchObject({
      status: 'signed-in',
      account: { email: person.email },
      grade: 'isolated',
    })

  it('outlives the background without asking the provider', async () => {
    await killBackground(installed)
    await poke()
    await expectSignedIn()
    expect(installed.holdfast.recorder.tokenRequests()).toEqual([])
  })

  it('refreshes once for a refused access token, and asks again', async () => {
    installed.holdfast.recorder.failNext(isProfile, refused)
    await poke()
    await expectSignedIn()
    expect(refreshes()).toHaveLength(1)
    const asked = installed.holdfast.recorder.requests.filter(isProfile)
    expect(asked.map(({ reply }) => reply?.status)).toEqual([undefined, 200])
  })

  it('outlives a background that is ended in the middle of a refresh', async () => {
    installed.holdfast.recorder.failNext(isProfile, refused)
    installed.holdfast.recorder.dropReply(isRefresh, 99)
    const poked = poke().catch(() => undefined)
    await waitFor(() => refreshes().length > 0, 'the refresh is under way')
    await killBackground(installed)
    installed.holdfast.recorder.recover()
    await poked
    await poke()
    await expectSignedIn()
  })

  it('is refreshed by an alarm, with nobody there to ask for it', async () => {
    await installed.holdfast.restart({ accessTokenTtl: 3 })
    installed.holdfast.recorder.failNext(isProfile, refused)
    await poke()
    // A picture: a page of the extension that asks for nothing.
    const quiet = await installed.open('icons/icon-16.png')
    await popup.close()
    await killBackground(installed)
    const before = refreshes().length
    await waitFor(() => refreshes().length > before, 'the alarm has started the background', 45_000)
    await installed.holdfast.restart()
    popup = await installed.open('popup.html')
    await quiet.close()
    await poke()
    await expectSignedIn()
  })

  it('is kept without a network, and says so', async () => {
    installed.holdfast.recorder.down()
    const again = await installed.open('popup.html')
    await showsText(again, person.email)
    await showsText(again, 'Offline: saved here')
    await again.close()
    installed.holdfast.recorder.up()
    await poke()
    await expectSignedIn()
  })

  it('is there again when the browser is', async () => {
    await installed.restart()
    popup = await installed.open('popup.html')
    await showsText(popup, person.email)
    await expectSignedIn()
    expect(installed.holdfast.recorder.tokenRequests('authorization_code')).toEqual([])
  })

  it('ends in every page where it is ended in one', async () => {
    const page = await installed.open('app.html?settings')
    await click(page, 'button', 'Sign out')
    await byRole(page, 'dialog', 'Sign out')
    await click(page, 'button', 'Sign out')
    await byRole(popup, 'button', 'Sign in to sync')
    await byRole(page, 'button', 'Sign in')
    expect(await stateOf(popup)).toMatchObject({ status: 'anonymous' })
    await page.close()
  })

  it('says that a person is needed where the server has ended it, and keeps the notes', async () => {
    await click(popup, 'button', 'Quick note')
    await fill(popup, 'Quick note', 'Written before the session ended')
    await click(popup, 'button', 'Save note')
    await signIn(installed, popup, person)
    const { holdfast } = installed
    await holdfast.store.sessions.signOut(sessionIdOf(holdfast.recorder.issued.accessTokens.at(-1)))
    const again = await installed.open('popup.html')
    await showsText(again, 'Sign in again. Your notes are safe on this device.')
    await showsText(again, 'Written before the session ended')
    await byRole(again, 'button', 'Sign in again')
    expect(await stateOf(again)).toMatchObject({ status: 'expired', reason: 'revoked' })
  })
})
