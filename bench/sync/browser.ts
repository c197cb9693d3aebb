import type { Page } from 'puppeteer-core'
import { bodyOf, openRow } from '../../test/e2e/support/notebook.ts'
import { syncState } from '../../test/e2e/support/sync.ts'
import { typeAt } from '../../test/e2e/support/writing.ts'
import { askWorker } from '../../test/support/ask-worker.ts'
import { closeBrowser, launchBrowser } from '../../test/support/browsers.ts'
import { waitFor } from '../../test/support/deadline.ts'
import { startHoldfast } from '../../test/support/holdfast.ts'
import { click, fill as fillIn, openPage } from '../../test/support/page.ts'
import { createAccount, signIn } from '../../test/support/people.ts'
import { milliseconds, summaryOf } from '../figures.ts'
import { processorTime } from './processor.ts'

// Two browsers on one account at the real server: the first upload and download of everything, and how soon the one shows what the other has written.

/** The page blocked for so long is felt. */
const blockedBar = 50
const downloadBar = 10_000
const liveBar = 1000
const rounds = 10

/** In milliseconds. */
type Bare = { readonly crypto: number; readonly signatures: number; readonly inserts: number }

/**
 * As many bytes through bare AES-GCM, one way, and as many rows into a bare store, in pages of 200. What nobody can do without, and
 * the ratio does not count, is told beside: that many signatures of Ed25519 looked at.
 */
const bare = (page: Page, count: number, size: number): Promise<Bare> =>
  page.evaluate(
    async (wanted, length) => {
      const timed = async (work: () => Promise<unknown>): Promise<number> => {
        const began = performance.now()
        for (let at = 0; at < wanted; at += 200) await Promise.all(Array.from({ length: 200 }, work))
        return performance.now() - began
      }
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
      const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) }
      const sealed = await crypto.subtle.encrypt(algorithm, key, new Uint8Array(length))
      const opened = await timed(() => crypto.subtle.decrypt(algorithm, key, sealed))
      const { privateKey, publicKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
      const signature = await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(160))
      const signatures = await timed(() => crypto.subtle.verify('Ed25519', publicKey, signature, new Uint8Array(160)))
      const opening = indexedDB.open('bare', 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { keyPath: 'id' })
      await new Promise((resolve) => {
        opening.onsuccess = resolve
      })
      const body = 'x'.repeat(length)
      const began = performance.now()
      for (let at = 0; at < wanted; at += 200) {
        const transaction = opening.result.transaction('rows', 'readwrite')
        for (let row = at; row < at + 200; row += 1) transaction.objectStore('rows').put({ id: row, body })
        await new Promise((resolve) => {
          transaction.oncomplete = resolve
        })
      }
      return { crypto: opened, signatures, inserts: performance.now() - began }
    },
    count,
    size,
  )

