import type { Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'
import type { Stage } from './stage.ts'
import { durationsOf, searchable, timeOf } from './watch.ts'

// What the page holds once all is read and searchable, beside a bare page that holds the same rows.

const heapOf = async (page: Page): Promise<number> => {
  const session = await page.createCDPSession()
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1024 ** 2
}

/** Buffers are no part of the heap of JavaScript: the browser's own word on all that the page holds. */
export const measureMemory = async (stage: Stage): Promise<void> => {
  if (stage.kind !== 'chromium') {
    console.log('memory: this browser does not tell of a page what it holds')
    return
  }
  const page = await stage.openApp()
  await waitFor(() => timeOf(page, 'all rows'), 'every row is in the list', 60_000)
  await searchable(page)
  const app = await heapOf(page)
  await page.close()
  const bare = await stage.openBare('read')
  await waitFor(async () => (await durationsOf(bare, 'read'))[0], 'the rows are read', 60_000)
  const rows = await heapOf(bare)
  await bare.close()
  console.log(
    `memory: ${app.toFixed(0)} MiB; a bare page that holds the same rows: ${rows.toFixed(0)} MiB; ratio ${(app / rows).toFixed(2)}`,
  )
}
