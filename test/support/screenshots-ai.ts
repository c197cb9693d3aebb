import type { Page } from 'puppeteer-core'
import { startAiServer } from './ai-server.ts'
import { byRole, click, fill, showsText } from './page.ts'

const summary = `- Pay for the mooring before the first of the month.
- The harbour office opens at nine.
- Bring the papers of the boat.`

/**
 * Takes pictures of AI with the open note, which has a text, and of the settings; ends on the settings. `take` is given the
 * name of each.
 */
export const takeAi = async (page: Page, take: (name: string) => Promise<void>): Promise<void> => {
  const server = await startAiServer()
  const wide = () => page.setViewport({ width: 1280, height: 800 })
  try {
    await click(page, 'link', 'Settings')
    server.admit('none')
    await fill(page, 'Address of Ollama', String(server.port))
    await click(page, 'button', 'Connect to Ollama')
    await showsText(page, 'OLLAMA_ORIGINS=')
    await take('settings-ai-refused')
    await wide()
    server.admit('local')
    await click(page, 'button', 'Retry')
    await showsText(page, 'Connected to Ollama')
    await take('settings-ai')
    await wide()
    await click(page, 'link', 'Back to notes')
    await click(page, 'button', 'Not now')
    // In a narrow window the note alone is shown from now on.
    await page.evaluate(() => document.querySelector<HTMLElement>('.row[aria-current]')?.click())
    await click(page, 'button', 'AI')
    await byRole(page, 'button', 'Summarise')
    await take('app-ai')
    await wide()
    server.answers({ says: [summary] })
    await click(page, 'button', 'Summarise')
    await showsText(page, 'Ready.')
    await take('app-ai-suggestion')
    await wide()
    await click(page, 'button', 'Discard')
    server.answers({ says: ['- Pay for the mooring before ', ''], waits: true, cut: true })
    await click(page, 'button', 'AI')
    await click(page, 'button', 'Summarise')
    await showsText(page, 'Pay for the mooring before')
    server.release()
    await byRole(page, 'alert')
    await take('app-ai-cut')
    await wide()
    await click(page, 'button', 'Discard')
    await click(page, 'button', 'AI')
    await click(page, 'button', 'Draft from notes')
    await byRole(page, 'dialog', 'Draft from notes')
    await take('app-ai-draft')
    await wide()
    await click(page, 'button', 'Cancel')
    await click(page, 'button', 'AI')
    await click(page, 'link', 'Settings')
  } finally {
    await server.close()
  }
}
