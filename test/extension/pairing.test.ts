import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ElementHandle, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { cameraArgs, holdBeforeCamera, holdBeforePage } from '../support/camera.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, logOf, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount } from '../support/people.ts'
import type { Recorded, Reply } from '../support/recorded.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { openPopup } from './support/popup.ts'
import { stateOf, waitForStatus } from './support/session.ts'

const removal = 'This device was removed from the account on '

describe('the extension in Chromium and in Firefox, and the web app', () => {
  let holdfast: Holdfast
  let chromium: Installed
  let firefox: Installed
  let web: Page
  /** Settings of the extension in Chromium, and in Firefox. */
  let [one, other]: Page[] = []
  let person: Credentials
  let folder = ''

  /** A server in between that tells the new device another key of the old one. */
  let lies = false
  const lie = ({ headers }: Recorded, reply: Reply): Reply =>
    lies && headers.authorization === undefined
      ? { ...reply, body: reply.body.replace(/("answerKey":")[\w-]{43}/, `$1${'A'.repeat(43)}`) }
      : reply

  const pages = () => {
    if (one === undefined || other === undefined) throw new Error('Nothing is open.')
    return { one, other }
  }
  const film = () => joinPath(folder, 'camera.y4m')

  beforeAll(async () => {
    folder = await mkdtemp(joinPath(tmpdir(), 'holdfast-camera-'))
    const concerns = ({ path }: Recorded) => path.startsWith('/api/v1/pairings/')
    holdfast = await startHoldfast({ tamper: { reply: lie, concerns } })
    ;[chromium, firefox] = await Promise.all([
      installExtension('chromium', { holdfast, args: cameraArgs(film()) }),
      installExtension('firefox', { holdfast }),
    ])
    web = await openPage(chromium.browser, `${holdfast.appUrl}/settings`)
    person = await createAccount(web)
    one = await chromium.open('app.html?settings')
    other = await firefox.open('app.html?settings')
  })
  afterAll(async () => {
    await Promise.all([chromium.close(), firefox.close()])
    await holdfast.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const wordsOn = (page: Page): Promise<string> =>
    waitFor(async () => /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/.exec(await text(page))?.[0], 'the page shows words')
  const numbersOn = (page: Page): Promise<string> =>
    waitFor(async () => /\d{4}\s+\d{4}\s+\d{4}/.exec(await text(page))?.[0].replace(/\s+/g, ' '), 'there are numbers')
  const offer = async (page: Page): Promise<string> => {
    await page.bringToFront()
    await click(page, 'button', 'Pair a device')
    return wordsOn(page)
  }
  const openJoin = async (page: Page): Promise<void> => {
    await page.bringToFront()
    await click(page, 'button', 'Sign in with another device')
    await byRole(page, 'dialog', 'Sign in with another device')
  }
  const join = async (page: Page, words: string): Promise<void> => {
    await fill(page, 'Words', words)
    await click(page, 'button', 'Continue')
  }
  const choosePicture = async (page: Page, file: string): Promise<void> => {
    const input = (await page.waitForSelector('dialog input[type=file]')) as ElementHandle<HTMLInputElement> | null
    await input?.uploadFile(file)
  }
  /** Of two of one name it is the one that is not this device. */
  const remove = async (page: Page, name: string): Promise<void> => {
    await page.bringToFront()
    await page.locator(`xpath///li[contains(., ${JSON.stringify(name)})]//button[. = "Remove"]`).click()
    await byRole(page, 'dialog', 'Remove the device?')
    await click(page, 'button', 'Remove')
  }
  /** As if everything had been so much earlier: pairings are over, and tries from this address are forgotten. */
  const passFiveMinutes = (): void => {
    const database = new DatabaseSync(joinPath(holdfast.config.data, 'holdfast.sqlite'))
    database.exec('update pairings set created_at = created_at - 301000; delete from attempts')
    database.close()
  }

  it('in Chromium, by its camera: both show the same numbers, and it is signed in after the yes', async () => {
    const { one } = pages()
    await offer(web)
    await holdBeforeCamera(web, film())
    await openJoin(one)
    await click(one, 'button', 'Scan the code')
    const numbers = await numbersOn(one)
    expect(await violations(one)).toEqual([])
    await web.bringToFront()
    expect(await numbersOn(web)).toBe(numbers)
    await showsText(web, 'The devices have compared these numbers themselves')
    await click(web, 'button', 'Approve')
    await one.bringToFront()
    await showsText(one, 'This device is signed in.')
    expect(await stateOf(one)).toMatchObject({ status: 'signed-in', account: { email: person.email } })
    await click(one, 'button', 'Close')
    await byRole(one, 'region', 'Devices')
    await showsText(one, 'Last seen')
    expect(logOf(one).errors).toEqual([])
  })

  it('lets Firefox in after a sign-in of its own, by words: wrong and late ones are refused', async () => {
    const { one, other } = pages()
    await click(one, 'button', 'Pair a device')
    await click(one, 'button', 'Sign in again')
    const window = await chromium.signInWindow()
    await fill(window, 'E-mail', person.email)
    await fill(window, 'Password', person.password)
    await click(window, 'button', 'Sign in')
    await one.bringToFront()
    const words = await wordsOn(one)
    await openJoin(other)
    await join(other, `${words.slice(0, -2)}${words.endsWith('00') ? '01' : '00'}`)
    await showsText(other, 'No device waits for these words.')
    passFiveMinutes()
    await join(other, words)
    await showsText(other, 'These words were good for five minutes')
    await showsText(one, 'The five minutes are over.')
    await click(one, 'button', 'New code')
    await join(other, await wordsOn(one))
    await byRole(one, 'button', 'Approve')
    expect(await numbersOn(one)).toBe(await numbersOn(other))
    await showsText(one, 'Firefox on Linux asked at')
    await click(one, 'button', 'Approve')
    await showsText(other, 'This device is signed in.')
    expect(await stateOf(other)).toMatchObject({ status: 'signed-in', account: { email: person.email } })
    await click(one, 'button', 'Close')
    await click(other, 'button', 'Close')
  })

  it('in Firefox is out within five seconds when it is removed, and says so, in its popup too', async () => {
    const { one, other } = pages()
    const site = await openPage(firefox.browser, holdfast.appUrl)
    const popup = await openPopup(firefox, site)
    await popup.shows(person.email)
    await remove(one, 'Firefox on Linux')
    const removed = performance.now()
    await popup.shows(removal)
    expect(performance.now() - removed).toBeLessThan(5000)
    await popup.close()
    await site.close()
    await other.bringToFront()
    await showsText(other, removal)
    expect(await stateOf(other)).toMatchObject({ status: 'expired', reason: 'device-removed' })
  })

  it('finds out by itself that somebody is in between, where it has read a code', async () => {
    const { one, other } = pages()
    passFiveMinutes()
    lies = true
    await offer(one)
    const picture = joinPath(folder, 'code.png') as `${string}.png`
    await one.screenshot({ path: picture })
    await openJoin(other)
    await choosePicture(other, picture)
    await showsText(other, 'What the two devices said does not match')
    await showsText(one, 'It was not let in.')
    await click(one, 'button', 'New code')
    await click(other, 'button', 'Try again')
  })

  it('shows other numbers where somebody is in between, and words that were used are good no more', async () => {
    const { one, other } = pages()
    const words = await wordsOn(one)
    await join(other, words)
    await byRole(one, 'button', 'Approve')
    expect(await numbersOn(one)).not.toBe(await numbersOn(other))
    await click(one, 'button', 'Do not approve')
    await showsText(other, 'The other device did not let this one in.')
    lies = false
    await click(other, 'button', 'Try again')
    await join(other, words)
    await showsText(other, 'These words have been used already')
  })

  it('in Firefox, by its camera, where there is one', async () => {
    const { one, other } = pages()
    await click(other, 'button', 'Scan the code')
    await showsText(other, 'The camera cannot be used here.')
    await click(other, 'button', 'Type the words')
    await offer(one)
    await holdBeforePage(one, other)
    await click(other, 'button', 'Scan the code')
    await showsText(one, 'The devices have compared these numbers themselves')
    expect(await numbersOn(one)).toBe(await numbersOn(other))
    await click(one, 'button', 'Approve')
    await showsText(other, 'This device is signed in.')
    await click(one, 'button', 'Close')
    await click(other, 'button', 'Close')
    await waitForStatus(other, 'signed-in')
    expect(logOf(other).errors).toEqual([])
  })

  it('in Chromium is out within seconds when it is removed, and says so', async () => {
    const { one } = pages()
    await web.bringToFront()
    await click(web, 'button', 'Close')
    await byRole(web, 'region', 'Devices')
    await remove(web, 'on Linux')
    await one.bringToFront()
    await showsText(one, removal)
  })
})
