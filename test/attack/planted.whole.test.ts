import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rows, synced } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { waitFor } from '../support/deadline.ts'
import type { HoldfastOptions } from '../support/holdfast.ts'
import { killWorkers } from '../support/kill.ts'
import { isAuthenticated } from '../support/people.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { signOutThrough } from './support/life.ts'
import { noteObtained } from './support/obtained.ts'
import { withBlindHash, withKnownShare } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

const built = join(import.meta.dirname, '../../dist/app')
/** The one that the page begins with. */
const script = /\/assets\/[^"]*\.js/.exec(readFileSync(join(built, 'index.html'), 'utf8'))?.[0] ?? ''
const hashOf = (path: string): Uint8Array =>
  createHash('sha256')
    .update(readFileSync(join(built, path)))
    .digest()
const mark = 'planted by the attacker'

const status = (obtained: unknown): unknown => Reflect.get(Object(Reflect.get(Object(obtained), 'state')), 'status')

describe.each(situations)('a script that plants in %s', (situation) => {
  const stage = useStage(situation)
  let site: Site
  let page: Page

  const start = async (options: HoldfastOptions = {}) => {
    site = await stage.open(options)
    page = await site.signedIn()
  }

  /** What a worker makes of the storage that finds it when it starts. */
  const afterRestart = async (): Promise<unknown> => {
    await killWorkers(stage.browser, page)
    return site.attack('planted', { act: 'state' })
  }

  describe('keys and records', () => {
    beforeAll(async () => {
      await start()
      await site.attack('planted', { act: 'copy' })
    })
    // What was there before is as good as ever: it is what was planted that is refused.
    afterEach(async () => {
      await site.attack('planted', { act: 'restore' })
      expect(status(await afterRestart())).toBe('signed-in')
    })

    it('case 50a: makes no session of a key of its own', async () => {
      await site.attack('planted', { act: 'key' })
      const obtained = await afterRestart()
      expect(status(obtained)).toBe('expired')
      expect(obtained).toMatchObject({ state: { reason: 'vault-lost', account: { sub: '' }, grade: 'sealed' } })
      expect(await isAuthenticated(page)).toBe(false)
      await expectNothingSecret(site.holdfast, obtained)
    })

    it.each(['random', 'versioned', 'empty', 'json', 'text'])(
      'case 50a: makes no session of a record that is %s',
      async (made) => {
        await site.attack('planted', { act: 'records', made })
        expect(status(await afterRestart())).toBe('expired')
      },
    )

    it.each(['swap', 'flip'])('case 50a: makes no session of a record after a %s', async (act) => {
      await site.attack('planted', { act })
      expect(status(await afterRestart())).toBe('expired')
    })
  })

  if (hasSync(situation)) {
    describe('records of sync', () => {
      beforeAll(async () => {
        await start()
        await site.attack('planted', { act: 'copy' })
      })

      const ways = [['records', 'random'], ['records', 'text'], ['swap'], ['flip']]
      const stage = async () => Reflect.get(Object((await askWorker(page, { type: 'sync.get' })).ok), 'stage')

      it('case 50a: makes no keys of an account of a record that somebody has made up', async () => {
        for (const [act, made] of ways) {
          await site.attack('planted', { act, made, name: 'sync/main' })
          const obtained = await afterRestart()
          expect(await stage()).toBe('off')
          await expectNothingSecret(site.holdfast, obtained)
          await site.attack('planted', { act: 'restore' })
          await afterRestart()
          await synced(page)
        }
      })

      it('case 50a: is another device, to be let in, where the key of this one is made up', async () => {
        for (const [act, made] of ways) {
          await site.attack('planted', { act, made, name: 'device/main' })
          const obtained = await afterRestart()
          await askWorker(page, { type: 'sync.run' })
          await waitFor(async () => (await stage()) === 'locked', 'it waits to be let in')
          await expectNothingSecret(site.holdfast, obtained)
          const { words } = site.synced
          expect(await askWorker(page, { type: 'sync.unlock', words })).toMatchObject({ ok: { problem: null } })
          await synced(page)
        }
        expect((await rows(page, 'notes')).map(({ title }) => title)).toEqual(['Elsewhere'])
      })
    })
  }

  it('case 50a: opens nothing of before a sign-out', async () => {
    await start()
    expect(await site.attack('planted', { act: 'copy' })).toContain('session/main')
    await signOutThrough(site)
    await site.attack('planted', { act: 'restore' })
    const obtained = await afterRestart()
    expect(status(obtained)).toBe('expired')
    expect(await isAuthenticated(page)).toBe(false)
    await expectNothingSecret(site.holdfast, obtained)
  })

  it('case 50a: does not keep the install by taking the marks of a sign-out away', async () => {
    await start()
    await site.attack('planted', { act: 'copy' })
    await site.attack('planted', { act: 'outrun' })
    const obtained = await afterRestart()
    expect(status(obtained)).toBe('expired')
    expect(await isAuthenticated(page)).toBe(false)
    await expectNothingSecret(site.holdfast, obtained)
  })

  it('case 50a without seal: has the session back where every install has one share', async () => {
    await start({ mapWorkerSource: withKnownShare })
    await site.attack('planted', { act: 'copy' })
    await signOutThrough(site)
    await site.attack('planted', { act: 'restore' })
    expect(status(await afterRestart())).toBe('signed-in')
    noteObtained({ 'ended session': 1 })
  })

  const paths = ['/index.html', script]
  const serve = async () => {
    const planted = await site.attack('planted', { act: 'cache', text: mark })
    expect(planted).toEqual(
      expect.arrayContaining([expect.stringContaining('/index.html'), expect.stringContaining(script)]),
    )
    return (await site.attack('planted', { act: 'read', paths })) as [string, Record<string, string>, string][]
  }

  it('case 50a: has none of its own files served, with or without headers', async () => {
    await start()
    for (const [path, headers, text] of await serve()) {
      expect(text).toBe(readFileSync(join(built, path), 'utf8'))
      expect(headers['content-security-policy']).toContain("frame-src 'none'")
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    }
    const reloaded = await site.open('/')
    expect(await reloaded.title()).toBe('Holdfast')
    await reloaded.close()
  })

  it('case 50a without hash: has them served by a worker that believes what it finds', async () => {
    await start({ mapWorkerSource: withBlindHash(mark, hashOf('/index.html'), hashOf(script)) })
    const served = await serve()
    expect(served.map(([, , text]) => text.includes(mark))).toEqual([true, true])
    const reloaded = await site.open('/')
    expect(await reloaded.title()).toBe(mark)
    noteObtained({ 'planted file': served.length })
  })
})
