import type { Page } from 'puppeteer-core'
import { PROTOCOL } from '../../src/protocol/version.ts'

/** A question to the worker by a script of the page, and its answer as it comes over the port. */
export const askWorker = (
  page: Page,
  question: { readonly type: string } & Record<string, unknown>,
): Promise<{ readonly ok?: unknown; readonly error?: { readonly code: string } }> =>
  page.evaluate(
    async (v, asked) => {
      const { active } = await navigator.serviceWorker.ready
      const { port1, port2 } = new MessageChannel()
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>()
      port1.onmessage = ({ data }) => resolve(data)
      active?.postMessage({ v, id: 'test', ...asked }, [port2])
      return promise
    },
    PROTOCOL,
    question,
  )
