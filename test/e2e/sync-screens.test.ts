import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, hasRole, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, newPerson, signIn } from '../support/people.ts'
import { downloadInto, type Folder, makeFolder, pick } from './support/files.ts'

/** What a person sees of sync, from the first button to a backup on an empty device. */
describe('sync, as a person sets it up', () => {
  const person: Credentials = newPerson()
  let holdfast: Holdfast
  let folder: Folder
  let first: Browser
  let second: Browser
  let one: Page
  let two: Page
  let words: readonly string[] = []
  let backup = ''

  beforeAll(async () => {
    holdfast = await startHoldfast()
    folder = await makeFolder()
    first = await launchBrowser('chromium')
    second = await launchBrowser('firefox')
    await downloadInto(first, folder)
  })
  afterAll(async () => {
    await closeBrowser(first)
    await closeBrowser(second)
    await holdfast.stop()
    await folder.remove()
  })

  const status = async (page: Page): Promise<string> =>
    (await (await byRole(page, 'status', 'Status')).evaluate((chip) => chip.textContent)) ?? ''

  it('begins with a sign-in, goes on by itself afterwards, and adds the notes only when told to', async () => {
    one = await openPage(first, holdfast.appUrl)
    await fill(one, 'Title', 'Tides')
    await showsText(one, 'Saved on this device')
    await click(one, 'link', 'Settings')
    await click(one, 'button', 'Enable cloud sync')
    await click(one, 'button', 'Sign in and enable sync')
    await click(one, 'link', 'Create an account')
    await byRole(one, 'button', 'Create account')
    await fill(one, 'E-mail', person.email)
    await fill(one, 'Password', person.password)
    await click(one, 'button', 'Create account')
    await showsText(one, 'You have 1 note here. Add it to this account?')
    await click(one, 'button', 'Add')
  })

  it('shows the recovery kit once, and takes its words back, each wrong one by its place', async () => {
    await byRole(one, 'dialog', 'Recovery kit')
    await byRole(one, 'img', 'QR code of the 12 words')
    expect(await violations(one)).toEqual([])
    await click(one, 'button', 'Download')
    const page = String((await folder.take('holdfast-recovery-kit', '.html')).bytes)
    words = [...page.matchAll(/<li>([a-z]+)<\/li>/gu)].map(([, word]) => word ?? '')
    expect(words).toHaveLength(12)
    await click(one, 'button', 'I have kept it')
    await fill(one, 'Recovery words', words.with(4, 'zzz').join(' '))
    await click(one, 'button', 'Confirm')
    await showsText(one, 'Word 5, “zzz”, is in no recovery kit.')
    expect(await violations(one)).toEqual([])
    await fill(one, 'Recovery words', words.map((word, at) => `${at + 1}. ${word}`).join('\n'))
    await click(one, 'button', 'Confirm')
    await showsText(one, 'Your recovery kit works.')
    await click(one, 'button', 'Close')
    expect(await one.evaluate(() => document.documentElement.outerHTML)).not.toContain(words.slice(0, 3).join(' '))
    await waitFor(async () => (await status(one)).startsWith('Synced'), 'the chip says that all is synced')
    expect(await violations(one)).toEqual([])
  })

  it('opens the notes on another device with the words', async () => {
    two = await openPage(second, holdfast.appUrl)
    await signIn(two, person)
    await click(two, 'link', 'Settings')
    await click(two, 'button', 'Enable cloud sync')
    await click(two, 'button', 'Enable sync')
    await showsText(two, 'this device does not have the keys to them yet')
    expect(await hasRole(two, 'button', 'Approve this browser on another device')).toBe(true)
    await click(two, 'button', 'Use recovery kit')
    await fill(two, 'Recovery words', words.join(' '))
    await click(two, 'button', 'Unlock')
    await byRole(two, 'button', 'Sync now')
    await click(two, 'link', 'Back to notes')
    await showsText(two, 'Tides')
  })

  it('shows on one device what is written on the other, while both are looked at', async () => {
    await one.bringToFront()
    await click(one, 'link', 'Back to notes')
    await click(one, 'button', 'New note')
    await fill(one, 'Title', 'Low water at six')
    await waitFor(async () => (await text(two)).includes('Low water at six'), 'the other one shows the note', 5000)
  })

  it('says offline that all is saved here, and sends it once the server is back', async () => {
    holdfast.recorder.down()
    await fill(one, 'Title', 'Written at sea')
    await waitFor(async () => (await status(one)) === 'Offline: saved here', 'the chip says that it is offline')
    holdfast.recorder.up()
    await waitFor(async () => (await status(one)).startsWith('Synced'), 'the chip says that all is synced')
    await waitFor(async () => (await text(two)).includes('Written at sea'), 'the other one shows it')
  })

  it('gives everything in one file, which the words open where nobody is signed in', async () => {
    await click(one, 'link', 'Settings')
    await click(one, 'button', 'Encrypted backup')
    const { name, bytes } = await folder.take('holdfast-', '.backup')
    expect(bytes.includes('Tides')).toBe(false)
    backup = await folder.put(name, bytes)
    const context = await first.createBrowserContext()
    const empty = await context.newPage()
    await empty.goto(`${holdfast.appUrl}/settings`)
    await click(empty, 'button', 'Restore a backup')
    await pick(empty, 'File of the backup', [backup])
    await fill(empty, 'Recovery words', words.toReversed().join(' '))
    await click(empty, 'button', 'Open')
    await waitFor(
      async () => /together they are none|another recovery kit/u.test(await text(empty)),
      'words are refused',
    )
    await fill(empty, 'Recovery words', words.join(' '))
    await click(empty, 'button', 'Open')
    await byRole(empty, 'button', 'Restore')
    expect(await text(empty)).toContain('2 notes')
    await click(empty, 'button', 'Restore')
    await showsText(empty, '2 notes of the backup were added or changed.')
    await click(empty, 'button', 'Close')
    await click(empty, 'link', 'Back to notes')
    await showsText(empty, 'Written at sea')
    await context.close()
  })
})
