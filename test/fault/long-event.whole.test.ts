import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { click } from '../support/page.ts'
import { createAccount, isAuthenticated, signOut } from '../support/people.ts'
import type { Recorded } from '../support/recorded.ts'
import { poke, sessionState, useBench } from './support/bench.ts'

const isRevocation = ({ site, form }: Recorded): boolean => site === 'id' && form.token_type_hint !== undefined

/** The longest event there is: after some sign-outs without the provider, all their tokens have to be revoked. */
describe.each(browsers)('a long event in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
  })

  /** Those that the provider has judged: it need not know every kind of token. */
  const revoked = () =>
    bench.holdfast.recorder.requests.filter(
      (one) => isRevocation(one) && one.reply !== undefined && one.reply.status < 500,
    )
  const tokenOf = ({ form }: Recorded) => form.token
  const waiting = async () => {
    const { pending } = await sessionState(page)
    return typeof pending === 'object' && pending !== null ? Reflect.get(pending, 'signOuts') : undefined
  }

  it('case 31: a long event is killed in the middle → what was done stays done, and the rest is done after', async () => {
    const { recorder } = bench.holdfast
    recorder.failNext(isRevocation, 503, Number.POSITIVE_INFINITY)
    for (const count of [1, 2, 3]) {
      await signOut(page)
      await waitFor(async () => (await waiting()) === count, `${count} sign-outs wait`)
      if (count === 3) break
      await click(page, 'button', 'Sign in')
      await waitFor(() => isAuthenticated(page), 'the page is signed in')
    }
    recorder.recover()
    recorder.clear()
    const seen = new Set<string | undefined>()
    // The third token stands still.
    recorder.failNext((request) => {
      if (isRevocation(request)) seen.add(request.form.token)
      return isRevocation(request) && seen.size === 3
    }, 'hang')
    void poke(page).catch(() => undefined)
    await waitFor(() => seen.size === 3, 'the third revocation is under way')
    const done = revoked().map(tokenOf)
    expect(done).toHaveLength(2)
    await bench.kill()
    recorder.recover()
    await poke(page)
    await waitFor(async () => (await waiting()) === 0, 'every sign-out is told')
    const all = revoked().map(tokenOf)
    expect(all.length).toBeGreaterThan(done.length)
    // None twice, so what was done before the kill was known after it.
    expect(new Set(all).size).toBe(all.length)
    for (const token of seen) expect(all).toContain(token)
  })
})
