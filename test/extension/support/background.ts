import { waitFor } from '../../support/deadline.ts'
import { runInFirefox } from '../../support/firefox-system.ts'
import { killWorkers } from '../../support/kill.ts'
import { geckoId, type Installed } from './extension.ts'

/** Ends the background of the extension in the middle of what it does. In Chromium a page of the extension has to be open. */
export const killBackground = async (installed: Installed): Promise<void> => {
  const { browser, origin, kind } = installed
  if (kind === 'firefox') {
    await runInFirefox(
      browser,
      `const { extension } = WebExtensionPolicy.getByID('${geckoId}')
      await extension.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true })
      return ''`,
    )
    return
  }
  // A new tab would close the popup.
  const page = (await browser.pages()).find((one) => one.url().startsWith(origin))
  if (page === undefined) throw new Error('No page of the extension is open.')
  await killWorkers(browser, page)
}

/** Evaluates in the background of Chromium. */
const inWorker = async ({ browser, origin }: Installed, expression: string): Promise<void> => {
  const session = await browser.target().createCDPSession()
  try {
    const find = async () => {
      const { targetInfos } = await session.send('Target.getTargets')
      return targetInfos.find(({ type, url }) => type === 'service_worker' && url.startsWith(origin))
    }
    const { targetId } = await waitFor(find, 'the background runs')
    const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: true })
    const worker = session.connection()?.session(sessionId)
    if (!worker) throw new Error('The background cannot be reached.')
    const { exceptionDetails } = await worker.send('Runtime.evaluate', { expression, awaitPromise: true })
    await session.send('Target.detachFromTarget', { sessionId })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text)
  } finally {
    await session.detach()
  }
}

const activeTab = 'chrome.tabs.query({ active: true, lastFocusedWindow: true })'

/**
 * Presses the keys of the command. Neither driver reaches the keys of the browser itself: in Firefox its own key binding is
 * run, in Chromium the event that it would send.
 */
export const runCommand = async (installed: Installed, name: string): Promise<void> => {
  if (installed.kind === 'chromium') {
    const dispatch = `${activeTab}.then(([tab]) => chrome.commands.onCommand.dispatch('${name}', tab))`
    await inWorker(installed, dispatch)
    return
  }
  await runInFirefox(
    installed.browser,
    `const win = Services.wm.getMostRecentWindow('navigator:browser')
    const keys = [...win.document.querySelectorAll('keyset[id^="ext-keyset-id"] key')]
    if (keys.length !== 1) throw new Error('There are ' + keys.length + ' keys.')
    keys[0].doCommand()
    return ''`,
  )
}

/** What the browser tells of a click in its menu. */
export type MenuClick = {
  readonly menuItemId: string
  readonly label: string
  readonly linkUrl?: string
  readonly srcUrl?: string
  readonly selectionText?: string
}

/** Chooses from the menu that the other button opens over an element of the page on top. */
export const clickMenu = async (installed: Installed, selector: string, click: MenuClick): Promise<void> => {
  const { label, ...info } = click
  if (installed.kind === 'chromium') {
    // An entry that is not there cannot be changed, and nobody could choose it.
    const exists = `chrome.contextMenus.update('${click.menuItemId}', {})`
    const told = JSON.stringify({ editable: false, pageUrl: '', ...info })
    const dispatch = `${exists}.then(() => ${activeTab}).then(([tab]) => chrome.contextMenus.onClicked.dispatch(${told}, tab))`
    await inWorker(installed, dispatch)
    return
  }
  const page = (await installed.browser.pages()).at(-1)
  await page?.click(selector, { button: 'right' })
  const open = `const win = Services.wm.getMostRecentWindow('navigator:browser')
    const menu = win.document.getElementById('contentAreaContextMenu')
    const item = [...menu.querySelectorAll('menuitem')].find((one) => one.label === ${JSON.stringify(label)})`
  await waitFor(
    async () =>
      (await runInFirefox(installed.browser, `${open}; return String(menu.state === 'open' && item !== undefined)`)) ===
      'true',
    `the menu has "${label}"`,
  )
  await runInFirefox(installed.browser, `${open}; menu.activateItem(item); return ''`)
}
