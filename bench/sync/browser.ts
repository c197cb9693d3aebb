import type { Page } from 'puppeteer-core'
import { bodyOf, openRow } from '../../test/e2e/support/notebook.ts'
import { synced, syncState } from '../../test/e2e/support/sync.ts'
import { typeAt } from '../../test/e2e/support/writing.ts'
import { askWorker } from '../../test/support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../../test/support/browsers.ts'
import { waitFor } from '../../test/support/deadline.ts'
import { startHoldfast } from '../../test/support/holdfast.ts'
import { click, fill, openPage } from '../../test/support/page.ts'
import { createAccount, signIn } from '../../test/support/people.ts'
import { joinByWords } from '../../test/support/second-device.ts'
import { milliseconds, summaryOf } from '../figures.ts'

// Two browsers on one account at the real server: the first download of everything, and how soon the one shows what the other has written.

/** The page blocked for so long is felt. */
const blockedBar = 50
const downloadBar = 10_000
const liveBar = 1000
const rounds = 10

/** In milliseconds: as many bytes through bare AES-GCM, one way, and as many rows into a bare store, in pages of 200. */
const bare = (
  page: Page,
  count: number,
  size: number,
): Promise<{ readonly crypto: number; readonly inserts: number }> =>
  page.evaluate(
    async (wanted, length) => {
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
      const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) }
      const sealed = await crypto.subtle.encrypt(algorithm, key, new Uint8Array(length))
      let began = performance.now()
      for (let at = 0; at < wanted; at += 200) {
        await Promise.all(Array.from({ length: 200 }, () => crypto.subtle.decrypt(algorithm, key, sealed)))
      }
      const opened = performance.now() - began
      const opening = indexedDB.open('bare', 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { keyPath: 'id' })
      await new Promise((resolve) => {
        opening.onsuccess = resolve
      })
      const body = 'x'.repeat(length)
      began = performance.now()
      for (let at = 0; at < wanted; at += 200) {
        const transaction = opening.result.transaction('rows', 'readwrite')
        for (let row = at; row < at + 200; row += 1) transaction.objectStore('rows').put({ id: row, body })
        await new Promise((resolve) => {
          transaction.oncomplete = resolve
        })
      }
      return { crypto: opened, inserts: performance.now() - began }
    },
    count,
    size,
  )

const countOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const opening = indexedDB.open('holdfast-notes')
    await new Promise((resolve) => {
      opening.onsuccess = resolve
    })
    const counting = opening.result.transaction('notes').objectStore('notes').count()
    await new Promise((resolve) => {
      counting.onsuccess = resolve
    })
    opening.result.close()
    return counting.result
  })

const watchBlocked = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const longest = { value: 0 }
    Reflect.set(globalThis, 'longestTask', longest)
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest.value = Math.max(longest.value, duration)
    }).observe({ type: 'longtask' })
  })
const longestBlocked = (page: Page): Promise<number> =>
  page.evaluate(() => Number(Reflect.get(Object(Reflect.get(globalThis, 'longestTask')), 'value')))

const textOf = (at: number, size: number): string => `Note ${at} `.repeat(Math.ceil(size / 6)).slice(0, size)

const isIdle = ({ run }: Readonly<Record<string, unknown>>): boolean => Reflect.get(Object(run), 'type') === 'idle'

/** For what takes long: the tests' own patience ends sooner, and is for one answer. */
const waitUntil = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  for (const end = performance.now() + 90_000; !(await condition()); ) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const since = (began: number): number => performance.now() - began
const verdict = (isMet: boolean, bar: string): string => `${isMet ? 'meets' : 'does NOT meet'} ${bar}`

const measureLive = async (one: Page, two: Page): Promise<void> => {
  await click(one, 'button', 'New note')
  await fill(one, 'Title', 'Live')
  await fill(one, 'Note', 'Here.')
  await openRow(two, 'Live')
  await waitFor(async () => (await bodyOf(two)) === (await bodyOf(one)), 'both show the note')
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const word = `<${round}>`
    await typeAt(one, 0, word)
    const began = performance.now()
    await waitFor(async () => (await bodyOf(two)).startsWith(word), 'the other shows it')
    times.push(since(began))
  }
  const { median, p95 } = summaryOf(times)
  const figures = `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`
  console.log(`  an edit on the screen of another device: ${figures}; ${verdict(p95 < liveBar, 'a second')}`)
}

export const measureBrowsers = async (notes: number, size: number): Promise<void> => {
  const holdfast = await startHoldfast()
  const [first, second] = [await launchBrowser('chromium'), await launchBrowser('chromium')]
  try {
    const one = await openPage(first, holdfast.appUrl)
    const person = await createAccount(one)
    await askWorker(one, { type: 'sync.enable' })
    await synced(one)
    const { words } = (await askWorker(one, { type: 'sync.newKit' })).ok as { words: string }
    const other = await joinByWords(holdfast, person, words)
    await other.writeAll(Array.from({ length: notes }, (_, at) => ({ title: `Note ${at}`, body: textOf(at, size) })))

    const two = await openPage(second, holdfast.appUrl)
    await signIn(two, person)
    const beside = await bare(two, notes, size)
    await askWorker(two, { type: 'sync.enable' })
    await watchBlocked(two)
    const began = performance.now()
    await askWorker(two, { type: 'sync.unlock', words })
    await waitUntil(async () => (await countOf(two)) >= notes, 'every note has come')
    const download = since(began)
    const [crypto, inserts] = [milliseconds(beside.crypto), milliseconds(beside.inserts)]
    const ratio = (download / (beside.crypto + beside.inserts)).toFixed(1)
    console.log(
      `  first download of them in a browser: ${(download / 1000).toFixed(2)} s; bare AES-GCM ${crypto} and bare inserts ${inserts}, ratio ${ratio}; ${verdict(download < downloadBar, '10 s')}`,
    )
    await waitUntil(async () => isIdle(await syncState(two)), 'it is through')
    const blocked = await longestBlocked(two)
    console.log(
      `  the page was blocked for ${milliseconds(blocked)} at most; ${verdict(blocked <= blockedBar, '50 ms')}`,
    )
    await waitUntil(async () => (await countOf(one)) >= notes, 'the other has them too')
    await measureLive(one, two)
  } finally {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
  }
}
