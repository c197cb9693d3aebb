import type { Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'
import { milliseconds } from '../figures.ts'
import { tellTasks } from './report.ts'
import type { Stage } from './stage.ts'
import { atRest, durationsOf, forget } from './watch.ts'

// A text of 50 MB pasted into a note: it has to come as a file, whole, and the page must not stand still.

const SIZE = 50_000_000

const storedSize = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const opened = indexedDB.open('holdfast-notes')
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      opened.onsuccess = () => resolve(opened.result)
      opened.onerror = () => reject(opened.error)
    })
    const pieces = database.transaction('chunks').objectStore('chunks').getAll()
    await new Promise((resolve) => pieces.addEventListener('success', resolve))
    database.close()
    return pieces.result.reduce((sum: number, { bytes }) => sum + bytes.length, 0)
  })

export const measurePaste = async (stage: Stage): Promise<void> => {
  const page = await stage.openApp()
  await page.waitForSelector('#note-body')
  await atRest(page)
  await page.evaluate((size) => {
    const data = new DataTransfer()
    data.setData('text/plain', 'The water comes and goes. '.repeat(Math.ceil(size / 26)).slice(0, size))
    Object.defineProperty(globalThis, 'pasted', { value: data })
  }, SIZE)
  await atRest(page)
  await forget(page)
  const start = performance.now()
  await page.evaluate(() => {
    const clipboardData: DataTransfer = Reflect.get(globalThis, 'pasted')
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    document.querySelector('#note-body')?.dispatchEvent(event)
  })
  await waitFor(
    () =>
      page.evaluate(() => /attachment:/u.test(document.querySelector<HTMLTextAreaElement>('#note-body')?.value ?? '')),
    'the note names the file',
    60_000,
  )
  const time = performance.now() - start
  await atRest(page)
  const size = await storedSize(page)
  console.log(
    `a pasted text of ${SIZE / 1e6} MB is a file of the note after ${milliseconds(time)}; ${size} bytes of it are stored`,
  )
  tellTasks('it is taken in', await durationsOf(page, 'busy'))
  await page.close()
}
