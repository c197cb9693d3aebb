import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../support/axe.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText } from '../support/page.ts'
import { newPerson } from '../support/people.ts'

describe.each(caseBrowsers)('the screens in %s', (kind) => {
  let holdfast: Holdfast
  let browser: Browser

  beforeAll(async () => {
    holdfast = await startHoldfast()
    browser = await launchBrowser(kind)
  })

  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  test('an anonymous run asks no other origin for anything', async () => {
    const page = await openPage(browser)
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await page.goto(holdfast.appUrl)
    await fill(page, 'Note', 'Only here')
    await showsText(page, 'Saved on this device')
    await click(page, 'link', 'Settings')
    await showsText(page, 'Only the service worker can open your session.')
    expect([...asked]).toEqual([holdfast.appUrl])
    expect(holdfast.recorder.requests.filter(({ site }) => site === 'id')).toEqual([])
    await page.close()
  })

  test('nothing in the settings goes from under the pointer when the worker is there', async () => {
    const context = await browser.createBrowserContext()
    const page = await openPage(context)
    await page.evaluateOnNewDocument(() => {
      const places = new Set<number>()
      Reflect.set(globalThis, 'places', places)
      const look = () => {
        const button = document.querySelector('.local-address button')
        if (button !== null) places.add(Math.round(button.getBoundingClientRect().top))
        requestAnimationFrame(look)
      }
      look()
    })
    await page.goto(`${holdfast.appUrl}/settings`)
    await showsText(page, 'Only the service worker can open your session.')
    await byRole(page, 'button', 'Connect to Ollama')
    expect(await page.evaluate(() => [...Reflect.get(globalThis, 'places')])).toHaveLength(1)
    await context.close()
  })

  test('axe finds nothing wrong, signed out, at the provider and signed in', async () => {
    const page = await openPage(browser, holdfast.appUrl)
    await byRole(page, 'textbox', 'Note')
    expect(await violations(page)).toEqual([])
    await click(page, 'button', 'Sign in')
    await byRole(page, 'heading', 'Sign in')
    expect(await violations(page)).toEqual([])
    await click(page, 'link', 'Create an account')
    await byRole(page, 'heading', 'Create an account')
    expect(await violations(page)).toEqual([])
    const person = newPerson()
    await fill(page, 'E-mail', person.email)
    await fill(page, 'Password', person.password)
    await click(page, 'button', 'Create account')
    await click(page, 'link', 'Settings')
    await byRole(page, 'button', 'Sign out')
    expect(await violations(page)).toEqual([])
    await click(page, 'button', 'Sign out')
    await byRole(page, 'dialog', 'Sign out')
    expect(await violations(page)).toEqual([])
    await click(page, 'button', 'Cancel')
    for (const name of ['Enable cloud sync', 'Restore a backup']) {
      await click(page, 'button', name)
      await byRole(page, 'dialog', name)
      expect(await violations(page)).toEqual([])
      await click(page, 'button', 'Cancel')
    }
    await page.close()
  })

  test('no page is wider than a screen of 320 px', async () => {
    const page = await openPage(browser)
    await page.setViewport({ width: 320, height: 640 })
    for (const path of ['/', '/settings']) {
      await page.goto(holdfast.appUrl + path)
      await byRole(page, 'status', 'Status')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    }
    await page.close()
  })
})
