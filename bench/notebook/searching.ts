import type { KeyInput, Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'
import { summaryOf } from '../figures.ts'
import { tell, within } from './report.ts'
import type { Stage } from './stage.ts'
import { atRest, durationsOf, forget, searchable, timeOf } from './watch.ts'

// From a key in the search field to its results, beside a scan of all texts for the same words.

/** What is aimed at of the slow end, in milliseconds. */
const MOST = 16

/** What stands in the field after each key. */
const prefixesOf = (query: string): readonly string[] => [...query].map((_, at) => [...query].slice(0, at + 1).join(''))

/** Chromium has no key for letters of other keyboards: they come as from an input method. */
const press = ({ kind }: Stage, page: Page, character: string): Promise<void> =>
  kind === 'chromium' && !/^[a-z ]$/u.test(character)
    ? page.keyboard.sendCharacter(character)
    : page.keyboard.press(character as KeyInput)

const scan = async (stage: Stage, queries: readonly string[]): Promise<readonly number[]> => {
  const page = await stage.openBare('read')
  await waitFor(async () => (await durationsOf(page, 'read'))[0], 'the rows are read', 60_000)
  const times = await page.evaluate((all) => {
    const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    const rows: readonly { title: string; body: string }[] = Reflect.get(globalThis, 'rows')
    const texts = rows.map(({ title, body }) => plain(`${title}\n${body}`))
    return all.map((query) => {
      const start = performance.now()
      const words = plain(query).split(' ')
      const found = texts.filter((text) => words.every((word) => text.includes(word)))
      return found.length < 0 ? 0 : performance.now() - start
    })
  }, queries)
  await page.close()
  return times
}

export const measureSearch = async (stage: Stage): Promise<void> => {
  const words = stage.texts.words.filter((word) => word.length > 2)
  const queries = [...words, ...words.slice(0, 6).map((word, at) => `${word} ${words[at + 1] ?? ''}`)]
  const page = await stage.openApp()
  await waitFor(() => timeOf(page, 'all rows'), 'every row is in the list', 60_000)
  await searchable(page)
  await forget(page)
  await page.focus('#note-search')
  for (const query of queries) {
    for (const character of query) {
      await press(stage, page, character)
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 30)))
    }
    await page.keyboard.press('Escape')
  }
  await atRest(page)
  const [results, painted] = [await durationsOf(page, 'result'), await durationsOf(page, 'key')]
  const busy = await durationsOf(page, 'busy')
  await page.close()
  const times = await scan(stage, queries.flatMap(prefixesOf))
  const { p95 } = summaryOf(results)
  const reference = { what: 'a scan of all texts', times }
  tell(
    `search, key to results (${results.length} keys)`,
    results,
    reference,
    within(p95 < MOST, `p95 under ${MOST} ms`),
  )
  tell('search, key to paint', painted, reference)
  console.log(`search, longest task: ${Math.max(0, ...busy).toFixed(0)} ms`)
}
