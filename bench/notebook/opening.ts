import type { Page } from 'puppeteer-core'
import { waitFor } from '../../test/support/deadline.ts'
import type { Bare } from './bare.ts'
import { median, tell, within } from './report.ts'
import type { Stage } from './stage.ts'
import { atRest, durationsOf, timeOf } from './watch.ts'

// From the address to notes on screen, beside a bare read of the same rows.

/** What is aimed at: so many times a bare read. */
const MOST = 1.5

type Opened = { readonly paint: number; readonly rows: number; readonly all: number; readonly busy: number }

const reached = (page: Page, mark: string): Promise<number> =>
  waitFor(() => timeOf(page, mark), `the page has "${mark}"`, 60_000)

const openOnce = async (stage: Stage): Promise<Opened> => {
  const page = await stage.openApp()
  const [rows, all] = [await reached(page, 'rows'), await reached(page, 'all rows')]
  const paint = await waitFor(() => timeOf(page, 'first-contentful-paint'), 'something is painted')
  await atRest(page)
  const busy = Math.max(0, ...(await durationsOf(page, 'busy')))
  await page.close()
  return { paint, rows, all, busy }
}

const bareOnce = async (stage: Stage, name: Bare): Promise<number> => {
  const page = await stage.openBare(name)
  const done = async () => (await durationsOf(page, 'read'))[0]
  const time = name === 'list' ? await reached(page, 'rows') : await waitFor(done, 'the rows are read', 60_000)
  await page.close()
  return time
}

const measure = async (stage: Stage, rounds: number, between: () => Promise<void>) => {
  const opened: Opened[] = []
  const [read, listed]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    await between()
    opened.push(await openOnce(stage))
    await between()
    read.push(await bareOnce(stage, 'read'))
    await between()
    listed.push(await bareOnce(stage, 'list'))
  }
  return { opened, read, listed }
}

const tellOpening = (how: string, { opened, read, listed }: Awaited<ReturnType<typeof measure>>): void => {
  const beside = { what: 'bare Dexie read of the same rows', times: read }
  const aim = (times: readonly number[]) => within(median(times) <= MOST * median(read), `${MOST} times the bare read`)
  const [rows, all] = [opened.map((one) => one.rows), opened.map((one) => one.all)]
  tell(`${how}, address to the list on screen`, rows, beside, aim(rows))
  tell(`${how}, address to every row in the list`, all, beside, aim(all))
  tell(`${how}, address to the list on screen`, rows, { what: 'a bare page that lists the 100 newest', times: listed })
  tell(
    `${how}, first paint`,
    opened.map((one) => one.paint),
    { what: 'the same bare page', times: listed },
  )
  console.log(
    `${how}, longest task until all is searchable: ${Math.max(...opened.map(({ busy }) => busy)).toFixed(0)} ms`,
  )
}

export const measureOpening = async (stage: Stage): Promise<void> => {
  await stage.restart()
  tellOpening('cold (browser just started)', await measure(stage, 3, stage.restart))
  tellOpening('warm (worker running)', await measure(stage, 5, async () => undefined))
}
