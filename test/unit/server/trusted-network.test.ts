import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { isPrivate } from '../../../server/trusted-network.ts'
import { pairingStatement } from '../../../src/protocol/device-statement.ts'
import { newDeviceKey, signed } from './support/device.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'
import { createTestApi, type Sent, type TestApi } from './support/test-api.ts'

const here = '127.0.0.1'
const random = () => randomBytes(32).toString('base64url')

describe('on a trusted network', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi({ requirePairing: false })
  })
  afterAll(() => api.dispose())
  const ask = (path: string, sent: Sent = {}) => api.ask(path, { address: here, ...sent })
  const post = (path: string, body: unknown) => ask(path, { method: 'POST', body })

  test('whoever asks is the one local account, all of them the same', async () => {
    const first = await (await ask('/auth/status')).json()
    expect(first).toMatchObject({ isAuthenticated: true, user: { email: null }, needsRefresh: false })
    const [second, third] = await Promise.all([ask('/auth/status', { address: '192.168.1.7' }), ask('/auth/status')])
    expect((await second.json()).user).toEqual(first.user)
    expect((await third.json()).user).toEqual(first.user)
    expect((await (await ask('/user/sessions')).json()).sessions).toHaveLength(1)
  })

  test('many first requests at once make one account', async () => {
    const fresh = await createTestApi({ requirePairing: false })
    const go = async () => (await (await fresh.ask('/auth/status', { address: here })).json()).user.id
    expect(new Set(await Promise.all(Array.from({ length: 8 }, go))).size).toBe(1)
    await fresh.dispose()
  })

  test('a device is paired by its words, without approval', async () => {
    const { words } = await (await post('/pairings', {})).json()
    const { key, publicKey } = newDeviceKey()
    const about = { clientId: 'web', name: 'New one', platform: 'macOS', publicKey }
    const keys = { exchangeKey: random(), commitment: random() }
    const { id, ticket } = await (await post('/pairings/redeem', { lookUp: words, ...about, ...keys })).json()
    expect(await (await ask(`/pairings/${ticket}`)).json()).toMatchObject({ stage: 'redeemed' })
    const jkt = random()
    const signature = signed(key, pairingStatement(id, api.secrets.identityKey.x, jkt))
    expect((await post('/pairings/finish', { ticket, jkt, signature })).status).toBe(200)
    const { devices } = await (await ask('/devices')).json()
    expect(devices).toMatchObject([{ name: 'New one' }])
    expect((await post('/pairings/redeem', { lookUp: words, ...about, ...keys })).status).toBe(404)
  })

  test('a sign-out leaves the next request a new session, and the account can be deleted and begins anew', async () => {
    const userOf = async () => (await (await ask('/auth/status')).json()).user.id
    expect((await post('/auth/logout', { allDevices: true })).status).toBe(200)
    const before = await userOf()
    expect((await ask('/user', { method: 'DELETE' })).status).toBe(200)
    expect(await userOf()).not.toBe(before)
  })

  test('credentials that come along are checked as ever', async () => {
    const person = await api.person()
    expect((await (await person.call('/auth/status')).json()).user.id).toBe(person.accountId)
    await api.store.sessions.signOut(person.sessionId)
    expect((await person.call('/auth/status', { address: here })).status).toBe(401)
    expect((await ask('/auth/status', { headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401)
  })

  test.each([
    ['another origin', { origin: 'https://evil.example.com' }],
    ['no origin that it would tell', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['another site, by a picture', { 'sec-fetch-site': 'cross-site' }],
    ['another site on this one', { 'sec-fetch-site': 'same-site' }],
    ['a proxy that nobody has told of', { 'x-forwarded-for': here }],
    ['such a proxy by the standard header', { forwarded: `for=${here}` }],
  ])('a page of %s is nobody', async (_what, headers) => {
    expect((await ask('/user/profile', { headers })).status).toBe(401)
    expect((await ask('/auth/logout', { method: 'POST', headers })).status).toBe(401)
    expect(await (await ask('/auth/status', { headers })).json()).toEqual({ isAuthenticated: false })
  })

  test('its own page is let in', async () => {
    const headers = { origin: api.config.appUrl, 'sec-fetch-site': 'same-origin' }
    expect((await ask('/user/profile', { headers })).status).toBe(200)
  })

  test('an address of the Internet is nobody', async () => {
    for (const address of ['203.0.113.7', '2001:db8::1', '172.32.0.1', '::ffff:203.0.113.7', '', 'unknown']) {
      expect((await ask('/user/profile', { address })).status).toBe(401)
    }
  })

  test('says so in /server, and its answers are for its own pages alone', async () => {
    const answer = await ask('/server', { headers: { origin: 'https://evil.example.com' } })
    expect(await answer.json()).toMatchObject({ trustsNetwork: true })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    const own = await ask('/server', { headers: { origin: api.config.appUrl } })
    expect(own.headers.get('access-control-allow-origin')).toBe(api.config.appUrl)
  })
})

describe('a server on a trusted network', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ requirePairing: false })
  })
  afterAll(() => server.dispose())

  const statusAs = async (port: number, host: string): Promise<number | undefined> => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', headers: { host } }).end()
    const [answer]: IncomingMessage[] = await once(asked, 'response')
    answer?.resume()
    return answer?.statusCode
  }

  test('answers to its own names, and to none that a stranger has made lead here', async () => {
    for (const port of [server.config.appPort, server.config.idPort]) {
      for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]']) {
        expect(await statusAs(port, `${name}:${port}`)).toBe(200)
      }
      for (const host of ['rebound.example.com', `rebound.example.com:${port}`, 'localhost', `localhost:${port}.x`]) {
        expect(await statusAs(port, host), host).toBe(421)
      }
    }
  })

  test('says loudly what it does at each start', async () => {
    expect(server.logged()).toContain('PAIRING IS OFF')
    server = await server.restart()
    expect(server.logged()).toContain('PAIRING IS OFF')
    const usual = await startTestServer()
    expect(usual.logged()).not.toContain('PAIRING IS OFF')
    expect(await (await fetch(`${usual.appUrl}/api/v1/server`)).json()).toMatchObject({ trustsNetwork: false })
    expect((await fetch(`${usual.appUrl}/api/v1/user/profile`)).status).toBe(401)
    await usual.dispose()
  })
})

