import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { freePorts } from '../support/free-ports.ts'
import { canaries, expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { withIntruder } from './support/removals.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'
import { withoutPolicy } from './support/tampers.ts'

/** A server of the attacker's, which keeps the address of whatever comes. */
const openOutside = async () => {
  const [port = 0] = await freePorts(1)
  const heard: string[] = []
  const server: Server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' }).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${port}`, heard, close: () => server.close() }
}

describe.each(situations)("the attacker's code inside of the worker in %s", (situation) => {
  const stage = useStage(situation)
  let outside: Awaited<ReturnType<typeof openOutside>>

  beforeAll(async () => {
    outside = await openOutside()
  })
  afterAll(() => outside.close())

  const intrude = { type: 'session.intrude' }

  it('case 49: has no way out of the policy of the worker', async () => {
    const site = await stage.open({ mapWorkerSource: withIntruder(outside.url) })
    await site.signedIn()
    const tried = await site.attack('message', intrude)
    expect(Object.keys(Object(tried))).toEqual(expect.arrayContaining(['fetch', 'script', 'socket', 'code']))
    expect(outside.heard).toEqual([])
    await expectNothingSecret(site.holdfast, outside.heard)
  })

  removal('case 49 without csp: sends away what it knows', async () => {
    const site = await stage.open({ mapWorkerSource: withIntruder(outside.url), tamper: withoutPolicy })
    await site.signedIn()
    await site.attack('message', intrude)
    await expectLeaked(site.holdfast, outside.heard, await canaries(site.holdfast))
  })
})
