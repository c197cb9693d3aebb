import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askWorker } from '../support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, pageFetch, showsText } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated, signIn } from '../support/people.ts'
import { createBrowser, formTo } from '../unit/server/support/browser.ts'
import { commandLine } from '../unit/server/support/command-line.ts'
import { downloadInto, type Folder, makeFolder, pick } from './support/files.ts'
import { bodyOf, listed, openRow } from './support/notebook.ts'
import {
  chooseBackup,
  digestOfFiles,
  epochsAtServer,
  type Listed,
  pair,
  rows,
  synced,
  syncState,
  takeBackup,
} from './support/sync.ts'
import { typeAt } from './support/writing.ts'

describe('notes on two devices of one account', () => {
  let holdfast: Holdfast
  let first: Browser
  let second: Browser
  let one: Page
  let two: Page
  let person: Credentials
  let words = ''
  let folder: Folder

  beforeAll(async () => {
    folder = await makeFolder()
    holdfast = await startHoldfast()
    first = await launchBrowser('chromium')
    second = await launchBrowser('firefox')
  })
  afterAll(async () => {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
    await folder.remove()
  })

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
    expect(await syncState(one)).toMatchObject({ kit: 'unconfirmed' })
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
    await showsText(one, 'Synced')
    await showsText(two, 'Synced')
    await exchange()
    for (const page of [one, two]) {
      await waitFor(async () => (await bodyOf(page)) === 'Today: High water at noon. Low at six.', 'one text with both')
    }
  })

  it('has them on the command line too, whose edit merges with one of the page', async () => {
    const { holdfast: run } = commandLine(() => folder.path)
    const signInAt = async (address: string) => {
      const browser = createBrowser()
      return browser.submit(formTo(await browser.open(address), '/sign-in'), person)
    }
    await run('shell', ['login', '--server', holdfast.appUrl, '--no-browser'], signInAt)
    expect(await run('shell', ['sync', 'unlock'], undefined, words)).toMatchObject({ code: 0 })
    expect(await run('shell', ['sync'])).toMatchObject({ code: 0, json: { aside: [], missing: 0 } })
    const [note] = Object((await run('shell', ['notes'])).json).notes
    const before = 'Today: High water at noon. Low at six.'
    expect(await run('shell', ['notes', 'show', note.id])).toMatchObject({ json: { title: 'Tides', body: before } })
    await typeAt(one, before.length, ' Calm.')
    const text = `# Tides\n\nBoats out. ${before}\n`
    expect(await run('shell', ['notes', 'edit', note.id], undefined, text)).toMatchObject({ json: { changed: true } })
    expect(await run('shell', ['sync'])).toMatchObject({ json: { sent: 1, aside: [], missing: 0 } })
    const both = `Boats out. ${before} Calm.`
    for (const page of [one, two]) await waitFor(async () => (await bodyOf(page)) === both, 'the page shows both')
    await run('shell', ['sync'])
    expect(await run('shell', ['notes', 'show', note.id])).toMatchObject({ json: { body: both } })
  })

  it('removes a note for good on both', async () => {
    await one.bringToFront()
    await click(one, 'button', 'New note')
    await fill(one, 'Title', 'Gone soon')
    await showsText(one, 'Synced')
    await exchange()
    await listed(two, ['Gone soon', 'Tides'])
    await click(one, 'button', 'Delete note')
    await listed(one, ['Tides'])
    await exchange()
    await listed(two, ['Tides'])
    await click(one, 'button', 'Trash (1)')
    await click(one, 'button', 'Empty the trash')
    await byRole(one, 'dialog', 'Empty the trash')
    await click(one, 'button', 'Delete for good')
    await waitFor(async () => (await rows(one, 'notes')).length === 1, 'it is gone')
    await exchange()
    expect(await rows(two, 'notes')).toHaveLength(1)
    expect(new Set((await rows(two, 'updates')).map(({ noteId }) => noteId)).size).toBe(1)
  })

  it('brings files along, byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, at) => (at * 7) % 251)
    await one.reload()
    await openRow(one, 'Tides')
    await pick(one, 'Files to attach', [await folder.put('tables.bin', bytes)])
    await waitFor(async () => (await rows(one, 'attachments')).length === 1, 'the file is stored')
    await exchange()
    await waitFor(async () => (await rows(two, 'attachments')).length === 1, 'the file has come')
    expect(await digestOfFiles(two)).toBe(await digestOfFiles(one))
  })

  /** What an export has of the titles of notes. */
  const exported = async (page: Page): Promise<readonly string[]> => {
    await page.bringToFront()
    await click(page, 'button', 'Export')
    await click(page, 'button', 'JSON')
    const { bytes } = await folder.take('holdfast-', '.json')
    return ['Tides', 'Gone soon'].filter((title) => String(bytes).includes(title))
  }

  it('case 34: lets a third in by pairing, and goes on without it under a new key; it keeps its notes', async () => {
    const profile = await first.createBrowserContext()
    await downloadInto(first, folder, profile)
    const three = await openPage(profile, holdfast.appUrl)
    await pair(one, three)
    expect(await askWorker(three, { type: 'sync.enable' })).toMatchObject({ ok: { stage: 'on' } })
    await synced(three)
    await listed(three, ['Tides'])

    const { devices } = (await askWorker(one, { type: 'devices.list' })).ok as { devices: Listed[] }
    const { ok } = await askWorker(three, { type: 'devices.list' })
    const itself = (ok as { devices: Listed[] }).devices.find(({ isThis }) => isThis)
    expect(devices.map(({ id }) => id)).toContain(itself?.id)
    await askWorker(one, { type: 'devices.remove', device: itself?.id })
    await waitFor(
      async () => {
        await askWorker(three, { type: 'sync.run' })
        return (await syncState(three)).stage === 'unavailable' && !(await isAuthenticated(three))
      },
      'the third is out, and its keys are gone',
      5000,
    )
    await showsText(three, 'This device was removed from the account on ')
    expect(await exported(three)).toEqual(['Tides'])
    for (const page of [one, two]) expect(await isAuthenticated(page)).toBe(true)

    await typeAt(one, 0, 'Afterwards: ')
    await showsText(one, 'Afterwards')
    await exchange()
    await waitFor(async () => (await bodyOf(two)).startsWith('Afterwards: '), 'the second reads on')
    expect(epochsAtServer(holdfast)).toEqual([1, 2])
  })

  it('brings everything back out of a backup with the words alone', async () => {
    const made = (await askWorker(one, { type: 'sync.backup' })).ok as { size: number }
    expect(made.size).toBeGreaterThan(2_500_000)
    const empty = await openPage(await first.createBrowserContext(), holdfast.appUrl)
    await chooseBackup(empty, await takeBackup(one))
    const wrong = words.split(' ').reverse().join(' ')
    expect(await askWorker(empty, { type: 'sync.openBackup', words: wrong })).toMatchObject({ ok: { preview: null } })
    expect(await askWorker(empty, { type: 'sync.openBackup', words })).toMatchObject({
      ok: { preview: { notes: 1, files: 1, fresh: 1 }, problem: null },
    })
    expect(await rows(empty, 'notes')).toEqual([])
    expect(await askWorker(empty, { type: 'sync.applyBackup', words })).toMatchObject({ ok: { problem: null } })
    await listed(empty, ['Tides'])
    expect(await digestOfFiles(empty)).toBe(await digestOfFiles(one))
  })

  it('brings them back out of the copy at the server, which is made by itself', async () => {
    const empty = await openPage(await first.createBrowserContext(), holdfast.appUrl)
    await signIn(empty, person)
    expect(await askWorker(empty, { type: 'sync.fetchBackup' })).toMatchObject({ ok: { size: expect.any(Number) } })
    expect(await askWorker(empty, { type: 'sync.openBackup', words })).toMatchObject({
      ok: { preview: { notes: 1, fresh: 1 }, problem: null },
    })
    await askWorker(empty, { type: 'sync.applyBackup', words })
    await listed(empty, ['Tides'])
  })

  it('says nothing of the notes to the server', async () => {
    expect(JSON.stringify(holdfast.recorder.requests)).not.toContain('High water')
  })

  it('case 35: has everybody out and the server empty once the account is deleted; the notes stay, and export', async () => {
    await downloadInto(first, folder)
    expect((await pageFetch(one, '/api/v1/user', { method: 'DELETE' })).status).toBe(200)
    for (const page of [one, two]) {
      await page.bringToFront()
      await showsText(page, 'Your session was ended at the provider or on another device.')
      expect(await isAuthenticated(page)).toBe(false)
      await listed(page, ['Tides'])
    }
    expect(await exported(one)).toEqual(['Tides'])
    expect(epochsAtServer(holdfast)).toEqual([])
  })
})
