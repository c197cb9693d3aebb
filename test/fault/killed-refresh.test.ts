import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { call, callRefused, quietPath, sessionState, useBench } from './support/bench.ts'
import { expectSameFamily, refreshes } from './support/families.ts'
import { type KillPoint, killPointMark, timesAt } from './support/kill-points.ts'

const builtWorker = join(import.meta.dirname, '../../dist/app/sw.js')

it('leaves the kill points out of the worker that is built', async () => {
  expect(await readFile(builtWorker, 'utf8')).not.toContain(killPointMark)
})

describe.each(caseBrowsers)('a worker killed in a refresh in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  let before: string | undefined

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
    await page.goto(bench.holdfast.appUrl + quietPath)
  })
  beforeEach(() => {
    before = bench.holdfast.recorder.issued.accessTokens.at(-1)
    bench.holdfast.recorder.clear()
  })

  /** The worker that comes next is signed in, and finishes the refresh by itself. */
  const expectFinished = async (): Promise<void> => {
    expect(await isAuthenticated(page)).toBe(true)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in' })
    const again = () => timesAt(bench.holdfast, 'done session settled') > 0
    await waitFor(again, 'the next worker has finished the refresh')
    await expectSameFamily(bench.holdfast, before)
  }

  /** The session has a future: it can be refreshed, kept over another kill, and is of the same sign-in. */
  const expectLasting = async (): Promise<void> => {
    const sent = refreshes(bench.holdfast).length
    expect(await callRefused(bench, page)).toBe(200)
    expect(refreshes(bench.holdfast)).toHaveLength(sent + 1)
    await bench.kill()
    expect(await isAuthenticated(page)).toBe(true)
    expect(refreshes(bench.holdfast).every(({ status }) => status === 200)).toBe(true)
    await expectSameFamily(bench.holdfast, before)
  }

  it('case 5: killed before the refresh was sent → one refresh after', async () => {
    const none = () => expect(refreshes(bench.holdfast)).toEqual([])
    await bench.killAt('send refresh_token', () => callRefused(bench, page), none)
    await expectFinished()
    expect(refreshes(bench.holdfast)).toHaveLength(1)
    await expectLasting()
  })

  it('case 5: killed before anything was written of it → the tokens of before are in use', async () => {
    await bench.killAt('seal session marked', () => callRefused(bench, page))
    expect(await call(page)).toBe(200)
    expect(refreshes(bench.holdfast)).toEqual([])
    await expectLasting()
  })

  const afterTheReply: readonly KillPoint[] = ['reply refresh_token', 'seal session settled']
  it.each(afterTheReply)(
    'case 6: killed after the server rotated, before commit (%s) → session kept',
    async (point) => {
      await bench.killAt(point, () => callRefused(bench, page))
      await expectFinished()
      const [first, second, ...others] = refreshes(bench.holdfast)
      expect(first?.status).toBe(200)
      expect(second).toEqual(first)
      expect(others).toEqual([])
      await expectLasting()
    },
  )

  it('case 4: killed between the reply and its commit → the old state and not half of the new', async () => {
    await bench.killAt('write session settled', () => callRefused(bench, page))
    await expectFinished()
    const [first, second, ...others] = refreshes(bench.holdfast)
    expect(first?.status).toBe(200)
    expect(second).toEqual(first)
    expect(others).toEqual([])
    await expectLasting()
  })
})
