import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../support/axe.ts'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, fill, showsText } from '../support/page.ts'
import { bodyOf, type LocalNotebook, listed, openLocal, saved } from './support/notebook.ts'

/** What has the focus, by its accessible name, or by its text. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document
    return (activeElement?.ariaLabel ?? activeElement?.textContent ?? '').trim()
  })

/** Whether what has the focus shows that it has. */
const showsFocus = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { activeElement } = document
    if (activeElement === null) return false
    const style = getComputedStyle(activeElement)
    const isText = activeElement.matches('.sheet-title, .sheet-body')
    return isText || style.outlineStyle !== 'none'
  })

/** Whether what has this name stands before what has the focus. */
const isBefore = (page: Page, source: string): Promise<boolean> =>
  page.evaluate((pattern) => {
    const { activeElement } = document
    const named = [...document.querySelectorAll('button, a[href], input, textarea, select')].find(
      (one) => new RegExp(pattern, 'u').test((one.ariaLabel ?? one.textContent ?? '').trim()) && one.checkVisibility(),
    )
    if (named === undefined || activeElement === null || activeElement === document.body) return false
    return (activeElement.compareDocumentPosition(named) & Node.DOCUMENT_POSITION_PRECEDING) !== 0
  }, source)

/**
 * Goes with Tab, or back with Shift, until this has the focus, and looks that every stop shows it. Never past the end of the
 * page: there the frame of the browser has the focus, and a driven Firefox does not give it back whole.
 */
const tabTo = async (page: Page, name: string | RegExp): Promise<void> => {
  const source = typeof name === 'string' ? `^${name.replace(/[()?]/gu, '\\$&')}$` : name.source
  const fits = (found: string) => new RegExp(source, 'u').test(found)
  const passed: string[] = []
  for (let stop = 0; stop < 80; stop += 1) {
    if (fits(await focusedName(page))) return
    const back = await isBefore(page, source)
    if (back) await page.keyboard.down('Shift')
    await page.keyboard.press('Tab')
    if (back) await page.keyboard.up('Shift')
    passed.push((await focusedName(page)).slice(0, 30))
    const isIn = await page.evaluate(() => document.hasFocus() && document.activeElement !== document.body)
    if (isIn) expect(await showsFocus(page), `${passed.at(-1)} shows that it has the focus`).toBe(true)
  }
  throw new Error(`Tab does not come to ${name}: ${passed.join(' · ')}`)
}

