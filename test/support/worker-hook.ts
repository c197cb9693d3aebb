import type { Page } from 'puppeteer-core'

/**
 * A worker script that answers `{ test: 'boot' }` with an id of this run of it, before anything else sees the message.
 * For tests alone: `startHoldfast` puts it before the worker that it serves, and no build has it.
 */
export const withTestHook = (source: string): string => `;(() => {
  const boot = crypto.randomUUID()
  self.addEventListener('message', (event) => {
    if (event.data?.test !== 'boot') return
    event.stopImmediatePropagation()
    event.ports[0].postMessage(boot)
  })
})();
${source}`

/** Words that are in the hook and may be in no built file. */
export const hookMark = "test !== 'boot'"

/** The id of the run of the worker in charge, which is started for it where none runs. Another id: another run. */
export const bootId = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    const { port1, port2 } = new MessageChannel()
    const { promise, resolve } = Promise.withResolvers<string>()
    port1.onmessage = ({ data }) => resolve(data)
    active?.postMessage({ test: 'boot' }, [port2])
    return promise
  })
