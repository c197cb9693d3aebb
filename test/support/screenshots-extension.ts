import type { Page } from 'puppeteer-core'
import { startClipSite } from '../extension/support/clip-site.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { signUp } from '../extension/support/session.ts'
import { click, fill, screenshot, showsText } from './page.ts'

const schemes = ['light', 'dark'] as const

/** The popup as large as its browser shows it. */
const take = async (page: Page, path: (name: string) => `${string}.png`, name: string): Promise<void> => {
  await page.setViewport({ width: 360, height: 560 })
  for (const scheme of schemes) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    await screenshot(page, path(`${name}-${scheme}`))
  }
}

const write = async (popup: Page, text: string): Promise<void> => {
  await click(popup, 'button', 'Quick note')
  await fill(popup, 'Quick note', text)
  await click(popup, 'button', 'Save note')
  await showsText(popup, text.split('\n')[0] ?? '')
}

const popupPictures = async (installed: Installed, path: (name: string) => `${string}.png`): Promise<void> => {
  const popup = await installed.open('popup.html')
  await take(popup, path, 'popup-empty')
  for (const text of ['Bread, butter, a new bulb for the lamp', 'Call the harbour master', 'Plum cake\n1 kg plums']) {
    await write(popup, text)
  }
  await click(popup, 'button', 'Quick note')
  await fill(popup, 'Quick note', 'A thought on the way')
  await take(popup, path, 'popup-draft')
  await click(popup, 'button', 'Cancel')
  // Its own tab is on top here, and that is a page that nobody may read.
  await click(popup, 'button', 'Clip page')
  await showsText(popup, 'does not let extensions read this page')
  await take(popup, path, 'popup-refused')
  const second = await installed.open('popup.html')
  await click(second, 'button', 'Sign in to sync')
  await showsText(second, 'Waiting for sign-in in the other window')
  await take(second, path, 'popup-waiting')
  await click(second, 'button', 'Cancel')
  await showsText(second, 'Sign in to sync')
  await signUp(installed, second, { email: 'someone@example.com', password: 'correct horse in a harbour' })
  await take(second, path, 'popup-signed-in')
  await popup.close()
  await second.close()
}

/** Takes pictures of the extension in Chromium. */
export const takeExtension = async (path: (name: string) => `${string}.png`): Promise<void> => {
  const site = await startClipSite()
  const installed = await installExtension('chromium')
  try {
    await popupPictures(installed, path)
  } finally {
    await installed.close()
    await site.stop()
  }
}