const press = async (page: Page, name: string | RegExp): Promise<void> => {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

const command = async (
  page: Page,
  ...keys: readonly ('Control' | 'Alt' | 'Enter' | 'KeyK' | 'KeyN')[]
): Promise<void> => {
  for (const key of keys) await page.keyboard.down(key)
  for (const key of [...keys].reverse()) await page.keyboard.up(key)
}

describe.each(caseBrowsers)('everything by keyboard alone in %s', (kind) => {
  let local: LocalNotebook
  const page = () => local.page
  const focusIs = (id: string) =>
    waitFor(async () => (await page().evaluate(() => document.activeElement?.id)) === id, `the focus is in ${id}`)

  beforeAll(async () => {
    local = await openLocal(kind)
  })
  afterAll(() => local.close())

  test('notes are begun, written, tagged, pinned and closed', async () => {
    await focusIs('note-body')
    await page().keyboard.type('First text')
    await command(page(), 'Control', 'Alt', 'KeyN')
    await waitFor(async () => (await bodyOf(page())) === '', 'a new note is open')
    await page().keyboard.type('Second text')
    await tabTo(page(), 'Title')
    await page().keyboard.type('Second')
    await tabTo(page(), 'Add a tag')
    await page().keyboard.type('sea')
    await page().keyboard.press('Enter')
    await byRole(page(), 'button', 'Remove the tag sea')
    await tabTo(page(), 'Title')
    await press(page(), 'Pin to the top')
    await command(page(), 'Control', 'Enter')
    await listed(page(), ['Second', 'First text'])
    await saved(page())
  })

  test('the list is walked with the arrows, and a note opened', async () => {
    await command(page(), 'Control', 'KeyK')
    await focusIs('note-search')
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('ArrowDown')
    await waitFor(async () => (await focusedName(page())).startsWith('First text'), 'the second row has the focus')
    await page().keyboard.press('Enter')
    await waitFor(async () => (await bodyOf(page())) === 'First text', 'the note is open')
  })

  test('the search finds, and Enter opens the first', async () => {
    await command(page(), 'Control', 'KeyK')
    await page().keyboard.type('second')
    await listed(page(), ['Second'])
    await page().keyboard.press('Enter')
    await waitFor(async () => (await bodyOf(page())) === 'Second text', 'the note is open')
    await command(page(), 'Control', 'KeyK')
    await page().keyboard.press('Escape')
    await listed(page(), ['Second', 'First text'])
  })

  test('the filter is opened, chosen in, and cleared', async () => {
    await press(page(), 'Filter')
    await page().keyboard.press('Tab')
    await page().keyboard.type('#sea')
    await listed(page(), ['Second'])
    await press(page(), 'Clear the filter')
    await listed(page(), ['Second', 'First text'])
  })

  test('preview, history, export and the list of keys open and close', async () => {
    await tabTo(page(), 'Title')
    await press(page(), 'Preview')
    await waitFor(() => page().evaluate(() => document.querySelector('.prose p') !== null), 'the preview is there')
    await page().keyboard.press('Enter')
    for (const [button, dialog] of [
      ['History', 'History'],
      ['Export note', 'Export note'],
    ] as const) {
      await press(page(), button)
      await byRole(page(), 'dialog', dialog)
      expect(await violations(page())).toEqual([])
      await page().keyboard.press('Escape')
      await waitFor(async () => (await focusedName(page())) === button, 'the focus is back where it was')
    }
    await tabTo(page(), 'Search notes')
    await press(page(), 'Export')
    await byRole(page(), 'dialog', 'Export all notes')
    await page().keyboard.press('Escape')
    await waitFor(async () => (await focusedName(page())) === 'Export', 'the focus is back where it was')
    await waitFor(() => page().evaluate(() => document.querySelector('dialog') === null), 'the dialog is gone')
    await page().keyboard.type('?')
    await byRole(page(), 'dialog', 'Keys')
    await page().keyboard.press('Escape')
  })

  test('a note goes into the trash, is looked at there, and comes back', async () => {
    await tabTo(page(), 'Title')
    await press(page(), 'Delete note')
    await listed(page(), ['First text'])
    await press(page(), 'Undo')
    await listed(page(), ['Second', 'First text'])
    await tabTo(page(), 'Title')
    await press(page(), 'Delete note')
    await press(page(), 'Trash (1)')
    await listed(page(), ['Second'])
    await press(page(), /^Second/u)
    await press(page(), 'Bring back')
    await listed(page(), ['Second', 'First text'])
  })

  test('the settings are opened and left', async () => {
    await press(page(), 'Settings')
    await byRole(page(), 'heading', 'Settings')
    await press(page(), 'Back to notes')
    await byRole(page(), 'textbox', 'Note')
  })
})

describe.each(caseBrowsers)('axe finds nothing wrong in %s', (kind) => {
  let local: LocalNotebook
  const page = () => local.page
  const clean = async (): Promise<void> => {
    expect(await violations(page())).toEqual([])
  }

  beforeAll(async () => {
    local = await openLocal(kind)
  })
  afterAll(() => local.close())

  test('with notes, tags, filter, preview, trash and the card', async () => {
    await fill(page(), 'Title', 'Shore')
    await fill(
      page(),
      'Note',
      '# Heading\n\n- [x] done\n\n[link](https://example.com/)\n\n| a | b |\n|---|---|\n| 1 | 2 |',
    )
    await fill(page(), 'Add a tag', 'sea')
    await page().keyboard.press('Enter')
    await saved(page())
    await clean()
    await press(page(), 'Preview')
    await byRole(page(), 'heading', 'Heading')
    await press(page(), 'Filter')
    await clean()
    await tabTo(page(), 'Title')
    await press(page(), 'Delete note')
    await press(page(), 'Trash (1)')
    await press(page(), /^Shore/u)
    await showsText(page(), 'In the trash until')
    await clean()
    await page().goto(`${local.holdfast.appUrl}/settings`)
    await byRole(page(), 'heading', 'Security')
    await clean()
  })
})
