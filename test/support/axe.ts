import { readFile } from 'node:fs/promises'
import type { Page } from 'puppeteer-core'
import { kindOf } from './browsers.ts'

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

const runIn = (page: Page, rule: string | undefined): Promise<readonly string[]> =>
  page.evaluate(async (only) => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const runner: unknown = Reflect.get(globalThis, 'axe')
    const { run } = runner as { run(options?: { runOnly: string[] }): Promise<Found> }
    const found = await run(only === undefined ? undefined : { runOnly: [only] })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }, rule)

/**
 * What axe finds wrong, a line each: in the light, and what its colours are like in the dark. Firefox cannot be told over the
 * protocol what a person prefers; the colours come in pairs, and each pair is seen in Chromium.
 */
export const violations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe)
  const light = await runIn(page, undefined)
  if (kindOf(page.browser()) === 'firefox') return light
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
  const dark = await runIn(page, 'color-contrast')
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
  return [...light, ...dark.map((line) => `in the dark: ${line}`)]
}
