import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import type { GatewayConfig } from '../../../server/gateway/config.ts'
import { type AiServer, startAiServer } from '../../support/ai-server.ts'
import { contentsOf, openTestStore } from './support/database.ts'
import { createTestApi, type TestApi, type TestPerson } from './support/test-api.ts'

const key = 'canary-key-of-the-model'
const pdf = Buffer.from('%PDF-1.7 canary of a document').toString('base64')
const png = Buffer.from('\x89PNG\r\n\x1a\n canary of a picture', 'latin1').toString('base64')

let model: AiServer
beforeAll(async () => {
  model = await startAiServer()
  model.takesKey(key)
})
afterAll(() => model.close())
afterEach(() => {
  vi.useRealTimers()
})

const openai = (): GatewayConfig => ({ protocol: 'openai', base: `${model.origin}/openai/v1`, model: 'gpt', key })
const gemini = (): GatewayConfig => ({ protocol: 'gemini', base: `${model.origin}/gemini/v1beta`, model: 'flash', key })

const extract = (person: TestPerson, body: unknown = { type: 'application/pdf', data: pdf }): Promise<Response> =>
  person.call('/extract', { method: 'POST', body, address: randomUUID() })
const codeOf = async (response: Response): Promise<unknown> => (await response.json()).error.code

/** Later by these milliseconds, so that the calls of a minute are given back. */
const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

describe.each([
  ['OpenAI', openai],
  ['Gemini', gemini],
])('text by way of %s', (_name, gateway) => {
  let api: TestApi
  let person: TestPerson
  beforeAll(async () => {
    api = await createTestApi({ gateway: gateway() })
  })
  afterAll(() => api.dispose())
  const someone = async () => {
    person = await api.person()
    return person
  }

  test.each([
    ['a PDF', 'application/pdf', pdf],
    ['an image', 'image/png', png],
  ])('of %s comes back, with what is left to the plan', async (_what, type, data) => {
    model.answers({ says: ['# Title\n', 'Text\0 \ud800of it'] })
    const response = await extract(await someone(), { type, data })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      text: '# Title\nText \ufffdof it',
      quota: { plan: 'free', perDay: 5, resetsAt: expect.stringMatching(/T00:00:00.000Z$/) },
    })
    expect(model.seen.at(-1)?.body).toContain(data)
  })

  test.each([
    ['refuses its key', () => model.takesKey('another')],
    ['is overloaded', () => model.answers({ status: 429, body: '{"error":"canary of the inside"}' })],
    ['fails', () => model.answers({ status: 500, body: 'canary of the inside' })],
    ['sends what is no JSON', () => model.answers({ status: 200, body: 'canary of the inside' })],
    ['sends something else', () => model.answers({ status: 200, body: '{"choices":[],"candidates":[]}' })],
    ['sends its callers elsewhere', () => model.answers({ status: 302, headers: { location: 'http://127.0.0.1:9/' } })],
  ])(
    'does not come where the model %s; the answer says nothing of the inside and nothing is counted',
    async (_what, break_) => {
      await someone()
      for (let tries = 0; tries < 6; tries += 1) {
        break_()
        const response = await extract(person)
        expect(response.status).toBe(502)
        expect(response.headers.get('retry-after')).toBe('30')
        const text = await response.text()
        expect(text).toContain('gateway_failed')
        expect(text).not.toMatch(/canary|127\.0\.0\.1|status \d/)
      }
      model.takesKey(key)
      model.answers({ says: ['good again'] })
      expect((await extract(person)).status).toBe(200)
    },
  )

  test('leaves no key, document or text in the log, the database or an answer', async () => {
    expect(api.logged()).toContain('the model did not answer')
    expect(api.logged() + (await contentsOf(api.config))).not.toMatch(/canary|Title/)
  })
})

