import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { openPage } from '../support/page.ts'
import { type ClipSite, startClipSite } from './support/clip-site.ts'
import { type Installed, installExtension } from './support/extension.ts'
import { nextNote, type StoredNote, storedNotes } from './support/notes.ts'
import { openPopup } from './support/popup.ts'

const golden = (name: string): string => join(import.meta.dirname, '../clip/golden', `${name}.md`)

describe.each(caseBrowsers)('clips of saved pages in %s', (kind) => {
  let installed: Installed
  let site: ClipSite
  let own: Page

  beforeAll(async () => {
    site = await startClipSite()
    installed = await installExtension(kind)
    own = await installed.open('app.html')
  })
  afterAll(async () => {
    await installed.close()
    await site.stop()
  })

  const show = async (path: string): Promise<Page> => {
    const page = await openPage(installed.browser)
    await page.goto(site.origin + path)
    return page
  }

  const clip = async (path: string, what = 'auto', pictures = false): Promise<StoredNote> => {
    const page = await show(path)
    if (path === '/app.html') await page.waitForSelector('body[data-ready]')
    const before = (await storedNotes(own)).length
    const popup = await openPopup(installed, page)
    await popup.choose(what)
    if (what === 'auto' || what === 'page') await popup.pictures(pictures)
    await popup.press('Clip page')
    await popup.shows('Clipped: ')
    const note = await nextNote(own, before)
    await popup.close()
    await page.close()
    return note
  }

  /** The note as a file, with the addresses of this run taken out. */
  const asFile = ({ id, title, body }: StoredNote): string =>
    `# ${title}\n\n${body}\n`
      .replaceAll(site.origin, 'https://pages.test')
      .replaceAll(site.other, 'https://other.test')
      .replaceAll(encodeURIComponent(site.other), 'https%3A%2F%2Fother.test')
      .replaceAll(new URL(site.origin).host, 'pages.test')
      .replaceAll(new URL(site.other).host, 'other.test')
      .replaceAll(id, 'clip')

  const expectGolden = async (note: StoredNote, name: string): Promise<void> => {
    if (process.env.HOLDFAST_WRITE_GOLDEN !== undefined) await writeFile(golden(name), asFile(note))
    expect(asFile(note)).toBe(await readFile(golden(name), 'utf8'))
  }

  it.each([
    ['an article, without what stands around it', '/article.html', 'auto', 'article'],
    ['the same page whole', '/article.html', 'page', 'article-page'],
    ['a long table', '/table.html', 'page', 'table'],
    ['code, with its language and every space', '/code.html', 'auto', 'code'],
    ['a page that is written from right to left', '/rtl.html', 'auto', 'rtl'],
    ['pictures, where none are asked for', '/images.html', 'auto', 'images'],
    ['a page that would like its clip to run', '/hostile.html', 'auto', 'hostile'],
    ['a page that a script has written', '/app.html', 'page', 'app'],
    ['the address alone', '/article.html', 'link', 'link'],
  ])('makes Markdown of %s', async (_, path, what, name) => {
    await expectGolden(await clip(path, what), name)
  })

  it('makes Markdown of frames, and a link of a frame that is of another site', async () => {
    const note = await clip(`/frames.html?other=${encodeURIComponent(`${site.other}/other.html`)}`, 'page')
    await expectGolden(note, 'frames')
  })

  it('takes pictures along where they are asked for, and leaves what it may not read as links', async () => {
    const note = await clip('/images.html', 'auto', true)
    await expectGolden(note, 'images-with')
    expect(note.attachments.map(({ type }) => type)).toEqual(note.attachments.map(() => 'image/png'))
    expect(note.attachments.length).toBeGreaterThan(2)
  })

  it('cuts a page of ten megabytes where a note ends, and says so', async () => {
    const note = await clip('/long.html', 'page')
    expect(note.body.length).toBeGreaterThan(1_900_000)
    expect(note.body.length).toBeLessThan(2_600_000)
    expect(note.body.slice(0, 400)).toContain('1\\. The water comes and goes')
    expect(note.body).toMatch(/\n\n\*The rest of this page was left out: it is longer than a note can be\.\*$/)
  })

  it('takes a picture of what is on screen', async () => {
    const note = await clip('/article.html', 'screenshot')
    expect(note.attachments.map(({ type }) => type)).toEqual(['image/png'])
    expect(note.attachments[0]?.size).toBeGreaterThan(1000)
    expect(note.body).toContain(`](attachment:${note.attachments[0]?.id})`)
  })

  it('says that there is nothing on an empty page, and saves the link instead', async () => {
    const page = await show('/empty.html')
    const before = (await storedNotes(own)).length
    const popup = await openPopup(installed, page)
    await popup.choose('auto')
    await popup.press('Clip page')
    await popup.shows('There is nothing to read on this page.')
    await popup.press('Save the link instead')
    await popup.shows('Clipped: Nothing here')
    const { title, body } = await nextNote(own, before)
    expect([title, body]).toEqual(['Nothing here', `[${site.origin}/empty.html](${site.origin}/empty.html)`])
    await popup.close()
    await page.close()
  })
})
