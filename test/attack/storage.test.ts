import { beforeAll, describe, expect, it } from 'vitest'
import { askWorker } from '../support/ask-worker.ts'
import { removal } from '../support/browsers.ts'
import { expectLeaked, expectNothingSecret, privateKeys } from './support/canaries.ts'
import { withKnownShare } from './support/removals.ts'
import { hasSync, situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

describe.each(situations)('a script that reads every storage in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    const page = await stage.site.signedIn()
    // What a pairing under way keeps is in reach of the script as well.
    if (hasSync(situation)) await askWorker(page, { type: 'pairing.offer' })
  })

  it('case 38: finds keys and records, and opens none', async () => {
    const obtained = await stage.site.attack('storage')
    expect(obtained).toMatchObject({ opened: [], keys: 1, records: expect.arrayContaining(['session/main']) })
    if (hasSync(situation)) {
      expect(obtained).toMatchObject({
        records: expect.arrayContaining(['sync/main', 'device/main', 'pairing/main', 'replica']),
      })
    }
    expect(Reflect.get(Object(obtained), 'tried')).toBeGreaterThan(10)
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  removal('case 38 without seal: opens them where the share is known', async () => {
    const site = await stage.open({ mapWorkerSource: withKnownShare })
    await site.signedIn()
    const { issued } = site.holdfast.recorder
    const obtained = await site.attack('storage')
    await expectLeaked(site.holdfast, obtained, issued.refreshTokens)
    if (!hasSync(situation)) return
    await expectLeaked(site.holdfast, obtained, ['key of epoch 1'])
    await expectLeaked(site.holdfast, obtained, privateKeys(site.holdfast))
  })
})
