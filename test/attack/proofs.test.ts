import { beforeAll, describe, expect, it } from 'vitest'
import { removal } from '../support/browsers.ts'
import { isAuthenticated } from '../support/people.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { noteObtained } from './support/obtained.ts'
import { withOracle } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

const claims = (proof: string): Readonly<Record<string, unknown>> =>
  Object(JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString()))

const operations = ['session.prove', 'dpop.sign', 'dpop.proof', 'proofs.make', 'sign', 'crypto.sign']

/** What the worker signs of the attacker's wishes. */
const ask = async (site: Site): Promise<readonly unknown[]> => {
  const answers: unknown[] = []
  const more = { text: 'of-the-attacker', htm: 'GET', htu: 'https://elsewhere.example/' }
  for (const type of operations) answers.push(await site.attack('message', { type, more }))
  return answers
}

describe.each(situations)('a script that wants the proof key used in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })

  it('case 44: has nothing signed by any message', async () => {
    const answers = await ask(stage.site)
    expect(answers).toHaveLength(operations.length)
    for (const answer of answers) expect(answer).toMatchObject({ error: { code: 'MESSAGE_INVALID' } })
    await expectNothingSecret(stage.site.holdfast, answers)
  })

  it('case 44: has proofs made for the address that is called, and for no other', async () => {
    const { recorder, appUrl, idUrl } = stage.site.holdfast
    const headers = {
      Host: 'elsewhere.example',
      'X-Forwarded-Host': 'elsewhere.example',
      'X-HTTP-Method-Override': 'DELETE',
    }
    const calls = ['GET', 'POST'].map((method) => ['/api/v1/auth/status?htu=https://elsewhere.example#x', { method }])
    await stage.site.attack('headers', { addresses: calls, headers })
    const proven = recorder.requests.filter(
      (request) => request.headers.dpop !== undefined && request.sender === 'worker',
    )
    expect(proven.length).toBeGreaterThan(4)
    for (const { site, method, path, headers: sent } of proven) {
      const origin = site === 'app' ? appUrl : idUrl
      expect(claims(sent.dpop ?? '')).toMatchObject({ htm: method, htu: origin + path })
    }
    const ids = proven.map((request) => claims(request.headers.dpop ?? '').jti)
    expect(new Set(ids).size).toBe(ids.length)
  })

  removal('case 44 without operations: has its own words signed by a worker with one message too many', async () => {
    const site = await stage.open({ mapWorkerSource: withOracle })
    const page = await site.signedIn()
    expect(await isAuthenticated(page)).toBe(true)
    const answers = await ask(site)
    const made = answers.filter((answer) => Reflect.has(Object(answer), 'made'))
    expect(made, JSON.stringify(answers)).not.toEqual([])
    noteObtained({ 'signature of its own': made.length })
  })
})
