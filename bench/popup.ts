import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { type Installed, installExtension } from '../test/extension/support/extension.ts'
import { type BrowserKind, browsers } from '../test/support/browsers.ts'
import { waitFor } from '../test/support/deadline.ts'
import { startHoldfast } from '../test/support/holdfast.ts'
import { milliseconds, summaryOf } from './figures.ts'

// The popup from its first byte to notes on screen: with 5,000 notes, and beside it the same popup with none.

const rounds = 20
const many = 5000
/** What is aimed at, in milliseconds. */
const bar = 150

const root = join(import.meta.dirname, '..')

/** Puts notes of two kilobytes into the notebook of the extension. */
const fillWith = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (wanted) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('holdfast-notes')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const transaction = database.transaction('notes', 'readwrite')
    const body = 'The water comes and goes, and leaves a little of what it carries. '.repeat(30)
    for (let at = 0; at < wanted; at += 1) {
      const time = Date.UTC(2026, 0, 1) + at * 60_000
      transaction
        .objectStore('notes')
        .put({ id: crypto.randomUUID(), title: `Note ${at}`, body, createdAt: time, updatedAt: time })
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onerror = () => reject(transaction.error)
    })
    database.close()
  }, count)

/** Opens the popup and says after how many milliseconds its notes were on screen. */
const openOnce = async (installed: Installed): Promise<number> => {
  const popup = await installed.open('popup.html')
  const marked = () => popup.evaluate(() => performance.getEntriesByName('notes on screen')[0]?.startTime)
  const time = await waitFor(marked, 'the notes are on screen')
  await popup.close()
  return time
}

const measure = async (kind: BrowserKind): Promise<void> => {
  const holdfast = await startHoldfast()
  const [empty, full] = [await installExtension(kind, { holdfast }), await installExtension(kind, { holdfast })]
  try {
    const page = await full.open('app.html')
    await fillWith(page, many)
    await page.close()
    const times = { empty: [] as number[], full: [] as number[] }
    for (const one of [empty, full]) await openOnce(one)
    for (let round = 0; round < rounds; round += 1) {
      times.empty.push(await openOnce(empty))
      times.full.push(await openOnce(full))
    }
    const [none, notes] = [summaryOf(times.empty), summaryOf(times.full)]
    const ratio = (notes.median / none.median).toFixed(2)
    const figures = `median ${milliseconds(notes.median)}, p95 ${milliseconds(notes.p95)}`
    const beside = `empty popup median ${milliseconds(none.median)}, p95 ${milliseconds(none.p95)}`
    const verdict = notes.median < bar ? `under ${bar} ms` : `NOT under ${bar} ms`
    console.log(`popup with ${many} notes, ${kind}: ${figures}; ${beside}; ratio ${ratio}; ${verdict}`)
  } finally {
    await empty.close()
    await full.close()
    await holdfast.stop()
  }
}

const { version } = JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8'))
for (const browser of ['chrome', 'firefox']) {
  const { size } = await stat(join(root, 'dist', `holdfast-${version}-${browser}.zip`))
  console.log(`package for ${browser}: ${(size / 1024).toFixed(0)} KiB`)
}
for (const kind of browsers) await measure(kind)
