import { readFile } from 'node:fs/promises'
import type { Page } from 'puppeteer-core'

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/** What axe finds wrong, a line each. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const runner: unknown = Reflect.get(globalThis, 'axe')
    const { run } = runner as { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    const found = await run()
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}
