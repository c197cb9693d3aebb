import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { withAnswerInAddress } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Obtained = { readonly landed: string | null; readonly violations: readonly unknown[] }

const run = async (site: Site): Promise<Obtained> => (await site.attack('address')) as Obtained

describe.each(situations)('a script that watches addresses in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })

  it('case 48: sees no state, code or request of the sign-in that it starts', async () => {
    const { recorder, appUrl } = stage.site.holdfast
    const before = recorder.issued.codes.length
    const obtained = await run(stage.site)
    expect(recorder.issued.codes.length).toBeGreaterThan(before)
    expect(recorder.tokenRequests('authorization_code').at(-1)?.reply?.status).toBe(200)
    expect(JSON.parse(obtained.landed ?? 'null')).toMatchObject({ href: `${appUrl}/attack/landing#`, hash: '' })
    expect(obtained.violations.length).toBeGreaterThan(0)
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  removal('case 48 without callback: sees them where the answer stands in the address', async () => {
    const site = await stage.open({ mapWorkerSource: withAnswerInAddress })
    await site.signedIn()
    const obtained = await run(site)
    await expectLeaked(site.holdfast, obtained.landed, site.holdfast.recorder.issued.codes)
  })
})
