import { setTimeout as pause } from 'node:timers/promises'
import { type BrowserKind, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { openPage } from '../support/page.ts'
import { startAppSite } from './support/app-site.ts'
import { createChance } from './support/chance.ts'
import { calmDown, events, type Tab, type World, weights } from './support/events.ts'
import { startExampleSite } from './support/example-site.ts'
import { brokenBounds, formatFigures } from './support/figures.ts'
import { createLedger } from './support/ledger.ts'
import { statusOf } from './support/site.ts'

const { HOLDFAST_SEED, HOLDFAST_SOAK_FACTOR = '30' } = process.env
const seed = HOLDFAST_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(HOLDFAST_SEED)
/** Every life of a token is shorter by this, and so is the hour. */
const factor = Number(HOLDFAST_SOAK_FACTOR)
const accessTokenTtl = 900 / factor
const print = (text: string): void => void process.stdout.write(`${text}\n`)

// The provider of the example is set up plainly, and says on the console what else one would do.
console.info = () => undefined
console.warn = () => undefined

const use = async (world: World, until: number): Promise<void> => {
  while (Date.now() < until) {
    const tab = world.chance.pick(world.tabs)
    await events[world.chance.weighted(weights)](world, tab)
    // Somebody who uses an app does not do so without a pause.
    await pause(world.chance.between(20, 400))
    tab.ledger.saw(await statusOf(tab.page))
  }
}

/** One browser with two tabs of the app and the example, for so many simulated minutes. Answers the bounds that broke. */
const run = async (kind: BrowserKind, minutes: number): Promise<string[]> => {
  const app = await startAppSite(accessTokenTtl)
  const example = await startExampleSite(accessTokenTtl)
  const browser = await launchBrowser(kind)
  try {
    const ledgers = [createLedger(app, accessTokenTtl), createLedger(example, accessTokenTtl)] as const
    const open = async (ledger: Tab['ledger']): Promise<Tab> => ({
      ledger,
      page: await openPage(browser, ledger.site.url),
    })
    const tabs = [await open(ledgers[0]), await open(ledgers[1])] as const
    for (const { ledger, page } of tabs) {
      // A page that nobody sees does not move, and is not clicked.
      await page.bringToFront()
      await ledger.site.signIn(page)
    }
    const all: [Tab, ...Tab[]] = [...tabs, await open(ledgers[0])]
    const world: World = {
      browser,
      chance: createChance(seed),
      holdfast: app.holdfast,
      ledgers,
      tabs: all,
      pending: new Set(),
      armed: false,
      losing: new Set(),
      isOver: false,
    }
    if ((await calmDown(world)).length > 0) throw new Error('An app does not answer at all.')
    for (const ledger of ledgers) ledger.begin()
    world.isOver = false
    print(`\n${kind}: ${minutes} simulated minutes, ${factor} times as fast: access tokens live ${accessTokenTtl} s.`)
    await use(world, Date.now() + (minutes * 60_000) / factor)
    const silent = await calmDown(world)
    for (const { ledger, page } of world.tabs) ledger.saw((await statusOf(page)) ?? 'none')
    const broken = silent.map(({ ledger }) => `${ledger.site.name} in ${kind}: a page that is not answered any more`)
    for (const ledger of ledgers) {
      const same = await ledger.site.isSameSession()
      const figures = ledger.figures()
      print(formatFigures(`${ledger.site.name} in ${kind}`, figures, same))
      broken.push(...brokenBounds(`${ledger.site.name} in ${kind}`, figures, same))
    }
    return broken
  } finally {
    await closeBrowser(browser)
    await app.close()
    await example.close()
  }
}

print(`Seed ${seed}. The grace for a lost reply, time-outs and pauses are of the network, and stay as they are.`)
const kinds = process.argv.slice(2)
const plan = [
  ['chromium', 60],
  ['firefox', 20],
] as const
const broken: string[] = []
for (const [kind, minutes] of plan) {
  if (kinds.length === 0 || kinds.includes(kind)) broken.push(...(await run(kind, minutes)))
}
print(broken.length === 0 ? '\nEvery bound held.' : `\nBROKEN:\n${broken.map((text) => `  ${text}`).join('\n')}`)
process.exit(broken.length === 0 ? 0 : 1)
