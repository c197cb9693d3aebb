import { beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers, removal } from '../support/browsers.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { withKnownShare } from './support/removals.ts'
import { useStage } from './support/stage.ts'

describe.each(caseBrowsers)('a script that reads every storage in %s', (kind) => {
  const stage = useStage(kind)

  beforeAll(async () => {
    await stage.site.signedIn()
  })

  it('case 38: finds keys and records, and opens none', async () => {
    const obtained = await stage.site.attack('storage')
    expect(obtained).toMatchObject({ opened: [], keys: 1, records: expect.arrayContaining(['session/main']) })
    expect(Reflect.get(Object(obtained), 'tried')).toBeGreaterThan(10)
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  removal('case 38 without seal: opens them where the share is known', async () => {
    const site = await stage.open({ mapWorkerSource: withKnownShare })
    await site.signedIn()
    const { issued } = site.holdfast.recorder
    await expectLeaked(site.holdfast, await site.attack('storage'), issued.refreshTokens)
  })
})
