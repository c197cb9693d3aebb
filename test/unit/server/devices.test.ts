import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { registrationStatement } from '../../../src/protocol/device-statement.ts'
import { createClient, signedIn, statusOf } from './support/client.ts'
import { addDevice, answerTo, challengeFor, newDeviceKey, signed } from './support/device.ts'
import { startTestServer } from './support/running-server.ts'
import { createTestApi, type TestApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await createTestApi()
})
afterAll(() => api.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const codeOf = async (response: Response) => (await response.json()).error.code
const verify = (body: unknown) => api.ask('/auth/verify', { method: 'POST', body, address: crypto.randomUUID() })
const jkt = 'A'.repeat(43)

describe('a device', () => {
  test('is on the list once it has told its key, as the one that asks and under the name it goes by', async () => {
    const person = await api.person()
    const other = await api.signIn(person.accountId)
    const device = await addDevice(person)
    await addDevice({ ...other, email: person.email })
    const { devices } = await (await person.call('/devices')).json()
    expect(devices).toHaveLength(2)
    expect(devices).toContainEqual({
      id: device.id,
      name: 'Firefox',
      platform: 'Linux',
      createdAt: expect.stringMatching(/Z$/),
      lastSeenAt: expect.stringMatching(/Z$/),
      isThis: true,
      publicKey: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(devices.filter(({ isThis }: { isThis: boolean }) => isThis)).toHaveLength(1)
    expect((await (await person.call('/auth/status')).json()).device.id).toBe(device.id)
  })

  test('is the same one where it signs in again with its key, and its session before ends', async () => {
    const person = await api.person()
    const made = newDeviceKey()
    const first = await addDevice(person, made)
    const again = { ...(await api.signIn(person.accountId)), email: person.email }
    expect((await addDevice(again, made)).id).toBe(first.id)
    expect((await person.call('/auth/status')).status).toBe(401)
    expect((await again.call('/auth/status')).status).toBe(200)
  })

  test('is taken with a signature of its own key for this very session alone', async () => {
    const person = await api.person()
    const { key, publicKey } = newDeviceKey()
    const ask = (signature: string) => person.call('/devices', { method: 'POST', body: { publicKey, signature } })
    const wrong = [
      signed(newDeviceKey().key, registrationStatement(publicKey, person.jkt)),
      signed(key, registrationStatement(publicKey, jkt)),
      signed(key, publicKey),
      'A'.repeat(86),
    ]
    for (const signature of wrong) expect(await codeOf(await ask(signature))).toBe('challenge_failed')
    const { devices } = await (await person.call('/devices')).json()
    expect(devices).toEqual([])
  })

  test('of another account keeps its key to itself', async () => {
    const made = newDeviceKey()
    await addDevice(await api.person(), made)
    const eve = await api.person()
    const signature = signed(made.key, registrationStatement(made.publicKey, eve.jkt))
    const response = await eve.call('/devices', { method: 'POST', body: { publicKey: made.publicKey, signature } })
    expect(await codeOf(response)).toBe('key_in_use')
  })

  test('is renamed by its account alone', async () => {
    const person = await api.person()
    const { id } = await addDevice(person)
    const eve = await api.person()
    const rename = { method: 'PATCH', body: { name: ' The blue one ' } }
    expect((await eve.call(`/devices/${id}`, rename)).status).toBe(404)
    expect(await (await person.call(`/devices/${id}`, rename)).json()).toMatchObject({
      device: { name: 'The blue one' },
    })
  })

  test('case 34: that was removed is refused at once, and the others are not', async () => {
    const person = await api.person()
    const other = { ...(await api.signIn(person.accountId)), email: person.email }
    const made = newDeviceKey()
    const lost = await addDevice(other, made)
    await addDevice(person)
    const challenge = await challengeFor(api, lost.id)
    expect((await person.call(`/devices/${lost.id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await other.call('/user/profile')).status).toBe(401)
    expect((await person.call('/user/profile')).status).toBe(200)
    expect(await codeOf(await verify(answerTo(lost, challenge, jkt)))).toBe('challenge_failed')
    const asked = await api.ask('/auth/challenge', { method: 'POST', body: { deviceId: lost.id } })
    expect(await codeOf(asked)).toBe('device_removed')
    const back = { ...(await api.signIn(person.accountId)), email: person.email }
    const signature = signed(made.key, registrationStatement(made.publicKey, back.jkt))
    const again = await back.call('/devices', { method: 'POST', body: { publicKey: made.publicKey, signature } })
    expect(await codeOf(again)).toBe('key_in_use')
    expect((await (await person.call('/devices')).json()).devices).toHaveLength(1)
  })
})

describe('case 79: a challenge', () => {
  test('is answered once', async () => {
    const device = await addDevice(await api.person())
    const answer = answerTo(device, await challengeFor(api, device.id), jkt)
    expect((await verify(answer)).status).toBe(200)
    expect(await codeOf(await verify(answer))).toBe('challenge_failed')
  })

  test('is answered once by two who come at the same moment', async () => {
    const device = await addDevice(await api.person())
    const answer = answerTo(device, await challengeFor(api, device.id), jkt)
    const answers = await Promise.all([verify(answer), verify(answer)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('is spent by a wrong answer', async () => {
    const device = await addDevice(await api.person())
    const challenge = await challengeFor(api, device.id)
    const answer = answerTo(device, challenge, jkt)
    expect((await verify({ ...answer, signature: 'A'.repeat(86) })).status).toBe(401)
    expect((await verify(answer)).status).toBe(401)
  })

  test('is not for another device, also of the same account', async () => {
    const person = await api.person()
    const device = await addDevice(person)
    const other = await addDevice({ ...(await api.signIn(person.accountId)), email: person.email })
    const challenge = await challengeFor(api, device.id)
    expect((await verify(answerTo(other, challenge, jkt))).status).toBe(401)
    const second = await challengeFor(api, device.id)
    expect((await verify({ ...answerTo(other, second, jkt), deviceId: device.id })).status).toBe(401)
  })

  test.each([
    ['another server', { serverKey: 'B'.repeat(43) }],
    ['another DPoP key', { jkt: 'B'.repeat(43) }],
    ['another time', { time: 7 }],
    ['another challenge', { challenge: 'B'.repeat(43) }],
  ])('is not answered by a signature for %s', async (_what, changes) => {
    const device = await addDevice(await api.person())
    const answer = answerTo(device, await challengeFor(api, device.id), jkt, changes)
    expect((await verify(answer)).status).toBe(401)
  })

  test('is good for 60 seconds', async () => {
    const device = await addDevice(await api.person())
    const early = answerTo(device, await challengeFor(api, device.id), jkt)
    const late = answerTo(device, await challengeFor(api, device.id), jkt)
    pass(59_000)
    expect((await verify(early)).status).toBe(200)
    const person = await api.person()
    const slow = await addDevice(person)
    const answer = answerTo(slow, await challengeFor(api, slow.id), jkt)
    pass(61_000)
    expect((await verify(answer)).status).toBe(401)
    expect((await verify(late)).status).toBe(401)
  })

  test('is not given to a device whose session was ended', async () => {
    const person = await api.person()
    const device = await addDevice(person)
    await api.store.sessions.revokeFamily(person.sessionId, 'refresh.reused')
    const response = await api.ask('/auth/challenge', { method: 'POST', body: { deviceId: device.id } })
    expect(await codeOf(response)).toBe('session_revoked')
  })
})

test('a device whose refresh token has run out gets a session again, bound to its DPoP key', async () => {
  const server = await startTestServer()
  const { client, tokens } = await signedIn(server)
  const made = newDeviceKey()
  const thumbprint = await client.handle.calculateThumbprint()
  const signature = signed(made.key, registrationStatement(made.publicKey, thumbprint))
  const send = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const registration = { ...send, body: JSON.stringify({ publicKey: made.publicKey, signature }) }
  const { device, serverKey } = await (await client.call(tokens.access, '/devices', registration)).json()
  const post = async (path: string, body: unknown) =>
    (await fetch(`${server.appUrl}/api/v1${path}`, { ...send, body: JSON.stringify(body) })).json()
  pass(15 * 86_400_000)
  await expect(client.refresh(tokens.refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
  const challenge = await post('/auth/challenge', { deviceId: device.id })
  const answer = answerTo({ ...made, id: device.id, serverKey }, challenge, thumbprint)
  const { refreshToken } = await post('/auth/verify', answer)
  const next = await client.refresh(refreshToken)
  expect((await (await client.call(next.access, '/auth/status')).json()).device.id).toBe(device.id)
  expect(await statusOf(client.call(tokens.access, '/user/profile'))).toBe(401)
  const later = await client.refresh(next.refresh)
  expect((await client.call(later.access, '/user/profile')).status).toBe(200)
  const thief = await createClient(server)
  expect((await thief.refreshRaw(later.refresh)).status).toBe(400)
  expect(await statusOf(client.call(later.access, '/user/profile'))).toBe(401)
  expect(await post('/auth/challenge', { deviceId: device.id })).toMatchObject({ error: { code: 'session_revoked' } })
  await server.dispose()
})
