import { describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, openPage, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { callRefused, quietPath, sessionState, useBench } from './support/bench.ts'
import { expectSameFamily, refreshes } from './support/families.ts'
import { openKillPoints, withKillPoints } from './support/kill-points.ts'
import { withNextVersion } from './support/versions.ts'

const update = async () => {
  const registration = await navigator.serviceWorker.ready
  await registration.update()
}
const isWaiting = async () => (await navigator.serviceWorker.ready).waiting !== null

describe.each(caseBrowsers)('a worker of the next version in %s', (kind) => {
  const bench = useBench(kind)

  it('case 29: takes over from a page of the version before, which asks to be reloaded', async () => {
    const page = await bench.open()
    await byRole(page, 'button', 'Sign in')
    const left = await bench.open('/settings')
    await byRole(left, 'region', 'Account')
    await bench.holdfast.restart({ mapWorkerSource: withNextVersion })
    await page.bringToFront()
    await page.evaluate(update)
    await click(page, 'button', 'Update')
    // The page's own files are still those of the version before.
    for (const one of [page, left]) {
      await one.bringToFront()
      await showsText(one, 'Holdfast was updated while this page was open.')
      await byRole(one, 'button', 'Reload')
    }
    await left.close()
    await page.close()
  })

  it('case 29: a page under it says so at once, and its notes work', async () => {
    const page = await bench.open()
    await showsText(page, 'Holdfast was updated while this page was open.')
    await byRole(page, 'textbox', 'Note')
    await page.close()
  })
})

describe.each(caseBrowsers)('an update that gets no answer in %s', (kind) => {
  const bench = useBench(kind)

  it('keeps no page from the worker that is there', async () => {
    const page = await bench.open()
    await byRole(page, 'button', 'Sign in')
    const { recorder } = bench.holdfast
    recorder.clear()
    recorder.failNext(({ path }) => path === '/sw.js', 'hang', Number.POSITIVE_INFINITY)
    await page.evaluate(() => {
      void navigator.serviceWorker.ready.then((registration) => registration.update())
    })
    await waitFor(() => recorder.requests.some(({ path }) => path === '/sw.js'), 'the update is under way')
    const other = await bench.open()
    await byRole(other, 'button', 'Sign in')
    recorder.recover()
    await other.close()
    await page.close()
  })

  it('keeps nobody who has no worker yet from the settings that need none', async () => {
    const { appUrl, recorder } = bench.holdfast
    recorder.failNext(({ path }) => path === '/sw.js', 'hang', Number.POSITIVE_INFINITY)
    const context = await bench.browser.createBrowserContext()
    const page = await openPage(context, `${appUrl}/settings`)
    await byRole(page, 'region', 'Local AI')
    await showsText(page, 'Looking for your session…')
    recorder.recover()
    await context.close()
  })
})

describe.each(caseBrowsers)('a worker that is updated in a refresh in %s', (kind) => {
  const bench = useBench(kind)

  it('case 28: one token request, and the session is kept', async () => {
    const page = await bench.open()
    await createAccount(page)
    await page.goto(bench.holdfast.appUrl + quietPath)
    const { recorder } = bench.holdfast
    const before = recorder.issued.accessTokens.at(-1)
    recorder.clear()
    await bench.holdfast.restart({ mapWorkerSource: (source) => withKillPoints(`${source}\n// another build`) })
    openKillPoints(bench.holdfast)
    // Each lost reply is asked for again, so that the refresh takes seconds.
    recorder.dropReply(({ form }) => form.grant_type === 'refresh_token', 3)
    const called = callRefused(bench, page).catch(() => undefined)
    await waitFor(() => refreshes(bench.holdfast).length > 0, 'the refresh has begun')
    await page.evaluate(update)
    await waitFor(() => page.evaluate(isWaiting), 'the new worker waits')
    const other = await bench.open(quietPath)
    await other.evaluate(async () => {
      const { waiting } = await navigator.serviceWorker.ready
      // The answer may come when the old worker has ended its work.
      waiting?.postMessage({ v: 1, id: 'activate', type: 'worker.activate' }, [new MessageChannel().port2])
    })
    await called
    await waitFor(async () => !(await other.evaluate(isWaiting)), 'the new worker is in charge')
    expect(await isAuthenticated(other)).toBe(true)
    expect(await sessionState(other)).toMatchObject({ status: 'signed-in' })
    await waitFor(() => recorder.issued.accessTokens.at(-1) !== before, 'the refresh has come to its end')
    await expectSameFamily(bench.holdfast, before)
    // The replies that were lost were asked for with the same token: one refresh, however often it was sent.
    expect(new Set(refreshes(bench.holdfast).map(({ token }) => token)).size).toBe(1)
  })
})
