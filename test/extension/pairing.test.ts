import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { cameraArgs, holdBeforeCamera } from '../support/camera.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, logOf, openPage, showsText, text } from '../support/page.ts'
import { type Credentials, createAccount } from '../support/people.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { stateOf } from './support/session.ts'

describe('the extension in Chromium is let in by the web app of the same browser', () => {
  let installed: Installed
  let web: Page
  let page: Page
  let person: Credentials
  let [folder, film] = ['', '']

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-camera-'))
    film = join(folder, 'camera.y4m')
    installed = await installExtension('chromium', { args: cameraArgs(film) })
    web = await openPage(installed.browser, `${installed.holdfast.appUrl}/settings`)
    person = await createAccount(web)
    page = await installed.open('app.html?settings')
  })
  afterAll(async () => {
    await installed.close()
    await rm(folder, { recursive: true, force: true })
  })

  const wordsOn = (of: Page): Promise<string> =>
    waitFor(async () => /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/.exec(await text(of))?.[0], 'the page shows words')
  const numbersOn = (of: Page): Promise<string> =>
    waitFor(async () => /\d{4}\s+\d{4}\s+\d{4}/.exec(await text(of))?.[0].replace(/\s+/g, ' '), 'there are numbers')

  it('by its camera: both show the same numbers, and it is signed in after the yes', async () => {
    await web.bringToFront()
    await click(web, 'button', 'Pair a device')
    await wordsOn(web)
    await holdBeforeCamera(web, film)
    await page.bringToFront()
    await click(page, 'button', 'Sign in with another device')
    await click(page, 'button', 'Scan the code')
    const numbers = await numbersOn(page)
    expect(await violations(page)).toEqual([])
    await web.bringToFront()
    expect(await numbersOn(web)).toBe(numbers)
    await showsText(web, 'The devices have compared these numbers themselves')
    await click(web, 'button', 'Approve')
    await page.bringToFront()
    await showsText(page, 'This device is signed in.')
    expect(await stateOf(page)).toMatchObject({ status: 'signed-in', account: { email: person.email } })
    await click(page, 'button', 'Close')
    await byRole(page, 'region', 'Devices')
    await showsText(page, 'Last seen')
    expect(logOf(page).errors).toEqual([])
  })

  it('lets others in itself after a sign-in of its own', async () => {
    await click(page, 'button', 'Pair a device')
    await click(page, 'button', 'Sign in again')
    const window = await installed.signInWindow()
    await fill(window, 'E-mail', person.email)
    await fill(window, 'Password', person.password)
    await click(window, 'button', 'Sign in')
    await page.bringToFront()
    await wordsOn(page)
  })

  it('is out within seconds when it is removed, and says so', async () => {
    await page.keyboard.press('Escape')
    await web.bringToFront()
    await click(web, 'button', 'Close')
    await click(web, 'button', 'Remove')
    await byRole(web, 'dialog', 'Remove the device?')
    await click(web, 'button', 'Remove')
    await page.bringToFront()
    await showsText(page, 'This device was removed from the account on ')
  })
})
