import { once } from 'node:events'
import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { loadSecrets } from '../../server/secrets.ts'
import { toBase64url } from '../../src/base/bytes.ts'
import { INSTALL_COOKIE } from '../../src/seal/install.ts'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { HoldfastOptions } from '../support/holdfast.ts'
import type { Recorded } from '../support/recorded.ts'
import { expectLeaked, expectNothingSecret } from './support/canaries.ts'
import type { Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'
import { plainCookie, withPlainCookie } from './support/tampers.ts'

const own = toBase64url(new Uint8Array(16).fill(7))

/** The share of an install that anybody names, asked for from outside of any browser. */
const shareOf = async (site: Site, id: string): Promise<string> => {
  // fetch would say of itself how it asks.
  const request = get(`${site.holdfast.config.appUrl}/sw.js`, {
    headers: {
      cookie: `${INSTALL_COOKIE}=${id}`,
      'sec-fetch-dest': 'serviceworker',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-site': 'same-origin',
      'service-worker': 'script',
    },
  })
  const [response] = await once(request, 'response')
  return /"share":"([^"]+)"/.exec(await text(response))?.[1] ?? ''
}

const asksForScript = ({ path, sender }: Recorded): boolean => path === '/sw.js' && sender === 'script'

describe.each(situations)('a script that puts an install of its own in place in %s', (situation) => {
  const stage = useStage(situation)

  /** Plants the id before anybody signs in; answers what the storages then give to one who knows its share. */
  const run = async (options: HoldfastOptions, name: string) => {
    const site = await stage.open(options)
    const [key] = (await loadSecrets(site.holdfast.config.data)).sealKeys
    const id = `${key?.id}.${own}`
    const first = await site.open('/')
    await waitFor(() => site.holdfast.recorder.requests.some(asksForScript), 'the worker is there')
    await first.close()
    const planted = await site.attack('install-cookie', { name, id })
    await site.signedIn()
    const scripts = site.holdfast.recorder.requests.filter(asksForScript)
    const obtained = await site.attack('storage', { shares: [await shareOf(site, id)] })
    return { site, planted, obtained, cookies: scripts.map(({ headers }) => headers.cookie ?? '') }
  }

  it('case 45: has its id sent by no browser, whatever the spelling and however full the jar', async () => {
    const { site, planted, obtained, cookies } = await run({}, INSTALL_COOKIE)
    expect(Reflect.get(Object(planted), 'held')).toBeGreaterThan(100)
    expect(cookies.length).toBeGreaterThan(1)
    expect(cookies.filter((cookie) => cookie.includes(`${INSTALL_COOKIE}=`) && cookie.includes(own))).toEqual([])
    expect(obtained).toMatchObject({ opened: [] })
    await expectNothingSecret(site.holdfast, obtained)
  })

  removal('case 45 without prefix: has the vault sealed with a share that it knows', async () => {
    const { site, obtained } = await run({ tamper: withPlainCookie }, plainCookie)
    await expectLeaked(site.holdfast, obtained, site.holdfast.recorder.issued.refreshTokens)
  })
})
