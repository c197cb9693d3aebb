import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, logOf, showsText, text } from '../support/page.ts'
import {
  bodyOf,
  choose,
  type LocalNotebook,
  listed,
  openLocal,
  openRow,
  saved,
  searchFor,
  writeNote,
} from './support/notebook.ts'

describe.each(caseBrowsers)('the notebook without an account and without its server in %s', (kind) => {
  let local: LocalNotebook
  const page = () => local.page

  beforeAll(async () => {
    local = await openLocal(kind)
  })
  afterAll(() => local.close())

  test('keeps notes, the newest first, and counts their words', async () => {
    await fill(page(), 'Title', 'Tide tables')
    await fill(page(), 'Note', 'High water at noon')
    await showsText(page(), '4 words')
    await saved(page())
    await writeNote(page(), 'Seaweeds', 'Über Tang: kelp, dulse and laver')
    await writeNote(page(), 'Boats', 'A dinghy')
    await listed(page(), ['Boats', 'Seaweeds', 'Tide tables'])
  })

  test('pins a note to the top, also after a reload', async () => {
    await openRow(page(), 'Tide tables')
    await click(page(), 'button', 'Pin to the top')
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
    await saved(page())
    await page().reload()
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
  })

  test('takes tags, and shows the notes that have one', async () => {
    await openRow(page(), 'Seaweeds')
    await fill(page(), 'Add a tag', 'sea, #low tide')
    await page().keyboard.press('Enter')
    await byRole(page(), 'button', 'Remove the tag low tide')
    await saved(page())
    await click(page(), 'button', 'Filter')
    await choose(page(), 'Tag', '#sea')
    await listed(page(), ['Seaweeds'])
    await click(page(), 'button', 'Clear the filter')
    await choose(page(), 'Changed', 'Today')
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
    await choose(page(), 'With', 'Pictures')
    await showsText(page(), 'No note has these words.')
    await click(page(), 'button', 'Clear the filter')
    await click(page(), 'button', 'Filter')
  })

  test('finds as one types, whatever the case and the accents, and marks what it found', async () => {
    await searchFor(page(), 'uber ta')
    await listed(page(), ['Seaweeds'])
    const marked = await page().evaluate(() => [...document.querySelectorAll('mark')].map((one) => one.textContent))
    expect(marked).toEqual(expect.arrayContaining(['Über', 'Ta']))
    await searchFor(page(), '#low')
    await listed(page(), ['Seaweeds'])
    await searchFor(page(), 'no such thing')
    await showsText(page(), 'No note has these words.')
    await page().keyboard.press('Escape')
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
  })

  test('puts a note in the trash, undoes that, brings it back from there, and deletes it for good', async () => {
    await openRow(page(), 'Boats')
    await click(page(), 'button', 'Delete note')
    await listed(page(), ['Tide tables', 'Seaweeds'])
    await click(page(), 'button', 'Undo')
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
    await click(page(), 'button', 'Delete note')
    await saved(page())
    await page().reload()
    await click(page(), 'button', 'Trash (1)')
    await openRow(page(), 'Boats')
    await showsText(page(), 'In the trash until')
    expect(await page().evaluate(() => document.querySelector('textarea')?.readOnly)).toBe(true)
    await click(page(), 'button', 'Bring back')
    await listed(page(), ['Tide tables', 'Boats', 'Seaweeds'])
    await click(page(), 'button', 'Delete note')
    await click(page(), 'button', 'Trash (1)')
    await click(page(), 'button', 'Empty the trash')
    await byRole(page(), 'dialog', 'Empty the trash')
    await click(page(), 'button', 'Delete for good')
    await listed(page(), ['Tide tables', 'Seaweeds'])
    expect(await hasRole(page(), 'button', 'Trash (1)')).toBe(false)
  })

  test('keeps what a note was, and restores it', async () => {
    await openRow(page(), 'Tide tables')
    await fill(page(), 'Note', 'Low water at noon')
    await saved(page())
    await click(page(), 'button', 'History')
    await byRole(page(), 'dialog', 'History')
    const version = () => page().evaluate(() => document.querySelector<HTMLTextAreaElement>('.history-text')?.value)
    await waitFor(async () => (await version())?.includes('High water at noon'), 'the version is shown')
    await click(page(), 'button', 'Restore this version')
    await waitFor(async () => (await bodyOf(page())) === 'High water at noon', 'the version is restored')
    await saved(page())
    await click(page(), 'button', 'History')
    await waitFor(async () => (await version())?.includes('Low water at noon'), 'what was replaced is kept too')
    await click(page(), 'button', 'Close')
  })

  test('shows Markdown as a page, in which nothing runs and nothing is asked of other sites', async () => {
    const hostile = [
      '# Heading',
      '- [x] done',
      '<script>globalThis.hit = 1</script>',
      '<img src=x onerror="globalThis.hit = 1">',
      '<svg onload="globalThis.hit = 1"><use href="data:image/svg+xml,<svg/>"></svg>',
      '<a href="javascript:globalThis.hit = 1">click</a> [link](javascript:globalThis.hit=1) [out](https://example.com/)',
      '<iframe srcdoc="<script>parent.hit = 1</script>"></iframe>',
      '<style>body { display: none }</style><form action="/x"><button formaction="/y">send</button></form>',
      '![remote](https://example.com/track.png)',
      '<math><mtext><table><mglyph><style><img src=x onerror="globalThis.hit = 1">',
    ].join('\n\n')
    const asked: string[] = []
    page().on('request', (request) => asked.push(request.url()))
    await writeNote(page(), 'Hostile', hostile)
    await click(page(), 'button', 'Preview')
    await byRole(page(), 'heading', 'Heading')
    const found = await page().evaluate(() => {
      const root = document.querySelector('.prose')
      for (const link of root?.querySelectorAll('a') ?? []) if (link.target !== '_blank') link.click()
      const names = ['script', 'iframe', 'style', 'form', 'svg', 'math', 'img', 'button', '[onerror]', '[onload]']
      return {
        left: names.filter((name) => root?.querySelector(name) !== null),
        hrefs: [...(root?.querySelectorAll('a') ?? [])].map((link) => link.getAttribute('href')),
        boxes: root?.querySelectorAll('input[type=checkbox][disabled]').length,
        hit: Reflect.has(globalThis, 'hit'),
      }
    })
    expect(found).toEqual({
      left: [],
      hrefs: [null, null, 'https://example.com/', 'https://example.com/track.png'],
      boxes: 1,
      hit: false,
    })
    expect(asked.filter((url) => !url.startsWith(local.holdfast.appUrl) && !url.startsWith('blob:'))).toEqual([])
    await click(page(), 'button', 'Preview')
    await click(page(), 'button', 'Delete note')
  })

  test('keeps a pasted text of 50 MB as a file, whole, and stays usable', async () => {
    await writeNote(page(), 'Long', 'before')
    await page().focus('#note-body')
    await page().evaluate(() => {
      const data = new DataTransfer()
      data.setData('text/plain', 'kelp and more kelp.\n'.repeat(2_621_440))
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true })
      // Firefox takes no data from the constructor.
      Object.defineProperty(event, 'clipboardData', { value: data })
      document.querySelector('#note-body')?.dispatchEvent(event)
    })
    await showsText(page(), 'What you pasted is too long to be written in.')
    await showsText(page(), 'Pasted text.txt')
    await showsText(page(), '52.4 MB')
    expect(await bodyOf(page())).toMatch(/^before\n\[Pasted text\.txt\]\(attachment:[\w-]+\)\n$/u)
    await click(page(), 'button', 'Dismiss')
    await saved(page())
  })

  test('says nothing of any of this in the console', async () => {
    expect(await text(page())).not.toContain('Code')
    // Firefox says of each question to the server that it was not answered.
    expect(logOf(page()).errors.filter((error) => !error.startsWith('Failed to load'))).toEqual([])
  })
})
