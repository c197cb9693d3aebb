import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRow, titles } from '../e2e/support/notebook.ts'
import { bodyOf, typeAt } from '../e2e/support/writing.ts'
import { askWorker } from '../support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { click, fill, openPage, showsText } from '../support/page.ts'
import { type Credentials, createAccount, signIn } from '../support/people.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { askBackground } from './support/session.ts'

type State = { readonly waiting: number; readonly run: { readonly type: string }; readonly problem: unknown }
type Ask = (question: { readonly type: string } & Record<string, unknown>) => Promise<unknown>

describe('three clients of one account: web app in Chromium, web app in Firefox, extension in Chromium', () => {
  let installed: Installed
  let firefox: Browser
  let pages: Record<'web' | 'fox' | 'extension', Page>
  let asks: Record<'web' | 'fox' | 'extension', Ask>
  let person: Credentials

  beforeAll(async () => {
    installed = await installExtension('chromium')
    firefox = await launchBrowser('firefox')
    const url = installed.holdfast.appUrl
    const [web, fox] = [await openPage(installed.browser, url), await openPage(firefox, url)]
    pages = { web, fox, extension: await installed.open('app.html') }
    const overPort = (page: Page) => async (question: Parameters<Ask>[0]) => (await askWorker(page, question)).ok
    asks = {
      web: overPort(web),
      fox: overPort(fox),
      extension: async (question) => Reflect.get(Object(await askBackground(pages.extension, question)), 'ok'),
    }
  })
  afterAll(async () => {
    await closeBrowser(firefox)
    await installed.close()
  })

  const everywhere = async (work: (page: Page, ask: Ask) => Promise<void>) => {
    for (const at of ['web', 'fox', 'extension'] as const) await work(pages[at], asks[at])
  }
  const settled = async (ask: Ask) => {
    await ask({ type: 'sync.run' })
    const isSettled = async () => {
      const { waiting, run, problem } = (await ask({ type: 'sync.get' })) as State
      if (problem !== null) throw new Error(JSON.stringify(problem))
      return waiting === 0 && run.type === 'idle'
    }
    await waitFor(isSettled, 'sync is through')
  }

  it('are let in by the words of the recovery kit', async () => {
    const { web, fox, extension } = pages
    await web.bringToFront()
    await fill(web, 'Title', 'Tides')
    await fill(web, 'Note', 'High water at noon.')
    await showsText(web, 'Saved on this device')
    person = await createAccount(web)
    expect(await asks.web({ type: 'sync.enable' })).toMatchObject({ stage: 'on' })
    await settled(asks.web)
    const { words } = (await asks.web({ type: 'sync.newKit' })) as { words: string }
    await signIn(fox, person)
    const popup = await installed.open('popup.html')
    await click(popup, 'button', 'Sign in to sync')
    await showsText(popup, person.email)
    await popup.close()
    for (const ask of [asks.fox, asks.extension]) {
      expect(await ask({ type: 'sync.enable' })).toMatchObject({ stage: 'locked' })
      expect(await ask({ type: 'sync.unlock', words })).toMatchObject({ problem: null, state: { stage: 'on' } })
    }
    await extension.bringToFront()
    await waitFor(async () => (await titles(extension)).includes('Tides'), 'the extension has the note')
    await waitFor(async () => (await titles(fox)).includes('Tides'), 'Firefox has the note')
  })

  it('end with one text that has every edit, whoever was offline meanwhile', async () => {
    await everywhere(async (page) => {
      await page.bringToFront()
      await openRow(page, 'Tides')
      await waitFor(async () => (await bodyOf(page)).includes('High water'), 'the note is open')
    })
    installed.holdfast.recorder.down()
    await typeAt(pages.web, 0, 'Web. ')
    await typeAt(pages.fox, 'High water at noon.'.length, ' Fox.')
    await typeAt(pages.extension, 'High water'.length, ' (extension)')
    installed.holdfast.recorder.up()
    for (let round = 0; round < 2; round += 1) await everywhere((_, ask) => settled(ask))
    await everywhere(async (page) => {
      const wanted = 'Web. High water (extension) at noon. Fox.'
      await waitFor(async () => (await bodyOf(page)) === wanted, `a client has "${wanted}"`)
    })
  })
})
