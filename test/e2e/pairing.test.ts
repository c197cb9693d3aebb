import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, ElementHandle, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../support/axe.ts'
import { closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { byRole, click, fill, hasRole, openPage, pageFetch, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount, isAuthenticated, signOut } from '../support/people.ts'
import type { Recorded, Reply } from '../support/recorded.ts'

describe('Chromium lets Firefox in', () => {
  let holdfast: Holdfast
  let [chromium, firefox]: Browser[] = []
  let [old, fresh]: Page[] = []
  let folder: string
  let person: Credentials

  /** A server in between that tells the new device another key of the old one. */
  let lies = false
  const lie = ({ path, headers }: Recorded, reply: Reply): Reply =>
    lies && path.startsWith('/api/v1/pairings/') && headers.authorization === undefined
      ? { ...reply, body: reply.body.replace(/("answerKey":")[\w-]{43}/, `$1${'A'.repeat(43)}`) }
      : reply

  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Nothing is open.')
    return value
  }
  const pages = () => ({ old: there(old), fresh: there(fresh) })

  beforeAll(async () => {
    folder = await mkdtemp(joinPath(tmpdir(), 'holdfast-qr-'))
    holdfast = await startHoldfast({ tamper: { reply: lie } })
    ;[chromium, firefox] = await Promise.all([launchBrowser('chromium'), launchBrowser('firefox')])
    old = await openPage(there(chromium), `${holdfast.appUrl}/settings`)
    fresh = await openPage(there(firefox), `${holdfast.appUrl}/settings`)
    person = await createAccount(old)
  })
  afterAll(async () => {
    for (const browser of [chromium, firefox]) if (browser !== undefined) await closeBrowser(browser)
    await holdfast.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** As if every pairing had been begun so much earlier. */
  const passFiveMinutes = (): void => {
    const database = new DatabaseSync(joinPath(holdfast.config.data, 'holdfast.sqlite'))
    database.exec('update pairings set created_at = created_at - 301000')
    database.close()
  }

  const wordsOn = async (page: Page): Promise<string> =>
    waitFor(async () => /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/.exec(await text(page))?.[0], 'the page shows words')
  const numbersOn = (page: Page): Promise<string> =>
    waitFor(async () => /\d{4}\s+\d{4}\s+\d{4}/.exec(await text(page))?.[0].replace(/\s+/g, ' '), 'there are numbers')
  const offer = async (): Promise<string> => {
    await click(pages().old, 'button', 'Pair a device')
    await byRole(pages().old, 'dialog', 'Pair a device')
    return wordsOn(pages().old)
  }
  const join = async (words: string): Promise<void> => {
    await fill(pages().fresh, 'Words', words)
    // By keyboard, from the field.
    await pages().fresh.focus('dialog input[name=code]')
    await pages().fresh.keyboard.press('Enter')
  }
  const widthAt320 = async (page: Page): Promise<number> => {
    await page.setViewport({ width: 320, height: 640 })
    const width = await page.evaluate(() => document.querySelector('dialog')?.scrollWidth ?? 0)
    expect(width).toBeGreaterThan(200)
    const whole = await page.evaluate(() => document.documentElement.scrollWidth)
    await page.setViewport(null)
    return Math.max(width, whole)
  }
  const openJoin = async (): Promise<void> => {
    await click(pages().fresh, 'button', 'Sign in with another device')
    await byRole(pages().fresh, 'dialog', 'Sign in with another device')
  }

  test('by words: wrong ones find nothing, late ones are told, and the right ones show the same numbers', async () => {
    const { old, fresh } = pages()
    const words = await offer()
    expect(await violations(old)).toEqual([])
    await openJoin()
    expect(await violations(fresh)).toEqual([])
    await join('no words')
    await showsText(fresh, 'PAIRING_CODE_INVALID')
    await join(`${words.slice(0, -2)}${words.endsWith('00') ? '01' : '00'}`)
    await showsText(fresh, 'No device waits for these words.')
    passFiveMinutes()
    await join(words)
    await showsText(fresh, 'These words were good for five minutes')
    await showsText(old, 'The five minutes are over.')
    await click(old, 'button', 'New code')
    await join((await wordsOn(old)).toLowerCase().replaceAll('-', ' '))
    await byRole(old, 'button', 'Approve')
    expect(await numbersOn(old)).toBe(await numbersOn(fresh))
    await showsText(old, 'Firefox on Linux asked at')
    expect(await violations(old)).toEqual([])
    expect(await violations(fresh)).toEqual([])
  })

  test('goes on where both workers were killed, and lets it in after the yes alone', async () => {
    const { old, fresh } = pages()
    await killWorkers(there(chromium), old)
    await killWorkers(there(firefox), fresh)
    expect(await isAuthenticated(fresh)).toBe(false)
    await click(old, 'button', 'Approve')
    await showsText(fresh, 'This device is signed in.')
    await waitFor(() => isAuthenticated(fresh), 'the new device is signed in')
    await showsText(old, 'Firefox on Linux is signed in.')
    await click(old, 'button', 'Close')
    await showsText(old, 'Last seen')
    await click(fresh, 'button', 'Close')
    await byRole(fresh, 'button', 'Pair a device')
  })

  test('one that is removed is out within five seconds, without being touched, and says so', async () => {
    const { old, fresh } = pages()
    await click(old, 'button', 'Remove')
    await byRole(old, 'dialog', 'Remove the device?')
    await click(old, 'button', 'Remove')
    const removed = performance.now()
    await showsText(fresh, 'This device was removed from the account on ')
    expect(performance.now() - removed).toBeLessThan(5000)
  })

  test('by a picture of the QR code: the devices check the numbers themselves, and a lost answer loses nothing', async () => {
    const { old, fresh } = pages()
    await offer()
    const picture = joinPath(folder, 'code.png') as `${string}.png`
    await old.screenshot({ path: picture })
    await openJoin()
    const input = (await fresh.waitForSelector('dialog input[type=file]')) as ElementHandle<HTMLInputElement> | null
    await input?.uploadFile(picture)
    await showsText(old, 'The devices have compared these numbers themselves')
    expect(await numbersOn(old)).toBe(await numbersOn(fresh))
    for (const page of [old, fresh]) expect(await widthAt320(page)).toBeLessThanOrEqual(320)
    const isFinish = ({ path }: Recorded) => path === '/api/v1/pairings/finish'
    holdfast.recorder.dropReply(isFinish)
    await click(old, 'button', 'Approve')
    await waitFor(() => isAuthenticated(fresh), 'the new device is signed in')
    expect(holdfast.recorder.requests.filter(isFinish).length).toBeGreaterThan(2)
    expect(JSON.parse((await pageFetch(fresh, '/api/v1/devices')).body).devices).toHaveLength(2)
    await click(old, 'button', 'Close')
    await click(fresh, 'button', 'Close')
  })

  test('without a network it says why nothing can be paired', async () => {
    const { old } = pages()
    const isDisabled = async () => {
      const button = await byRole(old, 'button', 'Pair a device')
      return button.evaluate((element) => element instanceof HTMLButtonElement && element.disabled)
    }
    await old.setOfflineMode(true)
    await showsText(old, 'Offline. A device is paired over the network.')
    expect(await isDisabled()).toBe(true)
    await old.setOfflineMode(false)
    await waitFor(async () => !(await isDisabled()), 'it can be paired again')
  })

  test('a device that was let in lets others in after a sign-in of its own', async () => {
    const { fresh } = pages()
    await click(fresh, 'button', 'Pair a device')
    await showsText(fresh, 'needs a sign-in of the last five minutes')
    await click(fresh, 'button', 'Sign in again')
    await fill(fresh, 'E-mail', person.email)
    await fill(fresh, 'Password', person.password)
    await click(fresh, 'button', 'Sign in')
    await click(fresh, 'button', 'Pair a device')
    await wordsOn(fresh)
    await fresh.keyboard.press('Escape')
    await waitFor(async () => !(await hasRole(fresh, 'dialog')), 'the dialog is closed')
  })

  test('of a server in between the numbers tell: nobody is let in, and the words are good no more', async () => {
    const { old, fresh } = pages()
    await signOut(fresh)
    lies = true
    const words = await offer()
    await openJoin()
    await join(words)
    await byRole(old, 'button', 'Approve')
    expect(await numbersOn(old)).not.toBe(await numbersOn(fresh))
    await click(old, 'button', 'Do not approve')
    await showsText(fresh, 'The other device did not let this one in.')
    lies = false
    await click(fresh, 'button', 'Try again')
    await join(words)
    await showsText(fresh, 'These words have been used already')
    await showsText(fresh, 'PAIRING_USED')
    expect(await isAuthenticated(fresh)).toBe(false)
  })
})
