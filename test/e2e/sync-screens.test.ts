import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AiServer, startAiServer } from '../support/ai-server.ts'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, hasRole, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, newPerson, signIn, signOut } from '../support/people.ts'
import { keyIsKept, useProvider } from './support/ai.ts'
import { downloadInto, type Folder, makeFolder, pick } from './support/files.ts'
import { listed } from './support/notebook.ts'

const KEY = 'sk-canary-93d1c40a7be2'

/** What a person sees of sync, from the first button to a backup on an empty device. */
describe('sync, as a person sets it up', () => {
  const person: Credentials = newPerson()
  let holdfast: Holdfast
  let ai: AiServer
  let folder: Folder
  let first: Browser
  let second: Browser
  let one: Page
  let two: Page
  let words: readonly string[] = []
  let backup = ''

  beforeAll(async () => {
    ai = await startAiServer()
    ai.takesKey(KEY)
    holdfast = await startHoldfast({ ai: `openai=${ai.origin}/openai/v1` })
    folder = await makeFolder()
    first = await launchBrowser('chromium')
    second = await launchBrowser('firefox')
    await downloadInto(first, folder)
  })
  afterAll(async () => {
    await closeBrowser(first)
    await closeBrowser(second)
    await Promise.all([holdfast.stop(), ai.close()])
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

  it('leaves its buttons under the pointer while it syncs', async () => {
    await one.bringToFront()
    await showsText(one, 'Up to date.')
    await one.evaluate(() => {
      const places = { idle: new Set<number>(), running: new Set<number>() }
      Reflect.set(globalThis, 'places', places)
      const look = () => {
        const row = document.querySelector('.sync-progress')
        const buttons = row?.parentElement?.querySelector('.region-action')
        if (row === null || !(buttons instanceof HTMLElement)) return
        places[row.querySelector('button') ? 'running' : 'idle'].add(buttons.offsetTop)
      }
      look()
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    const places = (when: string): Promise<number[]> =>
      one.evaluate((which) => [...Reflect.get(Reflect.get(globalThis, 'places'), which)], when)
    await click(one, 'button', 'Sync now')
    await waitFor(async () => (await places('running')).length > 0, 'it has synced')
    await showsText(one, 'Up to date.')
    expect(await places('running')).toEqual(await places('idle'))
    expect(await places('idle')).toHaveLength(1)
  })

  it('knows on the other device which model was chosen, and has no key of it', async () => {
    await useProvider(one, { name: 'OpenAI', model: 'gpt-4.1-mini', key: KEY, isOnly: true })
    await click(two, 'link', 'Settings')
    await byRole(two, 'region', 'AI with a key of your own')
    expect(await two.evaluate(keyIsKept, 'OpenAI')).toBe(false)
    await fill(two, 'Key for OpenAI', KEY)
    await two.keyboard.press('Enter')
    const model = () => two.evaluate(() => document.querySelector<HTMLSelectElement>('.model-field select')?.value)
    await waitFor(async () => (await model()) === 'gpt-4.1-mini', 'the model is the one that was chosen')
    await click(two, 'link', 'Back to notes')
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

  const write = async (title: string): Promise<void> => {
    await click(one, 'button', 'New note')
    await fill(one, 'Title', title)
    await waitFor(async () => /^(?:Saved|Synced)/u.test(await status(one)), 'it is saved')
  }
  const isOn = () => waitFor(async () => (await status(one)).startsWith('Synced'), 'all is synced')

  it('keeps the notes of two accounts apart, and those of none, in one browser', async () => {
    await signOut(one)
    await showsText(one, '2 notes of accounts that are not signed in.')
    await click(one, 'link', 'Back to notes')
    await listed(one, [])
    await write('Of nobody')
    await click(one, 'link', 'Settings')
    await click(one, 'button', 'Enable cloud sync')
    await click(one, 'button', 'Sign in and enable sync')
    await click(one, 'link', 'Create an account')
    await byRole(one, 'button', 'Create account')
    const other = newPerson()
    await fill(one, 'E-mail', other.email)
    await fill(one, 'Password', other.password)
    await click(one, 'button', 'Create account')
    await showsText(one, 'You have 1 note here. Add it to this account?')
    expect(await violations(one)).toEqual([])
    await (await byRole(one, 'button', 'Keep separate')).focus()
    await one.keyboard.press('Enter')
    await byRole(one, 'dialog', 'Recovery kit')
    await one.keyboard.press('Escape')
    await showsText(one, '1 note on this device is in no account.')
    expect(await violations(one)).toEqual([])
    await click(one, 'link', 'Back to notes')
    await listed(one, [])
    await write('Of the other')
    await isOn()
    await signOut(one)
    await click(one, 'link', 'Back to notes')
    await listed(one, ['Of nobody'])
  })

  it('brings the notes of an account back with it, and adds those of none when told to', async () => {
    await signIn(one, person)
    await listed(one, ['Written at sea', 'Tides'])
    await click(one, 'link', 'Settings')
    await click(one, 'button', 'Enable cloud sync')
    await click(one, 'button', 'Enable sync')
    await showsText(one, 'You have 1 note here. Add it to this account?')
    await click(one, 'button', 'Add')
    await click(one, 'button', 'Use recovery kit')
    await fill(one, 'Recovery words', words.join(' '))
    await click(one, 'button', 'Unlock')
    await byRole(one, 'button', 'Sync now')
    await click(one, 'link', 'Back to notes')
    await listed(one, ['Of nobody', 'Written at sea', 'Tides'])
    await isOn()
    await waitFor(async () => (await text(two)).includes('Of nobody'), 'the other device has it, too')
    expect(await text(two)).not.toContain('Of the other')
  })
})
