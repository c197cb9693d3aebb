import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { isAuthenticated, newPerson } from '../support/people.ts'
import type { Recorded } from '../support/recorded.ts'
import { sessionState, useBench } from './support/bench.ts'
import { hardReload } from './support/hard-reload.ts'

const isProvider = ({ site }: Recorded): boolean => site === 'id'
const recordController = () => {
  Reflect.set(window, 'controlledAtStart', navigator.serviceWorker?.controller !== null)
}
const controlledAtStart = (page: Page): Promise<unknown> =>
  page.evaluate(() => Reflect.get(window, 'controlledAtStart'))

const makeAccount = async (page: Page): Promise<void> => {
  const { email, password } = newPerson()
  await click(page, 'link', 'Create an account')
  await byRole(page, 'button', 'Create account')
  await fill(page, 'E-mail', email)
  await fill(page, 'Password', password)
  await click(page, 'button', 'Create account')
}

/** Each test goes on where the one before it ended. */
describe.each(caseBrowsers)('trouble on the way in, in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page

  beforeAll(async () => {
    page = await bench.open('/no-such-page')
    await page.evaluateOnNewDocument(recordController)
    await page.goto(bench.holdfast.appUrl)
  })

  it('the first load has no controller, and the worker takes charge of it', async () => {
    expect(await controlledAtStart(page)).toBe(false)
    const controlled = () => page.evaluate(() => navigator.serviceWorker.controller !== null)
    await waitFor(controlled, 'the page has a controller')
    expect(await isAuthenticated(page)).toBe(false)
  })

  it('the provider is down → the app says so, and trying again works once it is back', async () => {
    bench.holdfast.recorder.failNext(isProvider, 'reset', Number.POSITIVE_INFINITY)
    await click(page, 'button', 'Sign in')
    await showsText(page, 'The identity provider isn’t answering. Try again.')
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous' })
    bench.holdfast.recorder.recover()
    await click(page, 'button', 'Try again')
    await byRole(page, 'link', 'Create an account')
  })

  it('the sign-in is cancelled at the provider → nothing changed, and the app says so', async () => {
    await click(page, 'button', 'Cancel')
    await showsText(page, 'Sign-in was cancelled. Nothing changed.')
    expect(new URL(page.url()).search).toBe('')
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous' })
    expect(bench.holdfast.recorder.tokenRequests()).toEqual([])
  })

  it('the reply of the exchange is lost → nobody is half signed in, and the app says what to do', async () => {
    const { recorder } = bench.holdfast
    const isExchange = ({ form }: Recorded) => form.grant_type === 'authorization_code'
    recorder.dropReply(isExchange, Number.POSITIVE_INFINITY)
    await click(page, 'button', 'Try again')
    await makeAccount(page)
    await showsText(page, 'The identity provider isn’t answering. Try again.')
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous' })
    recorder.recover()
    await click(page, 'button', 'Try again')
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
  })

  it('a hard reload leaves the page without a controller → the session works all the same', async () => {
    await hardReload(bench.browser, page)
    await waitFor(async () => (await controlledAtStart(page)) === false, 'the page has started without a controller')
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
    expect(await hasRole(page, 'button', 'Sign in')).toBe(false)
  })
})
