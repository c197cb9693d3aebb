import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import { waitFor } from '../../support/deadline.ts'
import { type Holdfast, type HoldfastOptions, startHoldfast } from '../../support/holdfast.ts'
import { byRole, click, fill } from '../../support/page.ts'
import { type Credentials, isAuthenticated, newPerson } from '../../support/people.ts'
import type { Served } from '../../support/served.ts'
import { told } from './canaries.ts'
import { withKeysTold } from './removals.ts'
import { type Synced, turnSyncOn } from './synced.ts'

const scripts = join(import.meta.dirname, '../scripts')

/** A Holdfast with the attacker's scripts on its origin, in a browser profile of its own. */
export type Site = {
  readonly holdfast: Holdfast
  readonly context: BrowserContext
  /** A new tab, at a path of the app's origin. */
  open(path: string): Promise<Page>
  /** Opens the attack of this name as a page of the origin and answers what it obtained. */
  attack(name: string, input?: unknown): Promise<unknown>
  /** A new tab at the app, with somebody signed in, and with sync on where this site is one with sync. */
  signedIn(): Promise<Page>
  /** Where this site is one with sync: turns it on, by a tab at the app with this person signed in. */
  turnOn(page: Page, person: Credentials): Promise<void>
  /** What sync has brought. Throws where it is not on. */
  readonly synced: Synced
  close(): Promise<void>
}

/** The attacker's page: a page of the origin with every header of the origin, and one script element. */
const pageFor = (name: string): Served => ({
  body: `<!doctype html><title>${name}</title><body>${['lib', 'dump', name].map((file) => `<script src="/attack/${file}.js"></script>`).join('')}`,
})

/** What the attack on this page has obtained, once it is through. */
export const obtainedBy = async (page: Page): Promise<unknown> => {
  const text = await waitFor(
    () => page.evaluate(() => document.getElementById('obtained')?.textContent).catch(() => undefined),
    `the attack at ${page.url()} is through`,
    30_000,
  )
  const obtained: unknown = JSON.parse(text)
  if (typeof obtained === 'object' && obtained !== null && 'broken' in obtained) {
    throw new Error(`The attack itself is broken: ${String(obtained.broken)}`)
  }
  return obtained
}

export const attackPath = (name: string, input: unknown = null): string =>
  `/attack/${name}?input=${encodeURIComponent(JSON.stringify(input))}`

/** From the app to the provider and through its form, up to where the browser is sent back. */
export const beginSignUp = async (page: Page): Promise<Credentials> => {
  await page.bringToFront()
  const person = newPerson()
  const { email, password } = person
  await click(page, 'button', 'Sign in')
  await click(page, 'link', 'Create an account')
  // The page before has fields of the same names.
  await byRole(page, 'button', 'Create account')
  await fill(page, 'E-mail', email)
  await fill(page, 'Password', password)
  await click(page, 'button', 'Create account')
  return person
}

const signUp = async (page: Page, appUrl: string): Promise<Credentials> => {
  const person = await beginSignUp(page)
  await waitFor(async () => page.url().startsWith(appUrl) && isAuthenticated(page), 'somebody is signed in', 30_000)
  return person
}

/** As it is, with a worker that tells the test its private keys. */
const telling = (options: HoldfastOptions): HoldfastOptions => ({
  ...options,
  mapWorkerSource: (source) => withKeysTold(told)(options.mapWorkerSource?.(source) ?? source),
})

export const openSite = async (browser: Browser, options: HoldfastOptions = {}, hasSync = false): Promise<Site> => {
  const holdfast = await startHoldfast(hasSync ? telling(options) : options)
  holdfast.serve(told, { body: '', type: 'text/plain' })
  let synced: Synced | undefined
  const context = await browser.createBrowserContext()
  for (const file of readdirSync(scripts)) {
    holdfast.serve(`/attack/${file}`, { body: readFileSync(join(scripts, file), 'utf8'), type: 'text/javascript' })
    const page = pageFor(basename(file, '.js'))
    holdfast.serve(`/attack/${basename(file, '.js')}`, page)
    // The same page as a server would give it that forgot every header.
    holdfast.serve(`/attack/${basename(file, '.js')}-bare`, { ...page, raw: true })
  }
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(holdfast.appUrl + path)
    return page
  }
  const turnOn = async (page: Page, person: Credentials): Promise<void> => {
    if (hasSync) synced = await turnSyncOn(holdfast, page, person)
  }
  return {
    holdfast,
    context,
    open,
    turnOn,
    get synced() {
      if (synced === undefined) throw new Error('Sync is not on.')
      return synced
    },
    async attack(name, input) {
      const page = await open(attackPath(name, input))
      const obtained = await obtainedBy(page)
      await page.close()
      return obtained
    },
    async signedIn() {
      const page = await open('/')
      await turnOn(page, await signUp(page, holdfast.appUrl))
      return page
    },
    async close() {
      await context.close()
      await holdfast.stop()
    },
  }
}
