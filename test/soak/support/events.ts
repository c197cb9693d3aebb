import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'puppeteer-core'
import { type KillPoint, stopAt } from '../../fault/support/kill-points.ts'
import { waitFor } from '../../support/deadline.ts'
import type { Holdfast } from '../../support/holdfast.ts'
import { killWorkers } from '../../support/kill.ts'
import { openPage } from '../../support/page.ts'
import { isRefresh } from '../../support/record.ts'
import type { Chance } from './chance.ts'
import { type FaultKind, type Ledger, probe } from './ledger.ts'

/** A page of one of the apps. It may be closed and opened again. */
export type Tab = { readonly ledger: Ledger; page: Page }

export type World = {
  readonly browser: Browser
  readonly chance: Chance
  readonly holdfast: Holdfast
  readonly ledgers: readonly Ledger[]
  readonly tabs: readonly [Tab, ...Tab[]]
  /** Calls that are under way. */
  readonly pending: Set<Promise<void>>
  /** A kill waits for the next refresh. */
  armed: boolean
  /** Apps whose next refresh is to be lost. */
  readonly losing: Set<Ledger>
  isOver: boolean
}

const points: readonly [KillPoint, ...KillPoint[]] = [
  'seal session marked',
  'write session marked',
  'send refresh_token',
  'reply refresh_token',
  'seal session settled',
  'write session settled',
]

const everywhere = ({ ledgers }: World, kind: FaultKind) => {
  const faults = ledgers.map((ledger) => ledger.fault(kind))
  return () => {
    for (const fault of faults) fault.end()
  }
}

/** What `fetch` comes to in the page: a status, 0 where it rejects. Undefined where the page goes away under it. */
const fetchIn = async (page: Page, url: string, init: RequestInit): Promise<number | undefined> => {
  try {
    return await page.evaluate(
      async (address, options) => {
        try {
          return (await fetch(address, { ...options, signal: AbortSignal.timeout(20_000) })).status
        } catch {
          return 0
        }
      },
      url,
      init,
    )
  } catch {
    return undefined
  }
}

const outcomeOf = (status: number | undefined) => {
  if (status === undefined) return 'left'
  if (status === 0) return 'failed'
  return status === 200 ? 'answered' : 'refused'
}

/** One call of a page, with an id of its own. It is asked once, whatever comes of it. */
const call = async ({ ledger, page }: Tab, write: boolean): Promise<void> => {
  const id = randomUUID()
  const { url, init } = ledger.site.request(id, write)
  const asked = ledger.ask(id, write)
  asked.settle(outcomeOf(await fetchIn(page, url, init)))
}

const beginCalls = (world: World, tab: Tab, most: number): void => {
  const many = world.chance.between(1, most)
  for (let at = 0; at < many; at += 1) {
    const begun = call(tab, world.chance.between(0, 1) === 0).finally(() => world.pending.delete(begun))
    world.pending.add(begun)
  }
}

const kill = async (world: World): Promise<void> => {
  const end = everywhere(world, 'kill')
  await killWorkers(world.browser, world.tabs[0].page)
  end()
}

/** Whether the worker gets there before the hour is over. */
const reached = async (world: World, stopped: { reached(): Promise<void> }): Promise<boolean> => {
  while (!world.isOver) {
    const here = await stopped.reached().then(
      () => true,
      () => false,
    )
    if (here) return true
  }
  return false
}

/** Has the API refuse the next call's token, as if it had ended it early. */
const refuse = (world: World, tab: Tab): void => {
  const { site } = tab.ledger
  const [api] = site.recorders.slice(-1)
  const fault = tab.ledger.fault('refused token')
  api?.failNext(site.isCall, () => {
    fault.end()
    return site.refusal()
  })
  beginCalls(world, tab, 1)
}

/** Everything that can happen in the hour. */
export const events = {
  async calls(world: World, tab: Tab) {
    beginCalls(world, tab, 4)
  },
  async refusedToken(world: World, tab: Tab) {
    refuse(world, tab)
  },
  async kill(world: World, tab: Tab) {
    beginCalls(world, tab, 3)
    await pause(world.chance.between(0, 60))
    await kill(world)
  },
  /** The worker of the app is killed at one exact step of the next refresh. */
  async killAtStep(world: World, tab: Tab) {
    beginCalls(world, tab, 1)
    if (world.armed) return
    world.armed = true
    const stopped = stopAt(world.holdfast, world.chance.pick(points))
    const killed = reached(world, stopped).then(async (yes) => {
      world.armed = false
      if (yes) await kill(world)
    })
    const done = killed.finally(() => world.pending.delete(done))
    world.pending.add(done)
  },
  async cut(world: World, tab: Tab) {
    const end = everywhere(world, 'cut')
    const recorders = world.ledgers.flatMap(({ site }) => site.recorders)
    for (const recorder of recorders) recorder.down()
    beginCalls(world, tab, 3)
    await pause(world.chance.between(200, 3000))
    for (const recorder of recorders) recorder.up()
    end()
  },
  /** The next refresh is granted, and nobody hears of it. */
  async lostRefresh(world: World, tab: Tab) {
    const { ledger } = tab
    const provider = ledger.site.recorders.find((_, at) => at === (ledger.site.recorders.length > 1 ? 1 : 0))
    beginCalls(world, tab, 1)
    if (world.losing.has(ledger)) return
    world.losing.add(ledger)
    provider?.dropReply((request) => {
      if (!isRefresh(request)) return false
      world.losing.delete(ledger)
      ledger.fault('lost reply').end()
      return true
    })
  },
  /** The API acts, and the page is not told: it cannot know, and does not ask again. */
  async lostCall(world: World, tab: Tab) {
    const { ledger } = tab
    const [api] = ledger.site.recorders.slice(-1)
    api?.dropReply((request) => {
      if (ledger.site.isCall(request)) ledger.fault('lost reply').end()
      return ledger.site.isCall(request)
    })
    beginCalls(world, tab, 1)
  },
  async reload(_world: World, tab: Tab) {
    await tab.page.reload()
  },
  async reopen(world: World, tab: Tab) {
    const next = await openPage(world.browser, tab.ledger.site.url)
    await tab.page.close()
    tab.page = next
  },
} satisfies Readonly<Record<string, (world: World, tab: Tab) => Promise<void>>>

/** How often each happens, against the others. */
export const weights: Readonly<Record<keyof typeof events, number>> = {
  calls: 12,
  refusedToken: 0.5,
  kill: 2,
  killAtStep: 1,
  cut: 1.5,
  lostRefresh: 0.3,
  lostCall: 1,
  reload: 1.5,
  reopen: 1,
}

const answers = async ({ ledger, page }: Tab): Promise<boolean> => {
  const { url, init } = ledger.site.request(probe, false)
  return (await fetchIn(page, url, init)) === 200
}

/** All faults are over: waits until what was asked has come to something and each page is answered. Those that are not. */
export const calmDown = async (world: World): Promise<Tab[]> => {
  world.isOver = true
  for (const { site } of world.ledgers) for (const recorder of site.recorders) recorder.recover()
  await Promise.all(world.pending)
  const silent: Tab[] = []
  for (const tab of world.tabs) {
    const name = tab.ledger.site.name
    await waitFor(() => answers(tab), `the ${name} answers again`, 75_000).catch(() => silent.push(tab))
  }
  return silent
}
