import type { Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'
import { tell, tellTasks } from './report.ts'
import type { Stage } from './stage.ts'
import { atRest, durationsOf, forget } from './watch.ts'

// From a key to the frame that shows it, beside a bare field with the same text.

const PAUSE = 40

const typed = async (page: Page, length: number): Promise<readonly number[]> => {
  await forget(page)
  await page.focus('#note-body')
  const text = 'The water comes and goes, and leaves a little of what it carries. '
  await page.keyboard.type(text.repeat(Math.ceil(length / text.length)).slice(0, length), { delay: PAUSE })
  await atRest(page)
  return durationsOf(page, 'key')
}

const hasText = (page: Page): Promise<boolean> =>
  page.evaluate(() => (document.querySelector<HTMLTextAreaElement>('#note-body')?.value ?? '') !== '')

/** Opens a note in the middle of the list. */
const openNote = async (page: Page): Promise<void> => {
  await page.evaluate(() => document.querySelector<HTMLElement>('.rows li[data-at="12"] .row')?.click())
  await waitFor(() => hasText(page), 'the note is open')
}

const bareKeys = async (stage: Stage, value: string, length: number): Promise<readonly number[]> => {
  const page = await stage.openBare('field')
  await page.evaluate((text) => {
    const field = document.querySelector('textarea')
    if (field !== null) field.value = text
  }, value)
  const keys = await typed(page, length)
  await page.close()
  return keys
}

export const measureTyping = async (stage: Stage): Promise<void> => {
  const page = await stage.openApp()
  await waitFor(() => hasText(page), 'a note is open')
  const early = await typed(page, 80)
  tellTasks('typing as soon as the list is there', await durationsOf(page, 'busy'))
  await openNote(page)
  const keys = await typed(page, 200)
  tellTasks('typing', await durationsOf(page, 'busy'))
  const value = await page.evaluate(() => document.querySelector<HTMLTextAreaElement>('#note-body')?.value ?? '')
  await page.close()
  const bare = { what: 'in a bare field with the same text', times: await bareKeys(stage, value, 200) }
  tell('key to paint, while the rest of the notes is read', early, bare)
  tell('key to paint', keys, bare)
}

const LONG = 1_990_000

export const measureLongNote = async (stage: Stage): Promise<void> => {
  const long = stage.texts.notes
    .map(({ body }) => body)
    .join('\n\n')
    .slice(0, LONG)
  const page = await stage.openApp()
  const path = await stage.given.put('long.md', long)
  await page.waitForSelector('input[aria-label="Files to import"]').then((input) => input?.uploadFile(path))
  const isListed = () =>
    page.evaluate(() => {
      const row = [...document.querySelectorAll<HTMLElement>('.rows .row')].find((one) =>
        one.textContent.includes('long'),
      )
      row?.click()
      return row !== undefined
    })
  await waitFor(isListed, 'the long note is listed', 30_000)
  await waitFor(
    () => page.evaluate((length) => document.querySelector('textarea')?.value.length === length, LONG),
    'the long note is open',
  )
  await atRest(page)
  const keys = await typed(page, 30)
  tellTasks(`typing in a note of ${LONG} characters`, await durationsOf(page, 'busy'))
  await page.close()
  tell(`key to paint in a note of ${LONG} characters`, keys, {
    what: 'in a bare field with the same text',
    times: await bareKeys(stage, long, 30),
  })
}
