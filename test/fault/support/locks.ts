import type { Page } from 'puppeteer-core'

/** From now on the page takes and keeps every lock of its origin that it can name, and steals those that it can see. */
export const holdEveryLock = (page: Page, guesses: readonly string[]): Promise<void> =>
  page.evaluate((names) => {
    const forEver = new Promise<never>(() => undefined)
    const taken = new Set<string>()
    Reflect.set(window, 'taken', taken)
    const take = (name: string) => {
      taken.add(name)
      void navigator.locks.request(name, { steal: true }, () => forEver).catch(() => undefined)
    }
    const look = async () => {
      const { held = [], pending = [] } = await navigator.locks.query()
      for (const { name = '' } of [...held, ...pending]) if (!taken.has(name)) take(name)
      setTimeout(look, 0)
    }
    for (const name of names) take(name)
    void look()
  }, guesses)

/** The names that the page has taken so far. */
export const locksTaken = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const taken: unknown = Reflect.get(window, 'taken')
    return taken instanceof Set ? [...taken].map(String) : []
  })
