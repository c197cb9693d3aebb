import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askWorker } from '../support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { click, fill, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount, signIn } from '../support/people.ts'
import { bodyOf, openRow } from './support/notebook.ts'
import { typeAt } from './support/writing.ts'

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
    second = await launchBrowser('firefox')
  })
  afterAll(async () => {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
  })

  const state = async (page: Page) => (await askWorker(page, { type: 'sync.get' })).ok as Record<string, unknown>
  /** Everything that is here is at the server, and everything that is there is here. */
  const synced = async (page: Page) => {
    await askWorker(page, { type: 'sync.run' })
    await waitFor(async () => {
      const { run, waiting, problem } = await state(page)
      if (problem !== null) throw new Error(JSON.stringify(problem))
      return waiting === 0 && (run as { type: string }).type === 'idle'
    }, 'sync is through')
  }
  const exchange = async () => {
    await synced(one)
    await synced(two)
    await synced(one)
  }

  it('begins with a first device, whose notes go to the server', async () => {
    one = await openPage(first, holdfast.appUrl)
    await fill(one, 'Title', 'Tides')
    await fill(one, 'Note', 'High water at noon.')
    await showsText(one, 'Saved on this device')
    person = await createAccount(one)
    const enabled = await askWorker(one, { type: 'sync.enable' })
    expect(enabled).toMatchObject({ ok: { stage: 'on' } })
    await synced(one)
    const kit = await askWorker(one, { type: 'sync.newKit' })
    words = (kit.ok as { words: string }).words
    expect(words.split(' ')).toHaveLength(12)
    expect(await state(one)).toMatchObject({ kit: 'unconfirmed' })
    expect(await askWorker(one, { type: 'sync.confirmKit', words: 'zoo '.repeat(12) })).toMatchObject({
      ok: { problem: {} },
    })
    expect(await askWorker(one, { type: 'sync.confirmKit', words })).toMatchObject({ ok: { problem: null } })
  })

  it('lets a second device in by the words, and in no other way', async () => {
    two = await openPage(second, holdfast.appUrl)
    await signIn(two, person)
    expect(await askWorker(two, { type: 'sync.enable' })).toMatchObject({ ok: { stage: 'locked' } })
    const wrong = words.replace(/^\w+/, 'zzz')
    expect(await askWorker(two, { type: 'sync.unlock', words: wrong })).toMatchObject({
      ok: { state: { stage: 'locked' }, problem: { type: 'unknown-words', words: [{ at: 1 }] } },
    })
    expect(await askWorker(two, { type: 'sync.unlock', words })).toMatchObject({
      ok: { state: { stage: 'on' }, problem: null },
    })
    await showsText(two, 'Tides')
  })

  it('has every letter that both write at once', async () => {
    await openRow(two, 'Tides')
    await waitFor(async () => (await bodyOf(two)) === 'High water at noon.', 'the second shows the note')
    await typeAt(one, 0, 'Today: ')
    await typeAt(two, 'High water at noon.'.length, ' Low at six.')
    await showsText(one, 'Saved on this device')
    await showsText(two, 'Saved on this device')
    await exchange()
    for (const page of [one, two]) {
      await waitFor(async () => (await bodyOf(page)) === 'Today: High water at noon. Low at six.', 'one text with both')
    }
  })

  it('removes a note for good on both', async () => {
    await one.bringToFront()
    await click(one, 'button', 'New note')
    await fill(one, 'Title', 'Gone soon')
    await showsText(one, 'Saved on this device')
    await exchange()
    await waitFor(async () => (await text(two)).includes('Gone soon'), 'the second has it')
  })

  it('says nothing of the notes to the server', async () => {
    expect(JSON.stringify(holdfast.recorder.requests)).not.toContain('High water')
  })
})