/** Notes as they lie in a notebook that nobody has synced yet. */
const fill = (page: Page, count: number, size: number): Promise<void> =>
  page.evaluate(
    async (wanted, length) => {
      const opening = indexedDB.open('holdfast-notes')
      await new Promise((resolve) => {
        opening.onsuccess = resolve
      })
      const marks = { pinned: false, tags: [], trashedAt: null }
      for (let at = 0; at < wanted; at += 500) {
        const transaction = opening.result.transaction('notes', 'readwrite')
        for (let row = at; row < Math.min(wanted, at + 500); row += 1) {
          const body = `Note ${row} `.repeat(Math.ceil(length / 6)).slice(0, length)
          const note = { id: crypto.randomUUID(), title: `Note ${row}`, body, ...marks, createdAt: row, updatedAt: row }
          transaction.objectStore('notes').put(note)
        }
        await new Promise((resolve) => {
          transaction.oncomplete = resolve
        })
      }
      opening.result.close()
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

const isIdle = ({ run }: Readonly<Record<string, unknown>>): boolean => Reflect.get(Object(run), 'type') === 'idle'

/** For what takes long: the tests' own patience ends sooner, and is for one answer. */
const waitUntil = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  for (const end = performance.now() + 180_000; !(await condition()); ) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`)
    // Each look at the database costs what is measured.
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

const since = (began: number): number => performance.now() - began
const verdict = (isMet: boolean, bar: string): string => `${isMet ? 'meets' : 'does NOT meet'} ${bar}`

/** Looked at with each frame: asking from outside would find it up to 200 ms late. */
const isShown = (page: Page, word: string): Promise<unknown> =>
  page.waitForFunction(
    (begin) => document.querySelector<HTMLTextAreaElement>('#note-body')?.value.startsWith(begin) === true,
    { polling: 'raf' },
    word,
  )

const measureLive = async (one: Page, two: Page): Promise<void> => {
  await click(one, 'button', 'New note')
  await fillIn(one, 'Title', 'Live')
  await fillIn(one, 'Note', 'Here.')
  await openRow(two, 'Live')
  await waitFor(async () => (await bodyOf(two)) === (await bodyOf(one)), 'both show the note')
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const word = `<${round}>`
    const shown = isShown(two, word)
    await typeAt(one, 0, word)
    const began = performance.now()
    await shown
    times.push(since(began))
  }
  const { median, p95 } = summaryOf(times)
  const figures = `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`
  console.log(`  an edit on the screen of another device: ${figures}; ${verdict(p95 < liveBar, 'a second')}`)
}

/** How long the page was blocked at most since `watchBlocked`. */
const tellBlocked = async (page: Page): Promise<void> => {
  const blocked = await longestBlocked(page)
  console.log(`  the page was blocked for ${milliseconds(blocked)} at most; ${verdict(blocked <= blockedBar, '50 ms')}`)
}

/** What something took, in milliseconds: of time, and of the processors. */
type Took = { readonly time: number; readonly processors: number | undefined }

const measured = async (page: Page, work: () => Promise<void>): Promise<Took> => {
  const browser = page.browser()
  const [before, began] = [await processorTime(browser), performance.now()]
  await work()
  const [time, after] = [since(began), await processorTime(browser)]
  return { time, processors: before === undefined || after === undefined ? undefined : after - before }
}

const besides = ({ time, processors }: Took, { crypto, inserts, signatures }: Bare): string => {
  const ratio = (time / (crypto + inserts)).toFixed(1)
  const figures = `bare AES-GCM ${milliseconds(crypto)} and bare inserts ${milliseconds(inserts)}, ratio ${ratio}`
  const used = processors === undefined ? '' : `; ${(processors / 1000).toFixed(1)} s of processors in the browser`
  return `${(time / 1000).toFixed(2)} s; ${figures}; signatures alone ${milliseconds(signatures)}${used}`
}

/** Everything that is here goes to the server. */
const measureUpload = async (one: Page, notes: number, size: number): Promise<void> => {
  await fill(one, notes, size)
  await one.reload()
  const beside = await bare(one, notes, size)
  await watchBlocked(one)
  const isThrough = async () => {
    const state = await syncState(one)
    return state.waiting === 0 && isIdle(state)
  }
  const took = await measured(one, async () => {
    await askWorker(one, { type: 'sync.enable' })
    await waitUntil(isThrough, 'every note was sent')
  })
  console.log(`  first upload of them from a browser: ${besides(took, beside)}`)
  await tellBlocked(one)
}

/** With a kit there is a backup a day: a device of one's own makes it on another machine, and not on the processors of this one. */
const keepsBackup = async (one: Page): Promise<void> => {
  await askWorker(one, { type: 'sync.run' })
  const isKept = async () => (await askWorker(one, { type: 'sync.fetchBackup' })).ok !== undefined
  await waitUntil(isKept, 'the first device has made its backup')
}

/** Everything comes to a notebook that is empty. */
const measureDownload = async (two: Page, words: string, notes: number, size: number): Promise<void> => {
  const beside = await bare(two, notes, size)
  await askWorker(two, { type: 'sync.enable' })
  await watchBlocked(two)
  const took = await measured(two, async () => {
    await askWorker(two, { type: 'sync.unlock', words })
    await waitUntil(async () => (await countOf(two)) >= notes, 'every note has come')
  })
  console.log(
    `  first download of them in a browser: ${besides(took, beside)}; ${verdict(took.time < downloadBar, '10 s')}`,
  )
  await waitUntil(async () => isIdle(await syncState(two)), 'it is through')
  await tellBlocked(two)
}

export const measureBrowsers = async (notes: number, size: number): Promise<void> => {
  const holdfast = await startHoldfast()
  const [first, second] = [await launchBrowser('chromium'), await launchBrowser('chromium')]
  try {
    const one = await openPage(first, holdfast.appUrl)
    const person = await createAccount(one)
    await measureUpload(one, notes, size)
    const { words } = (await askWorker(one, { type: 'sync.newKit' })).ok as { words: string }
    await keepsBackup(one)
    const two = await openPage(second, holdfast.appUrl)
    await signIn(two, person)
    await measureDownload(two, words, notes, size)
    await measureLive(one, two)
  } finally {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
  }
}
