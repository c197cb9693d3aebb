import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../../src/sync/wire/record.ts'
import { rows, synced } from '../e2e/support/sync.ts'
import { waitFor } from '../support/deadline.ts'
import { killWorkers } from '../support/kill.ts'
import { click, fill } from '../support/page.ts'
import { isAuthenticated } from '../support/people.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { callUntilRefreshed } from './support/life.ts'
import { noteObtained } from './support/obtained.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

const statusOf = (obtained: unknown): unknown => Reflect.get(Object(Reflect.get(Object(obtained), 'state')), 'status')

describe.each(situations)('a script that puts back what was stored before a refresh in %s', (situation) => {
  const stage = useStage(situation)

  it.each([
    ['the same session or its end while the server bears a repetition', 60, ['signed-in', 'expired']],
    ['the end of the session once the server bears none', 0, ['expired']],
  ])('case 50a: gets %s, and nothing secret', async (_what, refreshGrace, ends) => {
    const site = await stage.open({ accessTokenTtl: 3, refreshGrace })
    const { recorder } = site.holdfast
    const page = await site.signedIn()
    await site.attack('planted', { act: 'copy' })
    await callUntilRefreshed(site, page)
    await site.attack('planted', { act: 'restore' })
    await killWorkers(stage.browser, page)
    const before = recorder.tokenRequests('refresh_token').length
    const first = await site.attack('planted', { act: 'state' })
    await waitFor(async () => {
      await isAuthenticated(page)
      return recorder
        .tokenRequests('refresh_token')
        .slice(before)
        .some(({ reply }) => reply !== undefined)
    }, 'the worker has used what was put back')
    const isKept = await isAuthenticated(page)
    const obtained = await site.attack('planted', { act: 'state' })
    expect(ends).toContain(statusOf(obtained))
    expect(isKept).toBe(statusOf(obtained) === 'signed-in')
    await expectNothingSecret(site.holdfast, [first, obtained])
  })

  if (hasSync(situation)) {
    it('case 50a: has no number of a record given twice, and no note lost', async () => {
      const site = await stage.open({})
      const page = await site.signedIn()
      const write = async (title: string) => {
        await page.bringToFront()
        await click(page, 'button', 'New note')
        await fill(page, 'Title', title)
        await waitFor(async () => (await rows(page, 'notes')).some((row) => row.title === title), 'the note is stored')
        await synced(page)
      }
      await write('Before')
      await site.attack('planted', { act: 'copy' })
      await site.attack('planted', { act: 'copySync' })
      await write('Between')
      await killWorkers(stage.browser, page)
      await site.attack('planted', { act: 'restore' })
      await site.attack('planted', { act: 'restoreSync' })
      await killWorkers(stage.browser, page)
      await write('After')
      const { other } = site.synced
      expect((await other.engine.exchange()).quarantined).toEqual([])
      expect(other.titles()).toEqual(expect.arrayContaining(['Before', 'Between', 'After']))
      const { records } = await other.transport.records(0, 200)
      const numbers = records
        .map(({ record }) => decodeRecord(record).header)
        .map(({ device, seq }) => `${device} ${seq}`)
      expect(new Set(numbers).size).toBe(numbers.length)
      noteObtained({})
    })
  }
})
