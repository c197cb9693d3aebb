import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { pick } from '../e2e/support/files.ts'
import { closeBrowser, launchBrowser } from './browsers.ts'
import { waitFor } from './deadline.ts'
import { startHoldfast } from './holdfast.ts'
import { byRole, click, fill, hasRole, openPage, screenshot, showsText } from './page.ts'
import { createAccount, newPerson, signOut } from './people.ts'
import { takeAi } from './screenshots-ai.ts'
import { takeExtension } from './screenshots-extension.ts'

const folder = join(import.meta.dirname, '../../build/screenshots')
const widths = [1280, 800, 320]
const schemes = ['light', 'dark'] as const

/** Where one sees either the list or the note: the list. */
const toList = async (page: Page): Promise<void> => {
  if (await hasRole(page, 'button', 'Back')) await click(page, 'button', 'Back')
}

/** The page as it is now, in every width and colour scheme. `inList`: what is to be seen is in the list. */
const take = async (page: Page, name: string, inList = false): Promise<void> => {
  for (const width of widths) {
    await page.setViewport({ width, height: width === 320 ? 640 : 800 })
    if (inList) await toList(page)
    for (const scheme of schemes) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await screenshot(page, `${folder}/${name}-${width}-${scheme}.png`)
    }
  }
  await page.setViewport({ width: 1280, height: 800 })
}

const writeNote = async (page: Page, title: string, body: string): Promise<void> => {
  await click(page, 'button', 'New note')
  await fill(page, 'Title', title)
  await fill(page, 'Note', body)
  await showsText(page, 'Saved on this device')
}

/** The pictures that the installer of a browser shows: made anew where they are asked for. */
const forInstallers = async (page: Page): Promise<void> => {
  const place = join(import.meta.dirname, '../../public/screenshots')
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
  await page.setViewport({ width: 1280, height: 800 })
  await screenshot(page, `${place}/wide.png`)
  await page.setViewport({ width: 320, height: 640, deviceScaleFactor: 2 })
  await screenshot(page, `${place}/narrow.png`)
  await page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1 })
}

const cake = `Every autumn, from the tree behind the house.

## What it takes

- [x] 1 kg plums
- [ ] 300 g flour
- [ ] 150 g butter

| Oven | Time |
|---|---|
| 180 °C | 45 min |

> Bake it until it smells right.
`

const app = async (page: Page): Promise<void> => {
  await byRole(page, 'button', 'Sign in')
  await take(page, 'app-empty')
  await writeNote(page, 'Harbour', 'Call about the mooring before the first of the month.')
  await writeNote(page, 'Shopping', 'Bread, butter, a new bulb for the lamp')
  await click(page, 'button', 'Pin to the top')
  await writeNote(page, 'Grandmother’s plum cake', cake)
  await fill(page, 'Add a tag', 'recipes, autumn')
  await page.keyboard.press('Enter')
  await showsText(page, '#autumn')
  await showsText(page, 'Saved on this device')
  await take(page, 'app-notes')
  await click(page, 'button', 'Preview')
  await byRole(page, 'heading', 'What it takes')
  await take(page, 'app-preview')
  if (process.env.HOLDFAST_STORE_PICTURES === '1') await forInstallers(page)
  await click(page, 'button', 'Preview')
  await fill(page, 'Note', `${cake}\nMore plums than last year.`)
  await click(page, 'button', 'History')
  await byRole(page, 'dialog', 'History')
  await take(page, 'app-history')
  await click(page, 'button', 'Close')
  await click(page, 'button', 'Export note')
  await byRole(page, 'dialog', 'Export note')
  await take(page, 'app-export-note')
  await click(page, 'button', 'Cancel')
  await fill(page, 'Search notes', 'plum')
  await click(page, 'button', 'Filter')
  await take(page, 'app-search', true)
  await click(page, 'button', 'Filter')
  await page.focus('#note-search')
  await page.keyboard.press('Escape')
  await click(page, 'button', 'Delete note')
  await showsText(page, 'Note moved to the trash.')
  await take(page, 'app-deleted')
  await click(page, 'button', 'Trash (1)')
  await click(page, 'list', 'Notes')
  await page.evaluate(() => document.querySelector<HTMLElement>('.rows .row')?.click())
  await byRole(page, 'button', 'Bring back')
  await take(page, 'app-trash')
  await click(page, 'button', 'Bring back')
  await click(page, 'button', 'Export')
  await byRole(page, 'dialog', 'Export all notes')
  await take(page, 'app-export')
  await click(page, 'button', 'Cancel')
  await click(page, 'button', 'Import')
  await byRole(page, 'dialog', 'Import notes')
  await take(page, 'app-import')
  await click(page, 'button', 'Cancel')
  const [damaged, read] = [join(tmpdir(), 'holdfast-damaged.zip'), join(tmpdir(), 'Tides.md')]
  await Promise.all([writeFile(damaged, 'no zip'), writeFile(read, 'High water at six.')])
  await pick(page, 'Files to import', [damaged, read])
  await byRole(page, 'dialog', 'What could not be taken in')
  await take(page, 'app-import-report')
  await click(page, 'button', 'Close')
  await Promise.all([rm(damaged), rm(read)])
  await takeAi(page, (name) => take(page, name))
  await byRole(page, 'heading', 'Security')
  await take(page, 'settings-signed-out')
  await page.setViewport({ width: 1280, height: 800 })
  await click(page, 'button', 'Enable cloud sync')
  await byRole(page, 'dialog', 'Enable cloud sync')
  await take(page, 'enable-sync')
  await click(page, 'button', 'Cancel')
  await click(page, 'button', 'Sign in with another device')
  await fill(page, 'Words', 'ABLE-ZOO-00')
  await click(page, 'button', 'Continue')
  await showsText(page, 'PAIRING_UNKNOWN')
  await take(page, 'join-wrong-words')
  await page.setViewport({ width: 1280, height: 800 })
  await click(page, 'button', 'Cancel')
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
  await page.setViewport({ width: 1280, height: 800 })
  await click(page, 'button', 'Pair a device')
  await showsText(page, 'Good for')
  await take(page, 'pair-dialog')
  await page.setViewport({ width: 1280, height: 800 })
  await click(page, 'button', 'Cancel')
  await click(page, 'button', 'Sign out')
  await byRole(page, 'dialog', 'Sign out')
  await take(page, 'sign-out-dialog')
  await click(page, 'button', 'Cancel')
  await click(page, 'link', 'E-mail, password and second step')
  await waitFor(() => page.url().includes('/account'), 'the account has its page')
  await take(page, 'provider-account')
  await page.goto(`${appUrl}/settings`)
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
