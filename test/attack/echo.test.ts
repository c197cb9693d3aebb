import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import type { Recorded } from '../support/recorded.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { withLooseMatch } from './support/removals.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

const status = '/api/v1/auth/status'
const elsewhere = '/diagnosis/api/v1/echo'

const isStatus = ({ path, sender }: Recorded): boolean => path === status && sender === 'worker'
const isElsewhere = ({ path }: Recorded): boolean => path === elsewhere
/** What such an endpoint may show at most: of the cookies, nothing (see SECURITY.md). */
const echo = ({ headers: { cookie: _cookie, ...shown } }: Recorded): Response => Response.json(shown)

describe.each(situations)('a script that wants the request shown in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })
  beforeEach(() => stage.site.holdfast.recorder.recover())

  it('case 41: is shown nothing by TRACE, by another method or by an override of it', async () => {
    const headers = { 'X-HTTP-Method-Override': 'TRACE', 'Max-Forwards': '0', Connection: 'Authorization' }
    const calls = ['TRACE', 'TRACK', 'CONNECT', 'OPTIONS', 'ECHO', 'GET', 'POST', 'DELETE'].map((method) => [
      status,
      { method },
    ])
    const obtained = await stage.site.attack('headers', { addresses: calls, headers })
    expect(JSON.stringify(obtained)).toContain('refused: ')
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it.each([301, 302, 303, 307, 308])(
    'case 41: is shown nothing where the API answers %s to an address that echoes',
    async (code) => {
      const { recorder, appUrl } = stage.site.holdfast
      recorder.failNext(isStatus, () => Response.redirect(appUrl + elsewhere, code), Number.POSITIVE_INFINITY)
      recorder.failNext(isElsewhere, echo, Number.POSITIVE_INFINITY)
      const before = recorder.requests.length
      const obtained = await stage.site.attack('headers', { addresses: [[status, {}]], headers: {} })
      const arrived = recorder.requests.slice(before).filter(isElsewhere)
      expect(arrived.filter(({ headers }) => 'authorization' in headers || 'dpop' in headers)).toEqual([])
      await expectNothingSecret(stage.site.holdfast, obtained)
    },
  )

  it('case 42: has nothing added for another path of the origin that echoes', async () => {
    const { recorder } = stage.site.holdfast
    recorder.failNext(isElsewhere, echo, Number.POSITIVE_INFINITY)
    const obtained = await stage.site.attack('headers', { addresses: [[elsewhere, {}]], headers: {} })
    expect(JSON.stringify(obtained)).toContain('sec-fetch-mode')
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  removal('case 42 without match: is shown the token by another path of the origin', async () => {
    const site = await stage.open({ mapWorkerSource: withLooseMatch })
    await site.signedIn()
    const { recorder } = site.holdfast
    recorder.failNext(isElsewhere, echo, Number.POSITIVE_INFINITY)
    const obtained = await site.attack('headers', { addresses: [[elsewhere, {}]], headers: {} })
    await expectLeaked(site.holdfast, obtained, recorder.issued.accessTokens)
  })
})
