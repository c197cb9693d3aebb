import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated, signOut } from '../support/people.ts'
import { sessionState, useBench } from './support/bench.ts'
import { lastCallback, post } from './support/callback.ts'

describe.each(caseBrowsers)('a worker killed in a sign-in in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  let person: Credentials

  beforeAll(async () => {
    page = await bench.open()
    person = await createAccount(page)
  })
  beforeEach(async () => {
    await signOut(page)
    bench.holdfast.recorder.clear()
  })

  /** As far as the provider's page, with everything filled in. */
  const fillIn = async (): Promise<void> => {
    await click(page, 'button', 'Sign in')
    await fill(page, 'E-mail', person.email)
    await fill(page, 'Password', person.password)
    await byRole(page, 'button', 'Sign in')
  }
  const submit = () => click(page, 'button', 'Sign in')

  /** The tab of the sign-in is given up, wherever it stands, and the app is opened in another. */
  const openAnother = async (): Promise<void> => {
    const left = page
    page = await bench.open()
    await left.close()
  }
  const exchanges = () => bench.holdfast.recorder.tokenRequests('authorization_code')
  const expectSignedIn = async (): Promise<void> => {
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
    expect(exchanges()).toHaveLength(1)
    expect(await hasRole(page, 'alert')).toBe(false)
  }
  /** The code has been sent once and is lost: nobody is signed in, and signing in works. */
  const expectAnotherSignIn = async (): Promise<void> => {
    expect(await isAuthenticated(page)).toBe(false)
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous' })
    expect(exchanges()).toHaveLength(1)
    // The provider still knows the person, and asks for nothing.
    await click(page, 'button', 'Sign in')
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
  }

  it('case 1: killed while the person is at the provider → the next worker takes the callback', async () => {
    await fillIn()
    await bench.kill()
    await submit()
    await expectSignedIn()
  })

  it('case 2: killed on the callback, before the exchange → the next worker finishes it, once', async () => {
    await fillIn()
    await bench.killAt('seal transaction exchanging', submit)
    expect(exchanges()).toEqual([])
    await openAnother()
    await expectSignedIn()
  })

  it('case 2: killed on the callback, before the exchange, and posted again → finished once', async () => {
    await fillIn()
    await bench.killAt('seal transaction exchanging', submit)
    await openAnother()
    await post(page, lastCallback(bench.holdfast))
    await expectSignedIn()
  })

  it('case 2: killed on the callback before anything was kept, and posted again → finished once', async () => {
    await fillIn()
    await bench.killAt('seal transaction received', submit)
    await openAnother()
    await post(page, lastCallback(bench.holdfast))
    await expectSignedIn()
  })

  it('case 3: killed after the exchange was sent → the code is not sent again, and one can sign in', async () => {
    await fillIn()
    await bench.killAt('reply authorization_code', submit)
    await openAnother()
    await post(page, lastCallback(bench.holdfast))
    await showsText(page, 'The sign-in was interrupted. Try again.')
    await expectAnotherSignIn()
  })

  it('case 4: killed between the tokens and their commit → no half of a session, and one can sign in', async () => {
    await fillIn()
    await bench.killAt('write session settled', submit)
    await openAnother()
    await post(page, lastCallback(bench.holdfast))
    await showsText(page, 'The sign-in was interrupted. Try again.')
    await expectAnotherSignIn()
  })
})
