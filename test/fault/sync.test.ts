import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { toBase64url } from '../../src/base/bytes.ts'
import { decodeRecord } from '../../src/sync/wire/record.ts'
import { chooseBackup, rows, synced, syncState, takeBackup } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { click, fill, openPage, showsText } from '../support/page.ts'
import { type Credentials, createAccount } from '../support/people.ts'
import type { Recorded } from '../support/recorded.ts'
import { joinByWords, type SecondDevice } from '../support/second-device.ts'
import { setWorkerClock, withClock } from './support/clock.ts'

const year = 365 * 24 * 60 * 60 * 1000

const isSending = ({ method, path }: Recorded): boolean => method === 'POST' && path === '/api/v1/sync/records'

const full = (): Response =>
  Response.json({ error: { code: 'quota_exceeded', message: 'There is no room.' } }, { status: 413 })

describe.each(caseBrowsers)('sync in %s', (kind) => {
  let holdfast: Holdfast
  let browser: Browser
  let page: Page
  let person: Credentials
  let words = ''
  let other: SecondDevice
  let firstBackup: unknown

  beforeAll(async () => {
    holdfast = await startHoldfast({ mapWorkerSource: withClock(0) })
    browser = await launchBrowser(kind, { windowless: true })
    page = await openPage(browser, holdfast.appUrl)
    await fill(page, 'Title', 'First')
    await showsText(page, 'Saved on this device')
    person = await createAccount(page)
    await askWorker(page, { type: 'sync.enable' })
    await synced(page)
    words = ((await askWorker(page, { type: 'sync.newKit' })).ok as { words: string }).words
    firstBackup = await askWorker(page, { type: 'sync.backup' })
    await askWorker(page, { type: 'sync.confirmKit', words })
    other = await joinByWords(holdfast, person, words)
  })
  afterEach(() => {
    holdfast.recorder.recover()
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  const titles = async () => (await rows(page, 'notes')).map(({ title }) => String(title))
  const write = async (title: string) => {
    await page.bringToFront()
    await click(page, 'button', 'New note')
    await fill(page, 'Title', title)
    await waitFor(async () => (await titles()).includes(title), 'the note is stored')
  }
  const told = (problem: Readonly<Record<string, string>>) =>
    waitFor(
      async () => {
        await askWorker(page, { type: 'sync.run' })
        const { problem: now } = await syncState(page)
        return JSON.stringify(now) === JSON.stringify(problem)
      },
      `the worker says ${JSON.stringify(problem)}`,
    )
  /** Which of its records each device has at the server: every number is there once. */
  const numbersAtServer = async (): Promise<readonly string[]> => {
    const { records } = await other.transport.records(0, 200)
    return records.map(({ record }) => {
      const { device, seq } = decodeRecord(record).header
      return `${toBase64url(device)} ${seq}`
    })
  }

  it('a backup right after a recovery kit was made: opens with the words of it', async () => {
    expect(firstBackup).toMatchObject({ ok: { size: expect.any(Number) } })
    words = ((await askWorker(page, { type: 'sync.newKit' })).ok as { words: string }).words
    expect(await askWorker(page, { type: 'sync.backup' })).toMatchObject({ ok: { size: expect.any(Number) } })
    await chooseBackup(page, await takeBackup(page))
    const opened = await askWorker(page, { type: 'sync.openBackup', words })
    expect(opened).toMatchObject({ ok: { preview: { notes: 1 }, problem: null } })
    await askWorker(page, { type: 'sync.confirmKit', words })
  })

  it.each(['hang', 'drop'] as const)(
    'killed in the middle of an exchange (%s): nothing is lost, nothing is there twice',
    async (how) => {
      const { recorder } = holdfast
      recorder.clear()
      if (how === 'hang') recorder.failNext(isSending, 'hang', Number.POSITIVE_INFINITY)
      else recorder.dropReply(isSending, Number.POSITIVE_INFINITY)
      await write(`Killed ${how}`)
      await waitFor(() => recorder.requests.some(isSending), 'the worker has sent it')
      await killWorkers(browser, page)
      recorder.recover()
      await synced(page)
      await other.engine.exchange()
      expect(await titles()).toContain(`Killed ${how}`)
      expect(Object.keys(other.texts())).toHaveLength((await titles()).length)
      const numbers = await numbersAtServer()
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(other.titles().filter((title) => title === `Killed ${how}`)).toHaveLength(1)
    },
  )

  it('turned off and on again: goes on where it was', async () => {
    await askWorker(page, { type: 'sync.disable' })
    await other.write(crypto.randomUUID(), { title: 'Meanwhile' })
    await write('While it was off')
    await askWorker(page, { type: 'sync.enable' })
    await synced(page)
    expect(await syncState(page)).toMatchObject({ aside: [], missing: 0 })
    expect(await titles()).toContain('Meanwhile')
    await other.engine.exchange()
    expect(Object.keys(other.texts())).toHaveLength((await titles()).length)
  })

  it('many notes at once: taken in when they are new, and left as they are when they come again', async () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ title: `One of many ${at}` }))
    await other.writeAll(many)
    await synced(page)
    const before = (await titles()).sort()
    expect(before).toEqual(expect.arrayContaining(many.map(({ title }) => title)))
    await askWorker(page, { type: 'sync.disable' })
    await askWorker(page, { type: 'sync.enable' })
    await synced(page)
    expect(await syncState(page)).toMatchObject({ aside: [], missing: 0 })
    expect((await titles()).sort()).toEqual(before)
  })

  it('over the quota: says so, keeps the note, and goes on when there is room', async () => {
    holdfast.recorder.failNext(isSending, full, Number.POSITIVE_INFINITY)
    await write('Too much')
    await told({ type: 'full', code: 'QUOTA_EXCEEDED' })
    expect(await titles()).toContain('Too much')
    expect(await syncState(page)).toMatchObject({ waiting: 1 })
    holdfast.recorder.recover()
    await synced(page)
    await other.engine.exchange()
    expect(Object.keys(other.texts())).toHaveLength((await titles()).length)
  })

  it.each([
    ['behind', -year],
    ['ahead', year],
  ] as const)('a clock that is a year %s: goes on, and again when it is put right', async (how, ahead) => {
    await setWorkerClock(page, ahead)
    await write(`A year ${how}`)
    await other.write(crypto.randomUUID(), { title: `Now, while it is ${how}` })
    await synced(page)
    await waitFor(async () => (await titles()).includes(`Now, while it is ${how}`), 'the note of the other is here')
    await other.engine.exchange()
    expect(Object.keys(other.texts())).toHaveLength((await titles()).length)
    await setWorkerClock(page, 0)
    await write(`Put right after ${how}`)
    await synced(page)
    await other.engine.exchange()
    expect(Object.keys(other.texts())).toHaveLength((await titles()).length)
  })

  it('case 24: a server whose database is an older one: nothing is deleted, and all comes back by what is here', async () => {
    const database = join(holdfast.config.data, 'holdfast.sqlite')
    const older = `${database}-older`
    const open = new DatabaseSync(database)
    open.exec(`vacuum into '${older}'`)
    open.close()
    await write('After the copy')
    await synced(page)
    const before = (await titles()).toSorted()
    await holdfast.restart({}, async () => {
      await Promise.all(['', '-wal', '-shm'].map((end) => rm(database + end, { force: true })))
      await copyFile(older, database)
    })
    await told({ type: 'server-lost', code: 'ROLLED_BACK' })
    expect((await titles()).toSorted()).toEqual(before)
    expect(await askWorker(page, { type: 'sync.uploadMine' })).toMatchObject({ ok: { stage: 'on' } })
    await synced(page)
    const third = await joinByWords(holdfast, person, words, 'Third')
    const has = new Set(Object.keys(third.texts()))
    expect((await rows(page, 'notes')).filter(({ id }) => !has.has(`note/${id}`))).toEqual([])
    expect((await titles()).toSorted()).toEqual(before)
  })
})
