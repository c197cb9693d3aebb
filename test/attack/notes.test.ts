import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { rows, syncState } from '../e2e/support/sync.ts'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, fill } from '../support/page.ts'
import { sendNonsense, unreadable } from './support/nonsense.ts'
import { noteObtained } from './support/obtained.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Rendered = { readonly notes: number; readonly ran: number; readonly nodes: number }

/** What the notes have made of the page of the app. */
const madeOf = (page: Page) =>
  page.evaluate(() => ({
    ran: Reflect.get(globalThis, 'pwned') ?? 0,
    elements: document.querySelectorAll(
      // The app shows files that say that they are pictures, of an address of its own.
      'main img:not([src^="blob:"]), main iframe, main script, main base, main meta, main details, main math',
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
  const errors: string[] = []

  /** As a page writes them, or where sync is on, as another device of the account does. Answers how many rows there are. */
  const bring = async (): Promise<unknown> => {
    if (!hasSync(situation)) return stage.site.attack('notes', { act: 'put' })
    const payloads = (await stage.site.attack('notes', { act: 'list' })) as readonly string[]
    const { other } = stage.site.synced
    await other.writeAll(payloads.map((text) => ({ title: text, body: `found ${text}`, tags: [text.slice(0, 50)] })))
    await sendNonsense(other, payloads)
    // What comes last shows that nothing before it has stopped the rest.
    await other.write(crypto.randomUUID(), { title: 'At the end', body: 'found at the end' })
    await waitFor(async () => (await rows(page, 'notes')).some(({ title }) => title === 'At the end'), 'all has come')
    const { aside, problem } = await syncState(page)
    expect({ aside, problem }).toEqual({ aside: [{ code: 'MALFORMED', count: unreadable }], problem: null })
    const listed = (await rows(page, 'notes')).filter(({ trashedAt }) => trashedAt === null)
    expect(listed.length).toBeGreaterThan(payloads.length + 5)
    return listed.length
  }

  beforeAll(async () => {
    if (hasSync(situation)) page = await stage.site.signedIn()
    else {
      page = await stage.site.open('/')
      await byRole(page, 'button', 'Sign in')
    }
    count = await bring()
    await page.close()
    page = await stage.site.open('/')
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.bringToFront()
    // A window in which every note has its row.
    await page.setViewport({ width: 1280, height: 4000 })
  })

  const expectInert = async () => {
    expect(await madeOf(page)).toMatchObject({ ran: 0, elements: 0, handlers: 0 })
    expect(errors).toEqual([])
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
