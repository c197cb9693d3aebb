import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core'
import { findAccessible } from './accessible.ts'
import { patience, waitFor, within } from './deadline.ts'

/** What a page complained about: errors thrown and not caught, and errors written to the console. */
export type PageLog = { readonly errors: string[]; readonly console: string[] }

const logs = new WeakMap<Page, PageLog>()

/** What `page` has complained about so far. For pages opened with `openPage`. */
export const logOf = (page: Page): PageLog => {
  const log = logs.get(page)
  if (log === undefined) throw new Error('This page was not opened with openPage.')
  return log
}

/** Opens a tab that keeps a log, at `url` where one is given. */
export const openPage = async (browser: Browser | BrowserContext, url?: string): Promise<Page> => {
  const page = await browser.newPage()
  const log: PageLog = { errors: [], console: [] }
  logs.set(page, log)
  page.on('pageerror', (error) => log.errors.push(error instanceof Error ? error.message : String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') log.console.push(message.text())
  })
  if (url !== undefined) await page.goto(url)
  return page
}

/** Answers nothing where the page goes away under the question: some of those fail, and some are never answered. */
const attempt = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await within(question(), 'the page answers', 1000)
  } catch {
    return undefined
  }
}

const find = async (page: Page, role: string, name?: string) =>
  (await page.evaluateHandle(findAccessible, role, name)).asElement() as ElementHandle<Element> | null

/** The element with this role and accessible name that a user could get at; waits for it. Without a name: any. */
export const byRole = (page: Page, role: string, name?: string): Promise<ElementHandle<Element>> =>
  waitFor(() => attempt(() => find(page, role, name)), `there is a ${role} "${name ?? 'of any name'}"`)

/** True when there is such an element at this moment. */
export const hasRole = async (page: Page, role: string, name?: string): Promise<boolean> =>
  ((await attempt(() => find(page, role, name))) ?? null) !== null

/** Presses the element with this role and name, once it is visible, enabled and at rest. */
export const click = async (page: Page, role: string, name: string): Promise<void> => {
  const found = await byRole(page, role, name)
  await found.asLocator().setTimeout(patience).click()
}

type Field = HTMLInputElement | HTMLTextAreaElement

/** By label rather than by role: a password field has no role of its own. */
const fieldOf = (label: string): Field | undefined =>
  [...document.querySelectorAll<Field>('input, textarea')].find((field) =>
    [field.ariaLabel, ...[...(field.labels ?? [])].map((one) => one.textContent)].some((one) => one?.trim() === label),
  )

/** Replaces what the field with this label holds. */
export const fill = async (page: Page, label: string, value: string): Promise<void> => {
  const replace = async () => {
    const field = (await page.evaluateHandle(fieldOf, label)).asElement() as ElementHandle<HTMLElement> | null
    if (field === null) return false
    // All at once, as a paste or a password manager does it: key by key costs a browser most of a second.
    await field.asLocator().setTimeout(2000).fill(value, { typingThreshold: 0 })
    return true
  }
  await waitFor(replace, `there is a field "${label}"`)
}

/** The text of the page as a reader sees it. */
export const text = (page: Page): Promise<string> =>
  // biome-ignore lint/performance/useDomNodeTextContent: hidden parts are not what a reader sees
  page.evaluate(() => document.body.innerText)

/** Waits until the page shows this text. Where it does not, the error says what it shows instead. */
export const showsText = async (page: Page, wanted: string): Promise<void> => {
  let shown = ''
  const isShown = async () => {
    shown = await text(page)
    return shown.includes(wanted)
  }
  try {
    await waitFor(isShown, `the page shows "${wanted}"`)
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nIt shows: ${shown}`, { cause: error })
  }
}

export type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }

/** What `fetch` answers to a script of the page. Rejects as it does where the network fails. */
export const pageFetch = (page: Page, url: string, init: RequestInit = {}): Promise<Answer> =>
  page.evaluate(
    async (address, options) => {
      const response = await fetch(address, options)
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
    },
    url,
    init,
  )

/** Writes a picture of the page, as far as it scrolls, to a file. */
export const screenshot = async (page: Page, path: `${string}.png`): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, fullPage: true })
}
