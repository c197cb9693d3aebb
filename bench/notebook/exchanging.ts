import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { pick } from '../../test/e2e/support/files.ts'
import { waitFor } from '../../test/support/deadline.ts'
import { click } from '../../test/support/page.ts'
import { median, tell, tellTasks } from './report.ts'
import type { Stage } from './stage.ts'
import { exportOf } from './texts.ts'
import { atRest, durationsOf, forget } from './watch.ts'

// All notes in and out as one file, beside the same done in one go with nothing to show for it.

/** How long from the first sign of progress to the last, in milliseconds. */
const during = async (page: Page, begin: () => Promise<unknown>): Promise<number> => {
  await forget(page)
  const ended = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let began: number | undefined
        const observer = new MutationObserver(() => {
          const isRunning = document.querySelector('progress') !== null
          if (isRunning) began ??= performance.now()
          else if (began !== undefined) {
            observer.disconnect()
            resolve(performance.now() - began)
          }
        })
        observer.observe(document.body, { childList: true, subtree: true })
      }),
  )
  await begin()
  return ended
}

const throughput = (count: number, bytes: number, time: number): string =>
  `${((count / time) * 1000).toFixed(0)} notes/s, ${(bytes / 1024 ** 2 / (time / 1000)).toFixed(1)} MiB/s`

const bareTime = async (page: Page, name: string): Promise<number> =>
  waitFor(async () => (await durationsOf(page, name))[0], `the bare ${name} is done`, 120_000)

export const measureImport = async (stage: Stage): Promise<void> => {
  const { notes } = stage.texts
  const path = await stage.given.put('notes.json', exportOf(notes))
  const { size } = await stat(path)
  const bare = await stage.openBare('exchange')
  await bare.waitForSelector('input').then((input) => input?.uploadFile(path))
  const times = [await bareTime(bare, 'import')]
  await bare.close()
  const page = await stage.openApp()
  await atRest(page)
  const time = await during(page, () => pick(page, 'Files to import', [path]))
  tell(`import of ${notes.length} notes, ${(size / 1024 ** 2).toFixed(0)} MiB of JSON`, [time], {
    what: 'JSON.parse and one bulkPut',
    times,
  })
  console.log(`import: ${throughput(notes.length, size, time)}; bare: ${throughput(notes.length, size, median(times))}`)
  await atRest(page)
  tellTasks('importing, and until all is searchable', await durationsOf(page, 'busy'))
  await page.close()
}

const exportOnce = async (stage: Stage, format: 'JSON' | 'Markdown (zip)'): Promise<void> => {
  const page = await stage.openApp()
  await waitFor(() => page.evaluate(() => performance.getEntriesByName('all rows').length > 0), 'all is there', 60_000)
  await atRest(page)
  await click(page, 'button', 'Export')
  const time = await during(page, () => click(page, 'button', format))
  const isWritten = async () => {
    const [name] = await readdir(stage.taken.path)
    return name === undefined || /\.(?:crdownload|part)$/u.test(name) ? undefined : join(stage.taken.path, name)
  }
  const path = await waitFor(isWritten, 'the export was saved', 60_000)
  const { size } = await stat(path)
  await rm(path)
  const busy = await durationsOf(page, 'busy')
  await page.close()
  const bare = await stage.openBare('exchange')
  await click(bare, 'button', format)
  const times = [await bareTime(bare, format)]
  await bare.close()
  tell(`export as ${format}, ${(size / 1024 ** 2).toFixed(0)} MiB`, [time], { what: 'everything in one go', times })
  const { length } = stage.texts.notes
  console.log(
    `export as ${format}: ${throughput(length, size, time)}; bare: ${throughput(length, size, median(times))}`,
  )
  tellTasks(`exporting as ${format}`, busy)
}

export const measureExport = async (stage: Stage): Promise<void> => {
  await exportOnce(stage, 'JSON')
  await exportOnce(stage, 'Markdown (zip)')
}
