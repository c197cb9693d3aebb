import type { Page } from 'puppeteer-core'

/** What a clock that goes wrong is ahead by, in milliseconds; negative where it is behind. */
export type Ahead = number

/**
 * Puts the clock of a worker or a page `ahead`, in place of the one of the device; `setWorkerClock` changes a worker's
 * until it is killed. For tests alone.
 */
const moveClock = (ahead: Ahead): void => {
  const moved = { ahead }
  Reflect.set(globalThis, 'movedClock', moved)
  const now = Date.now.bind(Date)
  globalThis.Date = new Proxy(Date, {
    construct: (date, args) => Reflect.construct(date, args.length === 0 ? [now() + moved.ahead] : args),
    get: (date, key) => (key === 'now' ? () => now() + moved.ahead : Reflect.get(date, key)),
  })
}

const listen = `addEventListener('message', (event) => {
  if (event.data?.test !== 'clock') return
  event.stopImmediatePropagation()
  movedClock.ahead = event.data.ahead
  event.ports[0].postMessage('set')
})`

/** A worker script with a clock that is `ahead`, each time it starts. */
export const withClock =
  (ahead: Ahead) =>
  (source: string): string =>
    `;(${moveClock})(${ahead});${listen};\n${source}`

/** From the next document on, the page has such a clock too: page and worker are on one device. */
export const setPageClock = async (page: Page, ahead: Ahead): Promise<void> => {
  await page.evaluateOnNewDocument(moveClock, ahead)
  await page.evaluate(moveClock, ahead)
}

/** Moves the clock of the worker in charge, which is started for it where none runs. For workers made `withClock`. */
export const setWorkerClock = (page: Page, ahead: Ahead): Promise<void> =>
  page.evaluate(async (value) => {
    const { active } = await navigator.serviceWorker.ready
    const { port1, port2 } = new MessageChannel()
    const { promise, resolve } = Promise.withResolvers<void>()
    port1.onmessage = () => resolve()
    active?.postMessage({ test: 'clock', ahead: value }, [port2])
    return promise
  }, ahead)