describe('the configuration of a trusted network', () => {
  const off = { HOLDFAST_REQUIRE_PAIRING: 'false' }

  test('comes from the environment or the file, and is off by default', () => {
    expect(readConfig({}).requirePairing).toBe(true)
    expect(readConfig(off).requirePairing).toBe(false)
    expect(readConfig({}, '{"auth":{"requirePairing":false}}').requirePairing).toBe(false)
    expect(readConfig({ HOLDFAST_REQUIRE_PAIRING: 'true' }, '{"auth":{"requirePairing":false}}').requirePairing).toBe(
      true,
    )
  })

  test.each([
    ['every address', { HOLDFAST_LISTEN: '0.0.0.0' }],
    ['every address of IPv6', { HOLDFAST_LISTEN: '127.0.0.1,::' }],
    ['an address of the Internet', { HOLDFAST_LISTEN: '192.168.1.5,203.0.113.7' }],
    ['a name of the Internet', { HOLDFAST_APP_URL: 'https://notes.example.com' }],
    ['an address of the Internet as its name', { HOLDFAST_APP_URL: 'https://203.0.113.7' }],
    ['a provider of the Internet', { HOLDFAST_ID_URL: 'https://id.example.com' }],
    ["somebody else's provider", { HOLDFAST_ISSUER: 'https://id.example.com', HOLDFAST_CLIENT_ID_WEB: 'web' }],
    ['a word that is neither', { HOLDFAST_REQUIRE_PAIRING: 'no' }],
  ])('does not go together with %s', (_what, changes) => {
    expect(() => readConfig({ ...off, ...changes })).toThrow(/HOLDFAST_REQUIRE_PAIRING/)
  })

  test.each([
    ['an address of the house', { HOLDFAST_LISTEN: '127.0.0.1,192.168.1.5,fd00::5' }],
    ['a name of the house', { HOLDFAST_APP_URL: 'https://notes.home.arpa', HOLDFAST_ID_URL: 'https://id.local' }],
    [
      'an address of the house as its name',
      { HOLDFAST_APP_URL: 'https://10.0.0.5', HOLDFAST_ID_URL: 'https://10.0.0.6' },
    ],
  ])('goes together with %s', (_what, changes) => {
    expect(readConfig({ ...off, ...changes }).requirePairing).toBe(false)
  })

  test.each([
    '127.0.0.1',
    '127.8.9.9',
    '::1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.1.1',
    'fe80::1%eth0',
    'fd12::1',
    '::ffff:10.0.0.1',
  ])('%s is private', (address) => expect(isPrivate(address)).toBe(true))
  test.each([
    '0.0.0.0',
    '::',
    '8.8.8.8',
    '172.15.0.1',
    '192.169.0.1',
    '100.64.0.1',
    '2001:db8::1',
    'localhost',
    randomUUID(),
  ])('%s is not', (address) => expect(isPrivate(address)).toBe(false))
})
