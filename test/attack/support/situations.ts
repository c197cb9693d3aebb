import { type BrowserKind, browsers, caseBrowsers } from '../../support/browsers.ts'

const withSync = ', where sync is on'

/** A browser in which somebody signs in, and perhaps has sync on as well. */
export type Situation = BrowserKind | `${BrowserKind}${typeof withSync}`

/**
 * Where the attacks of a page script run: `describe.each(situations)('… in %s', (situation) => …)`. In the whole of `npm test`
 * without sync, where `sync-page.test.ts` stands for it; where files are named and in the suites with it as well.
 */
export const situations: readonly Situation[] = [
  ...caseBrowsers,
  ...(caseBrowsers === browsers ? browsers.map((kind): Situation => `${kind}${withSync}`) : []),
]

/** The situations of a file in which every test has to do with sync. */
export const synced: readonly Situation[] = caseBrowsers.map((kind): Situation => `${kind}${withSync}`)

export const hasSync = (situation: Situation): boolean => situation.endsWith(withSync)

export const browserOf = (situation: Situation): BrowserKind =>
  situation.startsWith('chromium') ? 'chromium' : 'firefox'
