import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { closeBrowser, launchBrowser } from './browsers.ts'
import { startHoldfast } from './holdfast.ts'
import { byRole, click, fill, openPage, screenshot, showsText } from './page.ts'
import { createAccount, newPerson, signOut } from './people.ts'
import { takeExtension } from './screenshots-extension.ts'

const folder = join(import.meta.dirname, '../../build/screenshots')
const widths = [320, 1280]
const schemes = ['light', 'dark'] as const

/** The page as it is now, in every width and colour scheme. */
const take = async (page: Page, name: string): Promise<void> => {
  for (const width of widths) {
    await page.setViewport({ width, height: width === 320 ? 640 : 800 })
    for (const scheme of schemes) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await screenshot(page, `${folder}/${name}-${width}-${scheme}.png`)
    }
  }
}

const writeNote = async (page: Page, title: string, body: string): Promise<void> => {
  await click(page, 'button', 'New note')
  await fill(page, 'Title', title)
  await fill(page, 'Note', body)
  await showsText(page, 'Saved on this device')
}

const app = async (page: Page): Promise<void> => {
  await byRole(page, 'button', 'Sign in')
  await take(page, 'app-empty')
  await writeNote(page, 'Shopping', 'Bread, butter, a new bulb for the lamp')
  await writeNote(
    page,
    'Grandmother’s plum cake',
    '1 kg plums\n300 g flour\n150 g butter\nBake at 180 °C until it smells right.',
  )
  await take(page, 'app-notes')
  await click(page, 'link', 'Settings')
  await byRole(page, 'heading', 'Security')
  await take(page, 'settings-signed-out')
}

const provider = async (page: Page): Promise<void> => {
  await click(page, 'button', 'Sign in')
  await byRole(page, 'link', 'Create an account')
  await take(page, 'provider-sign-in')
  const stranger = newPerson()
  await fill(page, 'E-mail', 'someone@example.com')
  await fill(page, 'Password', stranger.password)
  await click(page, 'button', 'Sign in')
  await byRole(page, 'alert')
  await take(page, 'provider-wrong-password')
  await click(page, 'link', 'Create an account')
  await byRole(page, 'button', 'Create account')
  await take(page, 'provider-create-account')
  await click(page, 'button', 'Cancel')
  await byRole(page, 'button', 'Dismiss')
}

const session = async (page: Page, appUrl: string): Promise<void> => {
  await page.goto(appUrl)
  await createAccount(page, { email: 'someone@example.com', password: newPerson().password })
  await take(page, 'app-signed-in')
  await page.goto(`${appUrl}/settings`)
  await byRole(page, 'button', 'Sign out')
  await take(page, 'settings-signed-in')
  await click(page, 'button', 'Sign out')
  await byRole(page, 'dialog', 'Sign out')
  await take(page, 'sign-out-dialog')
  await click(page, 'button', 'Cancel')
  await signOut(page)
}

const holdfast = await startHoldfast()
const browser = await launchBrowser('chromium')
try {
  const page = await openPage(browser, holdfast.appUrl)
  await app(page)
  await provider(page)
  await session(page, holdfast.appUrl)
  await takeExtension((name) => `${folder}/${name}.png`)
  console.warn(`The pictures are in ${folder}`)
} finally {
  await closeBrowser(browser)
  await holdfast.stop()
}
