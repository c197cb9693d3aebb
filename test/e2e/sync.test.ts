import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askWorker } from '../support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { fill, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount, signIn } from '../support/people.ts'

describe('notes on two devices of one account', () => {
  let holdfast: Holdfast
  let first: Browser
  let second: Browser
  let one: Page
  let two: Page
  let person: Credentials
  let words = ''

  beforeAll(async () => {
    holdfast = await startHoldfast()
    first = await launchBrowser('chromium')
    second = await launchBrowser('chromium')
  })
  afterAll(async () => {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
  })

  const state = async (page: Page) => (await askWorker(page, { type: 'sync.get' })).ok

  it('begins with a first device, whose notes go to the server', async () => {
    one = await openPage(first, holdfast.appUrl)
    await fill(one, 'Title', 'Tides')
    await fill(one, 'Note', 'High water at noon.')
    await showsText(one, 'Saved on this device')
    person = await createAccount(one)
    const enabled = await askWorker(one, { type: 'sync.enable' })
    expect(enabled).toMatchObject({ ok: { stage: 'on' } })
    await waitFor(async () => {
      const now = await state(one)
      return (now as { waiting: number }).waiting === 0
    }, 'all is sent')
    const kit = await askWorker(one, { type: 'sync.newKit' })
    words = (kit.ok as { words: string }).words
    expect(words.split(' ')).toHaveLength(12)
  })

  it('lets a second device in by the words', async () => {
    two = await openPage(second, holdfast.appUrl)
    await signIn(two, person)
    expect(await askWorker(two, { type: 'sync.enable' })).toMatchObject({ ok: { stage: 'locked' } })
    const _unlocked = await askWorker(two, { type: 'sync.unlock', words })
    await waitFor(async () => {
      return (await text(two)).includes('Tides')
    }, 'the note is here')
  })
})
