import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { storedNotes } from './support/notes.ts'
import { signInWindows, signUp } from './support/session.ts'

describe.each(caseBrowsers)('the screens of the extension in %s', (kind) => {
  let installed: Installed
  let popup: Page

  beforeAll(async () => {
    installed = await installExtension(kind)
    popup = await installed.open('popup.html')
  })
  afterAll(() => installed.close())

  const focused = () =>
    popup.evaluate(() => {
      const { activeElement } = document
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
    })
  /** Goes from one control to the next, or to the one before, until this one has the focus. */
  const tabTo = async (name: string, back = false): Promise<void> => {
    if (back) await popup.keyboard.down('Shift')
    for (let step = 0; step < 20 && (await focused()) !== name; step += 1) await popup.keyboard.press('Tab')
    if (back) await popup.keyboard.up('Shift')
    expect(await focused()).toBe(name)
  }

  it('does everything by keyboard', async () => {
    await byRole(popup, 'list', 'Recent notes')
    await popup.bringToFront()
    await tabTo('Quick note')
    await popup.keyboard.press('Enter')
    await waitFor(() => hasRole(popup, 'textbox', 'Quick note'), 'there is a field')
    await popup.keyboard.type('By keyboard alone')
    await popup.keyboard.down('Control')
    await popup.keyboard.press('Enter')
    await popup.keyboard.up('Control')
    await showsText(popup, 'By keyboard alone')
    await waitFor(async () => (await focused()) === 'Quick note', 'the focus is back where it began')
    await tabTo('Clip page', true)
    await popup.keyboard.press('Enter')
    await showsText(popup, 'does not let extensions read this page')
    await tabTo('Sign in to sync')
    await popup.keyboard.press('Enter')
    await installed.signInWindow()
    await popup.bringToFront()
    await showsText(popup, 'Waiting for sign-in in the other window')
    await tabTo('Cancel')
    await popup.keyboard.press('Enter')
    await byRole(popup, 'button', 'Sign in to sync')
    await waitFor(async () => (await signInWindows(installed)).length === 0, 'the window is closed')
  })

  it('keeps a quick note that is being written when the popup closes', async () => {
    await click(popup, 'button', 'Quick note')
    await fill(popup, 'Quick note', 'Half a thought')
    await popup.close()
    popup = await installed.open('popup.html')
    const field = await byRole(popup, 'textbox', 'Quick note')
    expect(await field.evaluate((one) => Reflect.get(one, 'value'))).toBe('Half a thought')
    await click(popup, 'button', 'Cancel')
    expect((await storedNotes(popup)).map(({ body }) => body)).toEqual(['By keyboard alone'])
  })

  it('has nothing that axe finds wrong, in light and dark', async () => {
    const page = await installed.open('app.html')
    await showsText(page, 'By keyboard alone')
    const settings = await installed.open('app.html?settings')
    await showsText(settings, 'Your session lives in the extension’s own origin.')
    // What cannot work there is said, and has no button.
    await showsText(settings, 'AI works in the web app.')
    expect(await hasRole(settings, 'button', 'Connect to Ollama')).toBe(false)
    expect(await hasRole(page, 'button', 'AI')).toBe(false)
    await popup.bringToFront()
    await signUp(installed, popup)
    for (const one of [popup, page, settings]) {
      await one.bringToFront()
      expect(await violations(one)).toEqual([])
      await one.setViewport({ width: 320, height: 600 })
      const inner = one === popup ? 360 : 320
      expect(await one.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(inner)
    }
    await popup.bringToFront()
    await click(popup, 'button', 'Quick note')
    expect(await violations(popup)).toEqual([])
    await page.close()
    await settings.close()
  })
})
