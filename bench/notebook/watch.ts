import type { Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'

// What happens in a page is kept among its own performance entries: `rows`, `all rows`, `key`, `result`, `busy`.

/** Runs in the page before anything else there does. */
const watchPage = (total: number): void => {
  /** After the next frame has been handed on: what it shows is on its way to the screen. */
  const afterFrame = (work: () => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        work()
      }
      port2.postMessage(0)
    })
  }

  const watchRows = (): void => {
    let hasRows = false
    const observer = new MutationObserver(() => {
      const row = document.querySelector('.rows li')
      if (row === null) return
      if (!hasRows) afterFrame(() => performance.mark('rows'))
      hasRows = true
      if (Number(row.getAttribute('aria-setsize')) < total) return
      observer.disconnect()
      afterFrame(() => performance.mark('all rows'))
    })
    observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-setsize'] })
  }

  const watchKeys = (): void => {
    let start: number | undefined
    addEventListener(
      'keydown',
      ({ key, timeStamp }) => {
        start = key.length === 1 ? timeStamp : undefined
      },
      true,
    )
    // What comes without a key of its own, as from an input method.
    addEventListener(
      'beforeinput',
      ({ data, timeStamp }) => {
        if (data !== null) start ??= timeStamp
      },
      true,
    )
    addEventListener('input', () => {
      const from = start
      start = undefined
      if (from === undefined) return
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        document.querySelector<HTMLElement>('.rows')?.getBoundingClientRect()
        performance.measure('result', { start: from })
      }
      port2.postMessage(0)
      afterFrame(() => performance.measure('key', { start: from }))
    })
  }

  const watchTasks = (): void => {
    const busy = (start: number, duration: number): void => void performance.measure('busy', { start, duration })
    if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
      const observer = new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) busy(startTime, duration)
      })
      observer.observe({ type: 'longtask', buffered: true })
      return
    }
    // Where the browser does not tell of long tasks: how much later than asked for a timer runs.
    const every = 10
    let due = performance.now() + every
    const beat = (): void => {
      const late = performance.now() - due
      if (late > 50) busy(due, late)
      due = performance.now() + every
      setTimeout(beat, every)
    }
    setTimeout(beat, every)
  }

  watchRows()
  watchKeys()
  watchTasks()
}

/** Watches every document that the page will open. */
export const watch = async (page: Page, total: number): Promise<void> => {
  await page.evaluateOnNewDocument(watchPage, total)
}

/** The time of a mark, in milliseconds since the page was asked for; undefined where it is not there yet. */
export const timeOf = (page: Page, mark: string): Promise<number | undefined> =>
  page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime, mark)

export const durationsOf = (page: Page, measure: string): Promise<readonly number[]> =>
  page.evaluate((name) => performance.getEntriesByName(name).map(({ duration }) => duration), measure)

/** Forgets what was measured so far. */
export const forget = (page: Page): Promise<void> => page.evaluate(() => performance.clearMeasures())

/** Waits until the page has nothing to do for a while. */
export const atRest = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const room = () =>
      new Promise<number>((resolve) => requestIdleCallback((deadline) => resolve(deadline.timeRemaining())))
    for (let calm = 0; calm < 10; calm = (await room()) > 30 ? calm + 1 : 0) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })

/** Waits until a search has looked through all notes: only then does it say that there is nothing. */
export const searchable = async (page: Page): Promise<void> => {
  await page.focus('#note-search')
  await page.keyboard.type('qqqqqqqq')
  const isSure = () =>
    page.evaluate(() => document.querySelector('.rows-empty')?.textContent === 'No note has these words.')
  await waitFor(isSure, 'all notes are searchable', 60_000)
  await page.keyboard.press('Escape')
  await atRest(page)
}
