import { cp } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type BrowserKind,
  browsers,
  closeBrowser,
  launchBrowser,
  makeProfile,
  removeProfile,
} from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { openPage, showsText } from '../support/page.ts'
import { createAccount } from '../support/people.ts'
import { call, isStatus, sessionState } from './support/bench.ts'
import { sessionIdOf } from './support/families.ts'

const graceSeconds = 1

/** A profile that is copied while its browser is closed, as by a backup or a disk image. */
const twoProfiles = async (kind: BrowserKind, holdfast: Holdfast): Promise<readonly [string, string]> => {
  const [first, second] = await Promise.all([makeProfile(), makeProfile()])
  const browser = await launchBrowser(kind, { profile: first })
  await createAccount(await openPage(browser, holdfast.appUrl))
  await closeBrowser(browser)
  await cp(first, second, { recursive: true, filter: (path) => !/(Singleton|parent\.lock|\/lock$)/.test(path) })
  return [first, second]
}

describe.each(browsers)('two profiles with one refresh token in %s', (kind) => {
  const profiles: string[] = []
  let holdfast: Holdfast | undefined

  afterAll(async () => {
    await holdfast?.stop()
    for (const profile of profiles) await removeProfile(profile)
  })

  it('case 18: two profiles share one refresh token → the family is revoked, both are asked to sign in again', async () => {
    const running = await startHoldfast({ refreshGrace: graceSeconds })
    holdfast = running
    profiles.push(...(await twoProfiles(kind, running)))
    const { recorder, store } = running
    const family = sessionIdOf(recorder.issued.accessTokens.at(-1))
    const opened = await Promise.all(profiles.map((profile) => launchBrowser(kind, { profile })))
    try {
      const pages = await Promise.all(opened.map((browser) => openPage(browser, `${running.appUrl}/settings`)))
      const refused: number[] = []
      for (const page of pages) {
        await waitFor(async () => (await sessionState(page)).status === 'signed-in', 'the copy is signed in')
        recorder.failNext(isStatus, 401)
        const last = Date.now()
        refused.push(await call(page))
        await waitFor(() => Date.now() - last > (graceSeconds + 1) * 1000, 'the grace is over')
      }
      expect(refused).toEqual([200, 401])
      expect((await store.sessions.find(family))?.revokedAt).not.toBeNull()
      // The first learns of it with its next call.
      for (const page of pages) {
        await call(page).catch(() => undefined)
        await waitFor(async () => (await sessionState(page)).status === 'expired', 'the session has ended')
        expect(await sessionState(page)).toMatchObject({ status: 'expired', reason: 'revoked' })
        await showsText(page, 'Sign in again. Your notes are safe on this device.')
      }
    } finally {
      for (const browser of opened) await closeBrowser(browser)
    }
  })
})
