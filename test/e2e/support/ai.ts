import type { ElementHandle, Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { fill } from '../../support/page.ts'
import { choose } from './notebook.ts'

/** What stands in the suggestion under the note. */
export const suggested = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('.suggestion-text')?.textContent ?? '')

export const suggests = async (page: Page, text: string): Promise<void> => {
  await waitFor(async () => (await suggested(page)) === text, `the suggestion is "${text}"`)
}

export const noSuggestion = async (page: Page): Promise<void> => {
  await waitFor(() => page.evaluate(() => document.querySelector('.suggestion') === null), 'there is no suggestion')
}

export const titleOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLInputElement>('#note-title')?.value ?? '')

/** Marks the first place of a text in the note. */
export const mark = (page: Page, text: string): Promise<void> =>
  page.evaluate((wanted) => {
    const field = document.querySelector<HTMLTextAreaElement>('#note-body')
    const at = field?.value.indexOf(wanted) ?? -1
    field?.focus()
    field?.setSelectionRange(at, at + wanted.length)
  }, text)

/** The page is told that there is no network, or that there is one again. */
export const setOnline = (page: Page, isOnline: boolean): Promise<void> =>
  page.evaluate((online) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => online })
    dispatchEvent(new Event(online ? 'online' : 'offline'))
  }, isOnline)

/** What HOLDFAST_AI_PROVIDERS is where every provider is the server of the tests. */
export const providersAt = (origin: string): string =>
  [
    `openai=${origin}/openai/v1`,
    `anthropic=${origin}/anthropic/v1`,
    `gemini=${origin}/gemini/v1beta`,
    `harbour=${origin}/other/deep/v1`,
  ].join(' ')

/** Whether the settings say that the worker has a key for this provider. */
export const keyIsKept = (name: string): boolean =>
  [...document.querySelectorAll('.key-field [role=status]')].some(
    (one) => one.ariaLabel === name && one.textContent === 'A key is kept.',
  )

const loadButton = (name: string): Element | null => {
  const all = [...document.querySelectorAll('.providers > li')]
  const found = all.find((one) => one.querySelector('[role=status]')?.ariaLabel === name)
  return found?.querySelector('.model-field button') ?? null
}

/** Lets this source answer; where it is the only one it does so already. */
const chooseSource = (name: string): boolean => {
  const found = [...document.querySelectorAll('.who-answers label')].find((one) => one.textContent?.startsWith(name))
  found?.querySelector('input')?.click()
  return found !== undefined
}

type Provider = {
  readonly name: string
  readonly model: string
  readonly key: string
  /** Where nothing else could answer there is nothing to choose. */
  readonly isOnly?: boolean
}

/** In the settings: gives the worker a key for a provider, and lets this model of it answer. */
export const useProvider = async (page: Page, { name, model, key, isOnly = false }: Provider): Promise<void> => {
  await fill(page, `Key for ${name}`, key)
  await page.keyboard.press('Enter')
  await waitFor(() => page.evaluate(keyIsKept, name), `a key for ${name} is kept`)
  const load = await page.evaluateHandle(loadButton, name)
  await (load as ElementHandle<HTMLElement>).click()
  await choose(page, `Model of ${name}`, model)
  if (!isOnly) await waitFor(() => page.evaluate(chooseSource, `${model} (${name})`), `${model} answers`)
}
