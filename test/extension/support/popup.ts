import { randomUUID } from 'node:crypto'
import type { Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { runInFirefox } from '../../support/firefox-system.ts'
import { geckoId, type Installed } from './extension.ts'

/**
 * The popup over a page, opened by the extension's own button, with all that the browser grants for it. Firefox shows it to no
 * driver as a page, so both browsers are asked in the same few ways.
 */
export type ActionPopup = {
  /** What a reader sees of it. */
  text(): Promise<string>
  /** Waits for a text. */
  shows(text: string): Promise<void>
  /** Presses the button with this name. */
  press(name: string): Promise<void>
  /** Chooses what is clipped, by the value of the choice. */
  choose(kind: string): Promise<void>
  /** Sets or takes away the tick at pictures. */
  pictures(wanted: boolean): Promise<void>
  close(): Promise<void>
}

type Evaluate = (expression: string) => Promise<string>

/**
 * Expressions that do something and say whether they could. The popup may still be drawing, and an answer may be lost while
 * Firefox moves it into its panel, so they are asked again: a press is remembered by its token, and is never made twice.
 */
const press = (name: string, token: string) => `(() => {
  const root = document.documentElement
  if (root.getAttribute('data-pressed') === '${token}') return true
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === ${JSON.stringify(name)})
  if (button === undefined) return false
  root.setAttribute('data-pressed', '${token}')
  button.click()
  return true
})()`

const choose = (kind: string) => `(() => {
  const select = document.querySelector('select')
  if (select === null) return false
  select.value = ${JSON.stringify(kind)}
  select.dispatchEvent(new window.Event('change', { bubbles: true }))
  return true
})()`

const tick = (wanted: boolean) => `(() => {
  const box = document.querySelector('input[type=checkbox]')
  if (box !== null && box.checked !== ${wanted}) box.click()
  return box !== null
})()`

const driven = (evaluate: Evaluate, close: () => Promise<void>): ActionPopup => {
  const text = () => evaluate('document.body.innerText').catch(() => '')
  const done = async (expression: string, what: string) => {
    await waitFor(async () => (await evaluate(expression)) === 'true', what)
  }
  return {
    text,
    shows: async (wanted) => {
      let shown = ''
      const isShown = async () => {
        shown = await text()
        return shown.includes(wanted)
      }
      await waitFor(isShown, `the popup shows "${wanted}"`).catch((cause: unknown) => {
        throw new Error(`The popup shows "${shown}", and not "${wanted}"`, { cause })
      })
    },
    press: (name) => done(press(name, randomUUID()), `there is a button "${name}"`),
    choose: (kind) => done(choose(kind), 'there is a choice'),
    pictures: (wanted) => done(tick(wanted), 'there is a tick'),
    close,
  }
}

const inChromium = async ({ browser, origin }: Installed, page: Page): Promise<ActionPopup> => {
  const [extension] = (await browser.extensions()).values()
  if (extension === undefined) throw new Error('There is no extension in this browser.')
  await page.bringToFront()
  const before = new Set(browser.targets())
  await extension.triggerAction(page)
  const isPopup = () => browser.targets().find((one) => one.url() === `${origin}/popup.html` && !before.has(one))
  const popup = await (await waitFor(async () => isPopup(), 'the popup is open')).asPage()
  const evaluate: Evaluate = (expression) => popup.evaluate(`String(${expression})`) as Promise<string>
  return driven(evaluate, async () => {
    if (!popup.isClosed()) await popup.close()
  })
}

const firefoxWindow = `const win = Services.wm.getMostRecentWindow('navigator:browser')`

/** The only way into a popup of Firefox is a script in its frame. */
const frameScript = (expression: string): string => `(() => {
  const [document, window] = [content.document, content]
  let answer
  try {
    answer = { value: String(${expression}) }
  } catch (error) {
    answer = { error: String(error) }
  }
  sendAsyncMessage('holdfast-test', answer)
})()`

const evaluateInFirefox = (expression: string): string => `
  ${firefoxWindow}
  const popup = win.document.querySelector('.webextension-popup-browser')
  if (!popup) throw new Error('There is no popup.')
  const manager = popup.messageManager
  return await new Promise((resolve, reject) => {
    manager.addMessageListener('holdfast-test', function once({ data }) {
      manager.removeMessageListener('holdfast-test', once)
      data.error === undefined ? resolve(data.value) : reject(new Error(data.error))
    })
    manager.loadFrameScript('data:,' + encodeURIComponent(${JSON.stringify(frameScript(expression))}), false)
  })`

/** Presses the button of the extension, unless a popup is there already: a second press would close it. */
const triggerInFirefox = `
  const { ExtensionParent } = ChromeUtils.importESModule('resource://gre/modules/ExtensionParent.sys.mjs')
  ${firefoxWindow}
  if (win.document.querySelector('.webextension-popup-browser')) return ''
  const { extension } = WebExtensionPolicy.getByID('${geckoId}')
  ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(win)
  return ''`

const closeInFirefox = `
  ${firefoxWindow}
  const popup = win.document.querySelector('.webextension-popup-browser')
  popup?.closest('panel').hidePopup()
  return popup ? '' : 'gone'`

const inFirefox = async ({ browser, origin }: Installed, page: Page | undefined): Promise<ActionPopup> => {
  await page?.bringToFront()
  const evaluate: Evaluate = (expression) => runInFirefox(browser, evaluateInFirefox(expression))
  // A tab that comes to the front late closes the popup again, as it does for a person, who presses once more.
  const isOpen = async () => {
    await runInFirefox(browser, triggerInFirefox)
    return (await evaluate('document.location.href').catch(() => '')).startsWith(origin)
  }
  await waitFor(isOpen, 'the popup is open')
  return driven(evaluate, async () => {
    const isGone = async () => (await runInFirefox(browser, closeInFirefox)) === 'gone'
    await waitFor(isGone, 'the popup is closed')
  })
}

/** Opens a page that Firefox shows to no driver, and presses the extension's button over it. */
export const openPopupOverFirefoxPage = async (installed: Installed, address: string): Promise<ActionPopup> => {
  await runInFirefox(
    installed.browser,
    `${firefoxWindow}
    win.gBrowser.selectedTab = win.gBrowser.addTrustedTab(${JSON.stringify(address)})
    return ''`,
  )
  return inFirefox(installed, undefined)
}

/** Presses the extension's button over this page. */
export const openPopup = (installed: Installed, page: Page): Promise<ActionPopup> =>
  installed.kind === 'chromium' ? inChromium(installed, page) : inFirefox(installed, page)
