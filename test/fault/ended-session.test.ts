import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, showsText } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated, signIn } from '../support/people.ts'
import { callRefused, sessionState, useBench } from './support/bench.ts'
import { chipSays } from './support/chip.ts'
import { damageRecord, deleteDeviceKey } from './support/custody-store.ts'
import { refreshes, sessionIdOf } from './support/families.ts'

const note = 'Written before the session ended'

describe.each(caseBrowsers)('a session that has ended in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  let person: Credentials

  beforeAll(async () => {
    page = await bench.open()
    await fill(page, 'Title', 'Kept')
    await fill(page, 'Note', note)
    await chipSays(page, 'Saved on this device')
    person = await createAccount(page)
  })
  beforeEach(() => bench.holdfast.recorder.clear())

  /** The app says that a person is needed and why, has the notes, and is as before after a sign-in. */
  const expectSignInAgain = async (why: string): Promise<void> => {
    await page.goto(`${bench.holdfast.appUrl}/settings`)
    await showsText(page, 'Sign in again. Your notes are safe on this device.')
    await showsText(page, why)
    await chipSays(page, 'Needs you')
    await click(page, 'link', 'Back to notes')
    await showsText(page, note)
    await byRole(page, 'button', 'Sign in')
    await signInAgain()
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', account: { email: person.email } })
    await showsText(page, note)
    await chipSays(page, 'Saved on this device')
  }
  const signInAgain = async (): Promise<void> => {
    const { issued } = bench.holdfast.recorder
    // Ends the provider's own session too, so that it asks for the password.
    await bench.holdfast.store.sessions.signOut(sessionIdOf(issued.accessTokens.at(-1)))
    await signIn(page, person)
  }

  it('case 11: invalid_grant → expired, notes intact, and the app says what to do', async () => {
    const { issued } = bench.holdfast.recorder
    await bench.holdfast.store.sessions.signOut(sessionIdOf(issued.accessTokens.at(-1)))
    expect(await callRefused(bench, page)).toBe(401)
    // Asked twice, with a proof of its own each time: the end of a session is never a matter of one reply.
    expect(refreshes(bench.holdfast).map(({ status }) => status)).toEqual([400, 400])
    const expired = { status: 'expired', reason: 'revoked', account: { email: person.email } }
    expect(await sessionState(page)).toMatchObject(expired)
    await chipSays(page, 'Needs you')
    await bench.kill()
    expect(await sessionState(page)).toMatchObject(expired)
    expect(await isAuthenticated(page)).toBe(false)
    expect(refreshes(bench.holdfast)).toHaveLength(2)
    await expectSignInAgain('Your session was ended at the provider or on another device.')
  })

  it('case 25: the device key is missing → sign in again, notes kept', async () => {
    await deleteDeviceKey(page)
    await bench.kill()
    await waitFor(async () => (await sessionState(page)).status === 'expired', 'the session has ended')
    expect(await sessionState(page)).toMatchObject({ reason: 'vault-lost' })
    await expectSignInAgain('The browser no longer has what opens your session.')
    expect(refreshes(bench.holdfast)).toEqual([])
  })

  it('a record of the vault that was tampered with → sign in again, notes kept', async () => {
    await damageRecord(page, 'session/main')
    await bench.kill()
    await waitFor(async () => (await sessionState(page)).status === 'expired', 'the session has ended')
    expect(await sessionState(page)).toMatchObject({ reason: 'vault-lost' })
    expect(await isAuthenticated(page)).toBe(false)
    await expectSignInAgain('The browser no longer has what opens your session.')
  })
})
