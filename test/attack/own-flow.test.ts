import { beforeAll, describe, expect, it } from 'vitest'
import { webClient } from '../../server/config.ts'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { Recorded } from '../support/recorded.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import type { Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'
import { withCodeInAddress } from './support/tampers.ts'

type Obtained = {
  readonly refused: Readonly<Record<string, unknown>>
  readonly landed: string | null
  readonly tokens: unknown
}

const isCallback = ({ site, method, path }: Recorded): boolean =>
  site === 'app' && method === 'POST' && path === '/auth/callback'

/** How long the script waits for its window to come back, in milliseconds. */
const run = async (site: Site, keepWorker: boolean, patience = 1500): Promise<Obtained> => {
  const { idUrl } = site.holdfast
  return (await site.attack('own-flow', { idUrl, clientId: webClient, keepWorker, patience })) as Obtained
}
const LANDS = 20_000

describe.each(situations)('a flow of its own in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })

  it('case 46: brings the page no code while the worker is there', async () => {
    const { holdfast } = stage.site
    const before = holdfast.recorder.issued.codes.length
    const obtained = await run(stage.site, true)
    await waitFor(() => holdfast.recorder.issued.codes.length > before, 'the provider has given a code')
    expect(obtained).toMatchObject({ landed: null, tokens: null })
    expect(JSON.stringify(Object.values(obtained.refused))).not.toContain('request_uri"')
    await expectNothingSecret(holdfast, { ...obtained, refused: null })
  })

  it('case 46: brings the page no code once it has removed the worker', async () => {
    const { holdfast } = stage.site
    const before = holdfast.recorder.issued.codes.length
    const obtained = await run(stage.site, false)
    const callback = await waitFor(() => holdfast.recorder.requests.find(isCallback), 'the code has come to the server')
    expect(callback.reply).toMatchObject({ status: 303, headers: { location: '/?signin=interrupted#' } })
    expect(holdfast.recorder.issued.codes.length).toBeGreaterThan(before)
    expect(obtained).toMatchObject({ landed: null, tokens: null })
    await expectNothingSecret(holdfast, { ...obtained, refused: null })
  })

  const rendering = { body: '<!doctype html><script src="/attack/landing.js"></script>' }

  it('case 46: reads no code in a callback that renders, because it came in a form', async () => {
    const { holdfast } = stage.site
    holdfast.serve('/auth/callback', rendering)
    const before = holdfast.recorder.issued.codes.length
    const obtained = await run(stage.site, false, LANDS)
    expect(holdfast.recorder.issued.codes.length).toBeGreaterThan(before)
    expect(JSON.parse(obtained.landed ?? 'null')).toMatchObject({ href: `${holdfast.appUrl}/auth/callback` })
    await expectNothingSecret(holdfast, { ...obtained, refused: null })
  })

  removal(
    'case 46 without formpost: ends in tokens where the code comes in the address of such a callback',
    async () => {
      let isOn = false
      const site = await stage.open({ tamper: withCodeInAddress(() => isOn) })
      await site.signedIn()
      isOn = true
      site.holdfast.serve('/auth/callback', rendering)
      const obtained = await run(site, false, LANDS)
      await expectLeaked(site.holdfast, obtained.landed, site.holdfast.recorder.issued.codes)
      await expectLeaked(site.holdfast, obtained.tokens, site.holdfast.recorder.issued.refreshTokens)
    },
  )

  removal('case 46 without callback: ends in tokens where the callback hands the code on in an address', async () => {
    const { holdfast } = stage.site
    holdfast.recorder.failNext(
      isCallback,
      ({ form }) => Response.redirect(`${holdfast.appUrl}/attack/landing?${new URLSearchParams(form)}`, 303),
      Number.POSITIVE_INFINITY,
    )
    const obtained = await run(stage.site, false, LANDS)
    await expectLeaked(holdfast, obtained.landed, holdfast.recorder.issued.codes)
    await expectLeaked(holdfast, obtained.tokens, holdfast.recorder.issued.refreshTokens)
  })
})
