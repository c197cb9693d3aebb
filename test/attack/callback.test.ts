import { beforeAll, describe, expect, it } from 'vitest'
import { removal, sampled } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { showsText } from '../support/page.ts'
import type { Recorded } from '../support/recorded.ts'
import { stateOf } from './support/life.ts'
import { noteObtained } from './support/obtained.ts'
import { attackPath, beginSignUp, type Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Fields = readonly (readonly [name: string, value: string])[]
type Method = 'GET' | 'POST'

/** Sends the attacker's answer to the callback. Answers what the app, to which the browser comes, says of it. */
const forge = async (site: Site, method: Method, fields: Fields, said: string): Promise<void> => {
  const page = await site.context.newPage()
  const seen: string[] = []
  page.on('framenavigated', (frame) => seen.push(new URL(frame.url()).pathname))
  await page.goto(site.holdfast.appUrl + attackPath('callback', { method, fields })).catch(() => undefined)
  await waitFor(() => seen.includes('/'), `the callback is answered: ${seen.join(' ')}`)
  await showsText(page, said)
  expect(seen).not.toContain('/auth/callback')
  await page.close()
}

const mismatch = 'the reply did not match'

const isForm = ({ site, path }: Recorded): boolean => site === 'id' && path.startsWith('/auth/')

/** Starts a sign-in whose answer never reaches the browser. Answers what was in it. */
const withholdAnswer = async (site: Site): Promise<Fields> => {
  const { recorder, idUrl } = site.holdfast
  const before = recorder.issued.codes.length
  recorder.dropReply(isForm, Number.POSITIVE_INFINITY)
  const page = await site.open('/')
  await beginSignUp(page)
  await waitFor(() => recorder.issued.codes.length > before, 'the provider has given a code')
  recorder.recover()
  await page.close()
  return [
    ['code', recorder.issued.codes.at(-1) ?? ''],
    ['state', recorder.issued.states.at(-1) ?? ''],
    ['iss', idUrl],
  ]
}

const replaced = (fields: Fields, name: string, value: string): Fields =>
  fields.map(([key, old]) => [key, key === name ? value : old])
const without = (fields: Fields, name: string): Fields => fields.filter(([key]) => key !== name)

describe.each(situations)('a forged callback in %s', (situation) => {
  const stage = useStage(situation)

  beforeAll(async () => {
    await stage.site.signedIn()
  })

  const genuine = (): Fields => {
    const { recorder, idUrl } = stage.site.holdfast
    // Where sync is on, another device has signed in since.
    const forms = recorder.requests.filter(({ sender }) => sender === 'worker').map(({ form }) => form)
    const [code = '', state = ''] = [
      forms.findLast((form) => form.code)?.code,
      forms.findLast((form) => form.state)?.state,
    ]
    return [
      ['code', code],
      ['state', state],
      ['iss', idUrl],
    ]
  }

  const exchanges = () => stage.site.holdfast.recorder.tokenRequests('authorization_code').length

  it.each(
    sampled<[name: string, method: Method, make: (fields: Fields) => Fields]>([
      ['with another state', 'POST', (fields) => replaced(fields, 'state', 'of-the-attacker')],
      ['without a state', 'POST', (fields) => without(fields, 'state')],
      ['with the state twice', 'POST', (fields) => [...fields, ['state', 'of-the-attacker']]],
      ['with nothing', 'POST', () => []],
      ['with an error', 'POST', () => [['error', 'access_denied']]],
      ['in the address', 'GET', (fields) => replaced(fields, 'state', 'of-the-attacker')],
      ['with an endless field', 'POST', () => [['state', 'endless']]],
    ]),
  )('case 47: %s leaves the session as it is', async (_name, method, make) => {
    const before = [await stateOf(stage.site), exchanges()]
    await forge(stage.site, method, make(genuine()), mismatch)
    expect([await stateOf(stage.site), exchanges()]).toEqual(before)
    noteObtained({})
  })

  it('case 47: that repeats a genuine one does nothing again', async () => {
    const before = [await stateOf(stage.site), exchanges()]
    await forge(stage.site, 'POST', genuine(), '')
    expect([await stateOf(stage.site), exchanges()]).toEqual(before)
    noteObtained({})
  })

  it('case 47: with a wish that is none leads back to the app', async () => {
    const before = [await stateOf(stage.site), exchanges()]
    await forge(stage.site, 'GET', [['continue', crypto.randomUUID()]], '')
    expect([await stateOf(stage.site), exchanges()]).toEqual(before)
    noteObtained({})
  })

  it('case 47: ends no sign-in under way where its state is not known, and starts no session', async () => {
    const site = await stage.open({})
    const answer = await withholdAnswer(site)
    const sent = () => site.holdfast.recorder.tokenRequests('authorization_code').length
    const before = sent()
    for (const [method, fields] of [
      ['POST', replaced(answer, 'state', 'of-the-attacker')],
      ['POST', without(answer, 'state')],
      ['POST', [...answer, ['state', 'of-the-attacker']]],
      // The provider was asked for a form: an address is not believed, whatever it holds.
      ['GET', answer],
    ] as const) {
      await forge(site, method, fields, mismatch)
      expect(await stateOf(site)).toMatchObject({ status: 'signing-in' })
    }
    expect(sent()).toBe(before)
    noteObtained({})
  })

  removal('case 47 without state: starts a session where the state is known', async () => {
    const site = await stage.open({})
    const answer = await withholdAnswer(site)
    await forge(site, 'POST', answer, '')
    expect(await stateOf(site)).toMatchObject({ status: 'signed-in' })
    expect(site.holdfast.recorder.tokenRequests('authorization_code')).toHaveLength(1)
    noteObtained({ 'forged session': 1 })
  })

  let asked: Promise<Site> | undefined
  /** One more Holdfast, where nobody ever gets in. */
  const unused = () => (asked ??= stage.open({}))

  it.each(
    sampled<[name: string, make: (fields: Fields) => Fields]>([
      ['of another issuer', (fields) => replaced(fields, 'iss', 'https://other.example')],
      ['without an issuer', (fields) => without(fields, 'iss')],
      ['with two codes', (fields) => [...fields, ['code', 'of-the-attacker']]],
    ]),
  )('case 47: that knows the state and is %s is refused', async (_name, make) => {
    const site = await unused()
    await forge(site, 'POST', make(await withholdAnswer(site)), mismatch)
    expect(await stateOf(site)).toMatchObject({ status: 'anonymous' })
    expect(site.holdfast.recorder.tokenRequests('authorization_code')).toHaveLength(0)
    noteObtained({})
  })
})
