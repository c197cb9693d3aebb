import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { canaries, expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Obtained = {
  readonly bodies: readonly (readonly [label: string, type: string, status: number, text: string])[]
  readonly workers: Readonly<Record<string, unknown>>
  readonly registrations: Readonly<Record<string, unknown>>
}

/** Files of the build that a page could want for a worker. */
const assets = join(import.meta.dirname, '../../dist/app/assets')
const files = readdirSync(assets)
  .filter((name) => name.endsWith('.js'))
  .map((name) => `/assets/${name}`)

const isRefused = (outcome: unknown): boolean => typeof outcome === 'string' && outcome.startsWith('refused: ')

describe.each(situations)("a script that asks for the worker's script in %s", (situation) => {
  const stage = useStage(situation)
  let obtained: Obtained

  beforeAll(async () => {
    await stage.site.signedIn()
    obtained = (await stage.site.attack('worker-script', { files })) as Obtained
  })

  it('case 45: is not given it', async () => {
    const { recorder } = stage.site.holdfast
    const asked = recorder.requests.filter(({ path, method }) => path === '/sw.js' && method === 'GET')
    const genuine = asked.filter(({ sender, headers }) => sender === 'script' && headers['sec-fetch-dest'] !== 'empty')
    const others = asked.filter((request) => !genuine.includes(request))
    expect(others.length).toBeGreaterThan(30)
    expect(new Set(others.map(({ reply }) => reply?.status))).toEqual(new Set([403]))
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 45: makes no worker of it elsewhere, nor of any other file', () => {
    const { registrations } = obtained
    expect(Object.keys(registrations).length).toBeGreaterThan(6)
    expect(Object.entries(registrations).filter(([, outcome]) => !isRefused(outcome))).toEqual([])
  })

  removal('case 45 without gate: gets it from a server without the gate', async () => {
    const site = await stage.open({})
    await site.signedIn()
    const secrets = await canaries(site.holdfast)
    const shares = secrets.filter((secret) => secret.length === 43)
    // What the seal writes into the script, given to whoever asks.
    site.holdfast.serve('/sw.js', {
      body: `self.__holdfast = ${JSON.stringify({ shares })}; self.postMessage?.(self.__holdfast)`,
      type: 'text/javascript',
    })
    const { bodies, workers, ...rest } = (await site.attack('worker-script', {
      files: ['/attack/inner-worker.js'],
    })) as Obtained
    await expectLeaked(site.holdfast, bodies, shares)
    await expectLeaked(site.holdfast, workers, shares)
    // And a file that the seal did not refuse to serve to a registration becomes a worker.
    expect(JSON.stringify(rest.registrations)).toContain('"hijacked":true')
  })
})
