import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, launch } from 'puppeteer-core'
import { it } from 'vitest'
import { within } from './deadline.ts'

export type BrowserKind = 'chromium' | 'firefox'

/** Every browser the project must work in: `describe.each(browsers)('… in %s', (kind) => …)`. */
export const browsers: readonly BrowserKind[] = ['chromium', 'firefox']

/** Whether this is the whole of `npm test`, which has to fit into twelve minutes on two cores. */
const isShort = process.env.HOLDFAST_SHORT !== undefined

/**
 * The browsers for tests whose way through the product is the same in all of them: every one where files are named and in
 * the suites, and Chromium alone in the whole of `npm test`, which says so.
 */
export const caseBrowsers: readonly BrowserKind[] = isShort ? ['chromium'] : browsers

/**
 * A test that an attack succeeds where the defence against it is taken away: as `it`, where files are named and in the
 * suites, and no test in the whole of `npm test`, which says so.
 */
export const removal: (name: string, test: () => Promise<void>) => void = isShort ? () => undefined : it

/**
 * Variants of one test: every one where files are named and in the suites, and every fourth in the whole of `npm test`, which
 * says so.
 */
export const sampled = <T>(variants: readonly T[]): readonly T[] =>
  isShort ? variants.filter((_, at) => at % 4 === 0) : variants

export type LaunchOptions = {
  /** A folder to use and leave, so that a browser can be started again on it. Default: a new one, removed at the end. */
  readonly profile?: string
  /** What pages are told that the reader speaks. Default: en-US. */
  readonly language?: string
  /** Firefox preferences. */
  readonly prefs?: Readonly<Record<string, boolean | number | string>>
  /** Further Chromium switches. */
  readonly args?: readonly string[]
  /**
   * True: nothing of the windows around a page matters. In the whole of `npm test` Chromium is then its build without them,
   * where that is there.
   */
  readonly windowless?: boolean
}

const programs: Readonly<Record<BrowserKind, string>> = {
  chromium: process.env.HOLDFAST_CHROMIUM ?? '/usr/bin/chromium',
  firefox: process.env.HOLDFAST_FIREFOX ?? '/usr/bin/firefox-esr',
}

const shell = isShort ? process.env.HOLDFAST_CHROMIUM_SHELL : undefined

const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A new empty folder for a browser profile. */
export const makeProfile = (): Promise<string> => mkdtemp(join(tmpdir(), 'holdfast-profile-'))

export const removeProfile = (profile: string): Promise<void> =>
  rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })

const start = (kind: BrowserKind, userDataDir: string, options: LaunchOptions): Promise<Browser> => {
  const { language = 'en-US', windowless = false } = options
  const isShell = kind === 'chromium' && windowless && shell !== undefined
  return launch({
    browser: kind === 'firefox' ? 'firefox' : 'chrome',
    executablePath: isShell ? shell : programs[kind],
    userDataDir,
    headless: isShell ? 'shell' : true,
    ...(kind === 'firefox'
      ? {
          extraPrefsFirefox: { 'intl.accept_languages': language, ...options.prefs },
          // Lets a test end service workers: killWorkers.
          args: ['-remote-allow-system-access'],
        }
      : {
          args: [...chromiumArgs, `--lang=${language}`, `--accept-lang=${language}`, ...(options.args ?? [])],
          // An attached debugger keeps a service worker alive for ever; users have none.
          targetFilter: (target) => target.type() !== 'service_worker',
        }),
  })
}

/** A profile in which Firefox has been once: in an empty one it takes twice as long to start. */
const warmed = process.env.HOLDFAST_WARM_PROFILE

const temporary = new WeakMap<Browser, string>()
const kinds = new WeakMap<Browser, BrowserKind>()

/** Which browser this is. For browsers started with `launchBrowser`. */
export const kindOf = (browser: Browser): BrowserKind => {
  const kind = kinds.get(browser)
  if (kind === undefined) throw new Error('This browser was not started with launchBrowser.')
  return kind
}

/** Starts a headless browser. Close it with `closeBrowser`. */
export const launchBrowser = async (kind: BrowserKind, options: LaunchOptions = {}): Promise<Browser> => {
  const profile = options.profile ?? (await makeProfile())
  if (options.profile === undefined && kind === 'firefox' && warmed !== undefined) {
    await cp(warmed, profile, { recursive: true })
  }
  const browser = await start(kind, profile, options)
  kinds.set(browser, kind)
  if (options.profile === undefined) temporary.set(browser, profile)
  return browser
}

/** Ends a browser as a user does, so that it writes what it holds; by force when it does not end. */
export const closeBrowser = async (browser: Browser): Promise<void> => {
  const child = browser.process()
  try {
    await within(browser.close(), 'the browser ends')
  } catch {
    child?.kill('SIGKILL')
  }
  const profile = temporary.get(browser)
  if (profile !== undefined) await removeProfile(profile)
}
