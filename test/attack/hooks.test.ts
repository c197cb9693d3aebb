import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, hasRole } from '../support/page.ts'
import { isAuthenticated, signOut } from '../support/people.ts'
import { canaries, expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { callUntilRefreshed } from './support/life.ts'
import { withTalk } from './support/removals.ts'
import { beginSignUp, type Site } from './support/site.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'
import { foundIn, syncSecrets } from './support/sync-secrets.ts'

const index = readFileSync(join(import.meta.dirname, '../../dist/app/index.html'), 'utf8')
const hooked = '/hooked'

/** The app, at an address of the attacker's choice, with the attacker's script before all others. */
const openHooked = async (site: Site): Promise<Page> => {
  const scripts = ['lib', 'hooks'].map((name) => `<script src="/attack/${name}.js"></script>`).join('')
  site.holdfast.serve(hooked, { body: index.replace('<head>', `<head>${scripts}`) })
  return site.open(hooked)
}

/** What the hooks have noted, in every page so far. */
const notes = async (site: Site): Promise<string> => {
  const page = await openHooked(site)
  const noted = await page.evaluate(() => String(Reflect.get(globalThis, 'hookedNotes')()))
  await page.close()
  return noted
}

/** Has the app make a new recovery kit, and looks at it. Answers its words, after the dialog is gone. */
const showKit = async (page: Page): Promise<string> => {
  await page.bringToFront()
  await click(page, 'link', 'Settings')
  await click(page, 'button', 'Make a new recovery kit')
  await byRole(page, 'dialog', 'Recovery kit')
  await click(page, 'button', 'Make recovery kit')
  await byRole(page, 'list', 'The 12 words')
  const words = await page.evaluate(() => [...document.querySelectorAll('.kit-words li')].map((one) => one.textContent))
  await click(page, 'button', 'Later')
  await waitFor(async () => !(await hasRole(page, 'dialog', 'Recovery kit')), 'the dialog is gone')
  return words.join(' ')
}

const signUp = async (site: Site): Promise<Page> => {
  const page = await openHooked(site)
  const person = await beginSignUp(page)
  await waitFor(() => page.url().startsWith(site.holdfast.appUrl) && isAuthenticated(page), 'somebody is signed in')
  // The words of a kit are on the page that asks for it, and on no other.
  const other = await site.open('/')
  await site.turnOn(other, person)
  await other.close()
  await page.bringToFront()
  return page
}

describe.each(situations)('a script that was there before anything else in %s', (situation) => {
  const stage = useStage(situation, { accessTokenTtl: 4 })
  let page: Page

  beforeAll(async () => {
    page = await signUp(stage.site)
    if (new URL(page.url()).pathname !== hooked) page = await openHooked(stage.site)
  })

  const expectNotes = async () => {
    // What is noted is written down when a page goes away.
    await page.reload()
    const noted = await notes(stage.site)
    // The app has used what is hooked, and the worker has answered through it.
    expect(noted).toContain('MessagePort')
    expect(noted).toContain('session.get')
    await expectNothingSecret(stage.site.holdfast, noted)
  }

  it('case 50b: sees nothing secret of a sign-in', expectNotes)

  it('case 50b: sees nothing secret of calls and a refresh', async () => {
    await callUntilRefreshed(stage.site, page)
    await page.reload()
    expect(await notes(stage.site)).toContain('isAuthenticated')
    await expectNotes()
  })

  if (hasSync(situation)) {
    it('case 50b: sees of a new kit the words that the person sees, and no key', async () => {
      const words = await showKit(page)
      await page.reload()
      expect(await page.content()).not.toContain(words.split(' ').at(-1))
      const noted = await notes(stage.site)
      // What is shown on a page is no secret from it: SECURITY.md.
      const kinds = foundIn(noted, await syncSecrets(words, new Map()))
      expect(kinds).toContain('words from 1')
      expect(kinds.filter((kind) => !kind.startsWith('words from'))).toEqual([])
      await expectNotes()
    })
  }

  it('case 50b: sees nothing secret of a sign-out', async () => {
    await signOut(page)
    page = await openHooked(stage.site)
    await byRole(page, 'button', 'Sign in')
    await expectNotes()
  })

  removal('case 50b without silence: sees what a worker says that says too much', async () => {
    const site = await stage.open({ mapWorkerSource: withTalk })
    const talking = await signUp(site)
    await talking.reload()
    await expectLeaked(site.holdfast, await notes(site), await canaries(site.holdfast))
  })
})
