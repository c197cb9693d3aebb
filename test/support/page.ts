import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Browser, ElementHandle, Page } from 'puppeteer-core'
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
export const openPage = async (browser: Browser, url?: string): Promise<Page> => {
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

const quoted = (part: string): string => `"${part.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const selector = (role: string, name: string): string => `::-p-aria([name=${quoted(name)}][role=${quoted(role)}])`

/** True where a user could get at it: it shows, and no modal dialog is before it. */
const isReachable = (element: Element): boolean => {
  const modal = document.querySelector('dialog:modal')
  return element.checkVisibility() && (modal === null || modal.contains(element))
}

/** Answers nothing where the page goes away under the question: some of those fail, and some are never answered. */
const attempt = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await within(question(), 'the page answers', 500)
  } catch {
    return undefined
  }
}

const reachable = async (page: Page, role: string, name: string): Promise<ElementHandle | undefined> => {
  try {
    for (const found of await page.$$(selector(role, name))) {
      if (await found.evaluate(isReachable)) return found
    }
  } catch {
    // Between two documents there is nothing to find; whoever waits asks again.
  }
  return undefined
}

/** The element with this role and accessible name that a user could get at; waits for it. */
export const byRole = (page: Page, role: string, name: string): Promise<ElementHandle> =>
  waitFor(() => attempt(() => reachable(page, role, name)), `there is a ${role} "${name}"`)

/** True when there is such an element at this moment. */
export const hasRole = async (page: Page, role: string, name: string): Promise<boolean> =>
  (await attempt(() => reachable(page, role, name))) !== undefined

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
  const find = async () => (await page.evaluateHandle(fieldOf, label)).asElement()
  const field = await waitFor(() => attempt(find), `there is a field "${label}"`)
  await (field as ElementHandle<HTMLElement>).asLocator().setTimeout(patience).fill(value)
}

/** The text of the page as a reader sees it. */
export const text = (page: Page): Promise<string> =>
  // biome-ignore lint/performance/useDomNodeTextContent: hidden parts are not what a reader sees
  page.evaluate(() => document.body.innerText)

/** Waits until the page shows this text. */
export const showsText = async (page: Page, wanted: string): Promise<void> => {
  await waitFor(async () => (await text(page)).includes(wanted), `the page shows "${wanted}"`)
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
