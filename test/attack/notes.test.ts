import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, fill } from '../support/page.ts'
import { noteObtained } from './support/obtained.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Rendered = { readonly notes: number; readonly ran: number; readonly nodes: number }

/** What the notes have made of the page of the app. */
const madeOf = (page: Page) =>
  page.evaluate(() => ({
    ran: Reflect.get(globalThis, 'pwned') ?? 0,
    elements: document.querySelectorAll(
      'main img, main iframe, main script, main base, main meta, main details, main math',
    ).length,
    handlers: [...document.querySelectorAll('*')].filter((element) =>
      element
        .getAttributeNames()
        .some((name) => /^on/i.test(name) || element.getAttribute(name)?.startsWith('javascript:')),
    ).length,
    rows: document.querySelectorAll('.row').length,
  }))

describe.each(situations)('what is written in notes in %s', (situation) => {
  const stage = useStage(situation)
  let page: Page
  let count: unknown

  beforeAll(async () => {
    const first = await stage.site.open('/')
    await byRole(first, 'button', 'Sign in')
    await first.close()
    count = await stage.site.attack('notes', { act: 'put' })
    page = await stage.site.open('/')
    await page.bringToFront()
    // A window in which every note has its row.
    await page.setViewport({ width: 1280, height: 4000 })
  })

  const expectInert = async () => {
    expect(await madeOf(page)).toMatchObject({ ran: 0, elements: 0, handlers: 0 })
    noteObtained({})
  }

  it('case 50: stays text in the list', async () => {
    await waitFor(async () => (await madeOf(page)).rows === count, 'the notes are listed')
    await expectInert()
  })

  it('case 50: stays text in a search', async () => {
    for (const wanted of ['onerror', '<script>', 'javascript:', '<svg', 'found']) {
      await fill(page, 'Search notes', wanted)
      await waitFor(async () => (await madeOf(page)).rows > 0, 'something is found')
      await expectInert()
    }
    await fill(page, 'Search notes', '')
  })

  it('case 50: stays text where a note is open', async () => {
    await waitFor(async () => (await madeOf(page)).rows === count, 'the notes are listed')
    for (let at = 0; at < Number(count); at += 1) {
      await page.evaluate((index) => document.querySelectorAll<HTMLElement>('.row')[index]?.click(), at)
      const shown = await page.evaluate((index) => document.querySelectorAll('.row-title')[index]?.textContent, at)
      const title = shown?.replace(/…$/, '').trim() ?? ''
      await waitFor(
        () =>
          page.evaluate(
            (text) => document.querySelector<HTMLInputElement>('.sheet-title')?.value.trim().startsWith(text),
            title,
          ),
        `the note ${title} is open`,
      )
      await expectInert()
    }
  })

  it('case 50: runs nothing even where a page of the origin shows it as markup', async () => {
    const rendered = (await stage.site.attack('notes', { act: 'render' })) as Rendered
    expect(rendered).toMatchObject({ notes: count, ran: 0, nodes: 0 })
    noteObtained({})
  })

  removal('case 50 without trusted: runs where such a page has neither a policy nor Trusted Types', async () => {
    const rendered = (await stage.site.attack('notes-bare', { act: 'render' })) as Rendered
    expect(rendered.ran).toBeGreaterThan(0)
    noteObtained({ 'script run': rendered.ran })
  })
})
