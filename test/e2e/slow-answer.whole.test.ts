import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startAiServer } from '../support/ai-server.ts'
import { browsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { startHoldfast } from '../support/holdfast.ts'
import { click, fill, openPage, showsText } from '../support/page.ts'
import { providersAt, suggested, suggests, useProvider } from './support/ai.ts'

/** Longer than browsers let a worker live that has nothing to do, in milliseconds. */
const SILENCE = 75_000

describe.each(browsers)('a model that thinks for long in %s', (kind) => {
  test(
    'is waited for: the worker that passes its answer on is not ended meanwhile',
    async () => {
      const server = await startAiServer()
      server.takesKey('a-key-of-the-tests')
      const holdfast = await startHoldfast({ ai: providersAt(server.origin) })
      const browser = await launchBrowser(kind)
      try {
        const page = await openPage(browser, `${holdfast.appUrl}/settings`)
        await useProvider(page, { name: 'OpenAI', model: 'gpt-4.1-mini', key: 'a-key-of-the-tests', isOnly: true })
        await click(page, 'link', 'Back to notes')
        await fill(page, 'Note', 'Something to think about.')
        await showsText(page, 'Saved on this device')
        server.answers({ says: ['First this, ', 'and after a while that.'], waits: true })
        await click(page, 'button', 'AI')
        await click(page, 'button', 'Summarise')
        await suggests(page, 'First this, ')
        await pause(SILENCE)
        expect(await suggested(page)).toBe('First this, ')
        server.release()
        await suggests(page, 'First this, and after a while that.')
      } finally {
        await closeBrowser(browser)
        await holdfast.stop()
        await server.close()
      }
    },
    SILENCE + 60_000,
  )
})
