import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import type { Holdfast } from '../support/holdfast.ts'
import type { Recorded } from '../support/recorded.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { noteObtained } from './support/obtained.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

const own = { Authorization: 'DPoP of-the-attacker', DPoP: 'proof-of-the-attacker' }
const status = '/api/v1/auth/status'

const isApi = ({ path }: Recorded): boolean => path.startsWith('/api/v1/')
/** What the worker asks of its own accord, where sync is on. */
const isOwn = ({ path }: Recorded): boolean => path.startsWith('/api/v1/sync/')
const arrivedSince = ({ recorder }: Holdfast, before: number) =>
  recorder.requests.slice(before).filter((request) => !isOwn(request))

/** What looks like the API, or is near to it, and is not it. */
const lookAlikes = (appUrl: string, idUrl: string): readonly string[] => [
  '/api/v1',
  '/api/v1x/auth/status',
  '/api/v2/auth/status',
  '/api/%76%31/auth/status',
  '/api%2Fv1/auth/status',
  '/api/v1/../v2/auth/status',
  '/api/v1/%2e%2e/v2/auth/status',
  '/api\\..\\v1x',
  '/API/v1/auth/status',
  '//api/v1/auth/status',
  '/healthz',
  '/',
  '/attack/lib.js',
  `${idUrl}${status}`,
  `${appUrl.replace('localhost', '127.0.0.1')}${status}`,
  `${appUrl.replace('localhost', 'localhost.')}${status}`,
  `${appUrl.replace('//', '//user:name@')}/api/v2/x`,
]

describe.each(situations)('a script with credentials of its own in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })
  beforeEach(() => stage.site.holdfast.recorder.recover())

  it('case 43: has them dropped where the worker adds its own', async () => {
    const { recorder } = stage.site.holdfast
    const before = recorder.requests.length
    const calls = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [status, { method }])
    const obtained = await stage.site.attack('headers', { addresses: calls, headers: own })
    const arrived = arrivedSince(stage.site.holdfast, before).filter(isApi)
    const byWorker = arrived.filter(({ sender }) => sender === 'worker')
    expect(byWorker.length).toBeGreaterThanOrEqual(10)
    for (const { headers } of byWorker) {
      expect(recorder.issued.accessTokens.map((token) => `DPoP ${token}`)).toContain(headers.authorization)
      expect(headers.dpop).toMatch(/^eyJ/)
    }
    expect(JSON.stringify(arrived)).not.toContain('of-the-attacker')
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 42: gets nothing attached to what only looks like the API', async () => {
    const { recorder, appUrl, idUrl } = stage.site.holdfast
    const before = recorder.requests.length
    const addresses = lookAlikes(appUrl, idUrl).map((address) => [address, {}])
    const obtained = await stage.site.attack('headers', { addresses, headers: {} })
    const arrived = arrivedSince(stage.site.holdfast, before).filter(({ path }) => path !== '/sw.js')
    expect(arrived.length).toBeGreaterThan(20)
    expect(arrived.filter(({ headers }) => 'authorization' in headers || 'dpop' in headers)).toEqual([])
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  removal('case 43 without drop: sends them where no worker stands between', async () => {
    const { recorder } = stage.site.holdfast
    const before = recorder.requests.length
    await stage.site.attack('headers', { addresses: [['/healthz', {}]], headers: own })
    expect(JSON.stringify(recorder.requests.slice(before))).toContain('of-the-attacker')
    noteObtained({ 'forged header': Object.keys(own).length })
  })

  removal('case 41 without echo: reads the token where an API echoes what it was sent', async () => {
    const { recorder } = stage.site.holdfast
    recorder.failNext(isApi, ({ headers }) => Response.json(headers), Number.POSITIVE_INFINITY)
    const obtained = await stage.site.attack('headers', { addresses: [[status, {}]], headers: own })
    await expectLeaked(stage.site.holdfast, obtained, recorder.issued.accessTokens)
  })
})