describe('the ordered checks of a metered call', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi({ gateway: openai() })
    model.answers({ says: ['text'] })
  })
  afterAll(() => api.dispose())

  test('rate: the eleventh of a device in a minute is told when to come again, before anything else is looked at', async () => {
    const person = await api.person()
    const [head = '', payload = ''] = person.token.split('.')
    const headers = { authorization: `DPoP ${head}.${payload}.forged` }
    const ask = (address: string) => api.ask('/extract', { method: 'POST', headers, address })
    for (let call = 0; call < 10; call += 1) expect((await ask('192.0.2.9')).status).toBe(401)
    const refused = await ask('192.0.2.9')
    expect(await codeOf(refused)).toBe('too_many_requests')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    // Whoever forges a token of a device takes nothing from it: the device is elsewhere.
    expect((await extract(person)).status).toBe(200)
  })

  test('rate: a device that changes its address is still one', async () => {
    const person = await api.person()
    await api.store.usage.setPlan(person.accountId, 'pro')
    for (let call = 0; call < 10; call += 1) expect((await extract(person)).status).toBe(200)
    expect(await codeOf(await extract(person))).toBe('too_many_requests')
    // Another device of the same person has its own.
    expect((await extract(await other(person))).status).toBe(200)
  })

  const other = async (person: TestPerson): Promise<TestPerson> => ({
    ...person,
    ...(await api.signIn(person.accountId)),
  })

  test('signature, expiry and device: refused with 401, and nothing is asked of the model', async () => {
    const before = model.seen.length
    const person = await api.person()
    const forged = person.token.replace(/.{6}$/, 'AAAAAA')
    const bad = [{ authorization: `DPoP ${forged}` }, { authorization: `Bearer ${person.token}` }, {}]
    for (const headers of bad) {
      expect((await api.ask('/extract', { method: 'POST', headers, address: randomUUID() })).status).toBe(401)
    }
    pass(901_000)
    expect((await extract(person)).status).toBe(401)
    vi.useRealTimers()
    await api.store.sessions.signOut(person.sessionId)
    expect((await extract(person)).status).toBe(401)
    expect(model.seen.length).toBe(before)
  })

  test('plan: an account without metered calls is refused with 403', async () => {
    const person = await api.person()
    await api.store.usage.setPlan(person.accountId, 'none')
    const refused = await extract(person)
    expect(refused.status).toBe(403)
    expect(await codeOf(refused)).toBe('plan_required')
  })

  test('quota: the sixth of a day is told to come tomorrow, from whatever device, and gets in tomorrow', async () => {
    const person = await api.person()
    for (let call = 0; call < 5; call += 1) expect((await extract(person)).status).toBe(200)
    const refused = await extract(await other(person))
    expect(refused.status).toBe(429)
    expect(await codeOf(refused)).toBe('quota_used_up')
    const wait = Number(refused.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(86_400)
    pass(wait * 1000)
    expect((await extract(await other(person))).status).toBe(200)
  })

  test('quota: of many at once no more than there are get in, on whatever node', async () => {
    const person = await api.person()
    const devices = await Promise.all(Array.from({ length: 12 }, () => other(person)))
    const answers = await Promise.all(devices.map(async (device) => (await extract(device)).status))
    expect(answers.filter((status) => status === 200)).toHaveLength(5)
    expect(answers.filter((status) => status === 429)).toHaveLength(7)
  })

  test.each([
    ['no base64', 'application/pdf', '%%%%'],
    ['base64 with a line break', 'application/pdf', `${pdf.slice(0, 8)}\n${pdf.slice(8)}`],
    ['nothing', 'application/pdf', ''],
    ['another type than it says', 'image/png', pdf],
    ['a type that is not taken', 'text/html', pdf],
  ])('a document that is %s is refused before it counts', async (_what, type, data) => {
    const person = await api.person()
    for (let call = 0; call < 6; call += 1) {
      expect(await codeOf(await extract(person, { type, data }))).toBe('validation_failed')
    }
    expect((await extract(person)).status).toBe(200)
  })

  test('a document of six megabytes is taken, and one that is larger is not', async () => {
    const person = await api.person()
    const sized = (size: number) => Buffer.concat([Buffer.from('%PDF-'), Buffer.alloc(size)]).toString('base64')
    const send = (size: number) => extract(person, { type: 'application/pdf', data: sized(size) })
    expect((await send(6_000_000)).status).toBe(200)
    expect((await send(6_500_000)).status).toBe(413)
  })

  test('what was used is in the export of the account', async () => {
    const person = await api.person()
    await extract(person)
    const { account } = await (await person.call('/user/export')).json()
    expect(account).toMatchObject({ plan: 'free', usage: [{ calls: 1 }] })
  })
})

test('days that are long over are dropped, and those of an account go with it', async () => {
  const { store, dispose } = await openTestStore()
  const account = await store.accounts.create('a@example.com', 'none')
  await store.usage.take(account?.id ?? '', 5)
  pass(91 * 86_400_000)
  await store.usage.take(account?.id ?? '', 5)
  await store.usage.removeOlder(90 * 86_400_000)
  expect(await store.usage.list(account?.id ?? '')).toHaveLength(1)
  await store.accounts.remove(account?.id ?? '')
  expect(await store.usage.list(account?.id ?? '')).toEqual([])
  await dispose()
})

describe('the configuration of the gateway', () => {
  const settings = { HOLDFAST_EXTRACT_URL: 'https://api.example.com/v1', HOLDFAST_EXTRACT_MODEL: 'gpt' }

  test('is off by default, comes from the environment or the file, and has no route without it', async () => {
    expect(readConfig({}).gateway).toBeUndefined()
    const expected = { protocol: 'openai', base: 'https://api.example.com/v1', model: 'gpt', key: undefined }
    expect(readConfig(settings).gateway).toEqual(expected)
    const file = { extract: { extractUrl: settings.HOLDFAST_EXTRACT_URL, extractModel: 'gpt' } }
    expect(readConfig({}, JSON.stringify(file)).gateway).toEqual(expected)
    const api = await createTestApi({ gateway: undefined })
    expect((await (await api.person()).call('/extract', { method: 'POST', body: {} })).status).toBe(404)
    await api.dispose()
  })

  test.each([
    ['no model', { HOLDFAST_EXTRACT_MODEL: undefined }, /needs HOLDFAST_EXTRACT_MODEL/],
    ['no address', { HOLDFAST_EXTRACT_URL: undefined }, /HOLDFAST_EXTRACT_MODEL is of no use/],
    ['plain http', { HOLDFAST_EXTRACT_URL: 'http://api.example.com/v1' }, /https/],
    ['an end slash', { HOLDFAST_EXTRACT_URL: 'https://api.example.com/v1/' }, /end slash/],
    ['another protocol', { HOLDFAST_EXTRACT_PROTOCOL: 'soap' }, /openai or gemini/],
    ['a model that would lead elsewhere', { HOLDFAST_EXTRACT_MODEL: 'x?y' }, /name of a model/],
    ['a key that no header takes', { HOLDFAST_EXTRACT_KEY: 'canary\nkey' }, /^(?!.*canary)[\s\S]*HOLDFAST_EXTRACT_KEY/],
  ])('does not start with %s', (_what, changes, fault) => {
    expect(() => readConfig({ ...settings, ...changes })).toThrow(fault)
  })
})
