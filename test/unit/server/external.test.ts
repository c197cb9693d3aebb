import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { registrationStatement } from '../../../src/protocol/device-statement.ts'
import { freePorts } from '../../support/free-ports.ts'
import { type Liar, startLiar } from '../../support/liar.ts'
import { type Claims, type Keys, misSigned, sign, signedWithPublicKey, unsigned } from '../../support/liar-keys.ts'
import { json } from '../../support/liar-reply.ts'
import type { Tenant } from '../../support/liar-tenant.ts'
import { newDeviceKey, signed } from './support/device.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

const audience = 'https://api.example.com'
const clients = { web: 'their-web', extension: 'their-extension', desktop: undefined }

let liar: Liar
let issuer: Tenant
let keys: Keys
let server: TestServer
const newServer = (tenant: Tenant) =>
  startTestServer({
    external: {
      ...{ issuer: tenant.issuer, clients, audience, scope: 'openid', responseMode: 'query' },
      ...{ resource: undefined, prompt: undefined, origins: [] },
    },
  })
beforeAll(async () => {
  const [port = 0] = await freePorts(1)
  liar = await startLiar(port)
  issuer = liar.tenant('theirs')
  keys = liar.keys
  server = await newServer(issuer)
})
afterAll(async () => {
  await server.dispose()
  await liar.close()
})
beforeEach(() => {
  issuer.lies = {}
})
afterEach(() => {
  vi.useRealTimers()
})

/** The worker's script with its headers, as a browser asks for it; `fetch` sends some headers as it likes. */
const workerOf = async ({ appUrl }: TestServer): Promise<string> => {
  const headers = { 'sec-fetch-dest': 'serviceworker', 'sec-fetch-mode': 'same-origin' }
  const more = { 'sec-fetch-site': 'same-origin', 'service-worker': 'script' }
  const asked = request(`${appUrl}/sw.js`, { headers: { ...headers, ...more } }).end()
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  return JSON.stringify(answer?.headers) + (answer === undefined ? '' : await text(answer))
}

const seconds = () => Math.floor(Date.now() / 1000)

/** The claims of an access token as Keycloak gives it, with something changed. */
const claims = (changes: Claims = {}): Claims => ({
  iss: issuer.issuer,
  sub: randomUUID(),
  aud: audience,
  azp: 'their-web',
  iat: seconds(),
  exp: seconds() + 300,
  sid: randomUUID(),
  auth_time: seconds(),
  ...changes,
})
const tokenOf = (changes: Claims = {}, header: Claims = { typ: 'JWT' }): Promise<string> =>
  sign(keys.es, claims(changes), header)

const ask = (token: string, path = '/auth/status', init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.appUrl}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const statusOf = async (token: string): Promise<number> => (await ask(token)).status
const userOf = async (token: string) => (await (await ask(token)).json()).user
const sessionsOf = async (token: string) => (await (await ask(token, '/user/sessions')).json()).sessions

describe('an access token of another issuer', () => {
  test('is taken, makes an account at first sight, and is the same person later', async () => {
    const sub = randomUUID()
    const first = await userOf(await tokenOf({ sub, name: 'Some One' }))
    expect(first).toEqual({ id: expect.any(String), email: null, name: 'Some One' })
    expect(await userOf(await tokenOf({ sub }))).toEqual(first)
    expect((await userOf(await tokenOf())).id).not.toBe(first.id)
  })

  test('of many first requests at once makes one account and one session', async () => {
    const token = await tokenOf({ email: `${randomUUID()}@example.com`, email_verified: true })
    const ids = await Promise.all(Array.from({ length: 8 }, async () => (await userOf(token)).id))
    expect(new Set(ids).size).toBe(1)
    expect(await sessionsOf(token)).toHaveLength(1)
  })

  test('brings its e-mail along only where it is verified and nobody has it', async () => {
    const email = `${randomUUID()}@example.com`
    expect((await userOf(await tokenOf({ email, email_verified: false }))).email).toBeNull()
    expect((await userOf(await tokenOf({ email: email.toUpperCase(), email_verified: true }))).email).toBe(email)
    const other = await userOf(await tokenOf({ email, email_verified: true }))
    expect(other.email).toBeNull()
  })

  test.each([
    ['an RFC 9068 token', { client_id: 'their-web', azp: undefined }, { typ: 'at+jwt' }],
    ['a token without a type', {}, {}],
    ['a token with several audiences', { aud: ['account', audience] }, {}],
    ['a token for the extension', { azp: 'their-extension' }, {}],
  ])('is good as %s', async (_what, changes, header) => {
    expect(await statusOf(await tokenOf(changes, header))).toBe(200)
  })

  test.each([
    ['is over', { exp: 1_700_000_000 }],
    ['is of another issuer', { iss: 'https://other.example.com' }],
    ['is for another API', { aud: 'https://other.example.com' }],
    ['is an ID token', { aud: 'their-web' }],
    ['was given to another client', { azp: 'someone-else' }],
    ['was given to nobody', { azp: undefined }],
    ['says of another client what only some issuers say', { client_id: 'someone-else' }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has a subject that no database can keep', { sub: 'a\0b' }],
    ['is bound to a certificate', { cnf: { 'x5t#S256': 'x' } }],
    ['is bound to a DPoP key and comes without a proof', { cnf: { jkt: 'x' } }],
  ])('is refused where it %s', async (_what, changes) => {
    expect(await statusOf(await tokenOf(changes))).toBe(401)
  })

  test.each([
    ['an ID token of a type', () => tokenOf({}, { typ: 'logout+jwt' })],
    ['no signature', async () => unsigned(claims())],
    ['an HMAC with the public key', () => signedWithPublicKey(keys.es, claims())],
    ['another signature', async () => misSigned(await tokenOf())],
    ['a key that is not published', () => sign(keys.es2, claims())],
    ['an extension that must be known', () => sign(keys.es, claims(), { crit: ['x-unknown'], 'x-unknown': 1 })],
  ])('is refused with %s', async (_what, make) => {
    expect(await statusOf(await make())).toBe(401)
  })

  test('that is no JWT is refused: nothing says whom it is for', async () => {
    expect(await statusOf(randomUUID())).toBe(401)
  })

  test('is good with a key that is new, and not with one that is gone; keys are asked for twice a minute at most', async () => {
    const rotating = liar.tenant('rotating')
    const own = await newServer(rotating)
    const tell = async (key: Keys['es']) => {
      const token = await sign(key, claims({ iss: rotating.issuer }))
      return (await fetch(`${own.appUrl}/api/v1/auth/status`, { headers: { authorization: `Bearer ${token}` } })).status
    }
    rotating.published = [keys.es.jwk]
    expect(await tell(keys.es)).toBe(200)
    rotating.published = [keys.es2.jwk]
    for (let tries = 0; tries < 5; tries++) expect(await tell(keys.es2)).toBe(401)
    expect(rotating.count('jwks')).toBe(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    expect(await tell(keys.es2)).toBe(200)
    expect(await tell(keys.es)).toBe(401)
    expect(rotating.count('jwks')).toBe(2)
    await own.dispose()
  })
})

describe('an issuer that is away', () => {
  test.each([
    ['its discovery fails', { discovery: () => json({}, 500) }],
    [
      'its discovery is of another issuer',
      { discovery: () => json({ issuer: 'https://x.example', jwks_uri: 'https://x.example' }) },
    ],
    ['its keys cannot be had', { jwks: () => json({}, 503) }],
  ])('is no fault of the token: 503 while %s, and good again later', async (_what, reply) => {
    const tenant = liar.tenant(randomUUID())
    const own = await newServer(tenant)
    const token = await sign(keys.es, claims({ iss: tenant.issuer }))
    const go = () => fetch(`${own.appUrl}/api/v1/auth/status`, { headers: { authorization: `Bearer ${token}` } })
    tenant.lies = { reply }
    const refused = await go()
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await refused.json()).error.code).toBe('provider_unavailable')
    tenant.lies = {}
    await expect.poll(async () => (await go()).status, { timeout: 10_000 }).toBe(200)
    await own.dispose()
  })
})

describe('a session of our own for it', () => {
  test('is the same over refreshes, and another for another sign-in', async () => {
    const [sub, sid] = [randomUUID(), randomUUID()]
    const first = await tokenOf({ sub, sid, auth_time: 1_700_000_000 })
    await ask(first)
    const refreshed = await tokenOf({ sub, sid, auth_time: 1_700_000_000, jti: 'another' })
    expect(await sessionsOf(refreshed)).toHaveLength(1)
    expect(await sessionsOf(await tokenOf({ sub }))).toHaveLength(2)
  })

  test('that was ended is over for every token of that sign-in, also those that come later', async () => {
    const [sub, sid, auth_time] = [randomUUID(), randomUUID(), seconds() - 60]
    const other = await tokenOf({ sub })
    expect(await statusOf(other)).toBe(200)
    const token = await tokenOf({ sub, sid, auth_time })
    expect((await ask(token, '/auth/logout', { method: 'POST' })).status).toBe(200)
    expect(await statusOf(token)).toBe(401)
    expect(await statusOf(await tokenOf({ sub, sid, auth_time, iat: seconds() + 1 }))).toBe(401)
    expect(await statusOf(other)).toBe(200)
    // The person has signed in there again.
    expect(await statusOf(await tokenOf({ sub, sid, auth_time: seconds() + 1 }))).toBe(200)
  })

  test('where tokens do not tell sign-ins apart, is over for what was given out until then', async () => {
    const sub = randomUUID()
    const loose = (iat: number) => tokenOf({ sub, sid: undefined, auth_time: undefined, iat })
    const token = await loose(seconds() - 1)
    expect((await ask(token, '/auth/logout', { method: 'POST' })).status).toBe(200)
    expect(await statusOf(token)).toBe(401)
    const later = await loose(seconds() + 2)
    expect(await statusOf(later)).toBe(200)
    expect((await sessionsOf(later)).map(({ revokedAt }: { revokedAt: unknown }) => revokedAt === null)).toEqual([
      true,
      false,
    ])
  })

  test('ends with the account, which no token of before brings back', async () => {
    const [sub, sid] = [randomUUID(), randomUUID()]
    const token = await tokenOf({ sub, sid })
    const before = await userOf(token)
    expect((await ask(token, '/user', { method: 'DELETE' })).status).toBe(200)
    expect(await statusOf(token)).toBe(401)
    expect(await statusOf(await tokenOf({ sub, auth_time: seconds() - 5 }))).toBe(401)
    const again = await userOf(await tokenOf({ sub, auth_time: seconds() + 2 }))
    expect(again.id).not.toBe(before.id)
  })

  test('is recent by the time that the issuer says, and by nothing else', async () => {
    const old = await ask(await tokenOf({ auth_time: seconds() - 600 }), '/user', { method: 'DELETE' })
    expect(old.status).toBe(403)
    const unknown = await ask(await tokenOf({ auth_time: undefined }), '/user', { method: 'DELETE' })
    expect(unknown.status).toBe(403)
  })
})

describe('a token that is bound to a key', () => {
  const bound = async () => {
    const pair = await generateKeyPair('ES256')
    const jwk = await exportJWK(pair.publicKey)
    const jkt = await calculateJwkThumbprint(jwk)
    const token = await tokenOf({ cnf: { jkt }, sid: undefined, auth_time: undefined })
    const prove = (method: string, path: string, of = token) =>
      new SignJWT({
        htm: method,
        htu: `${server.appUrl}/api/v1${path}`,
        jti: randomUUID(),
        ath: createHash('sha256').update(of).digest('base64url'),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setIssuedAt()
        .sign(pair.privateKey)
    const call = async (method: string, path: string, body?: unknown) =>
      fetch(`${server.appUrl}/api/v1${path}`, {
        method,
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await prove(method, path),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    return { token, jkt, prove, call }
  }

  test('is good with a proof of that key, and with nothing else', async () => {
    const { token, prove, call } = await bound()
    const stranger = await bound()
    const headers = async (proof: Promise<string>) => ({ authorization: `DPoP ${token}`, dpop: await proof })
    const status = async (init: HeadersInit) =>
      (await fetch(`${server.appUrl}/api/v1/auth/status`, { headers: init })).status
    expect(await status(await headers(stranger.prove('GET', '/auth/status', token)))).toBe(401)
    // A token alone has begun nothing.
    expect(await server.store.identities.findAccount(issuer.issuer, decodeJwt(token).sub ?? '')).toBeUndefined()
    expect(await statusOf(token)).toBe(401)
    expect(await status(await headers(prove('GET', '/auth/status')))).toBe(200)
    expect((await call('GET', '/user/profile')).status).toBe(200)
  })

  test('registers its device, which is removed like any other', async () => {
    const one = await bound()
    const { key, publicKey } = newDeviceKey()
    const signature = signed(key, registrationStatement(publicKey, one.jkt))
    const added = await one.call('POST', '/devices', { publicKey, signature })
    expect(added.status).toBe(201)
    const { device } = await added.json()
    expect((await one.call('DELETE', `/devices/${device.id}`)).status).toBe(200)
    expect((await one.call('GET', '/auth/status')).status).toBe(401)
  })
})

describe('a server with the provider of someone else', () => {
  test('says so, has no provider of its own, and offers nothing that would need one', async () => {
    const about = await (await fetch(`${server.appUrl}/api/v1/server`)).json()
    expect(about).toMatchObject({
      issuer: issuer.issuer,
      clients: { web: 'their-web', extension: 'their-extension', desktop: null },
      scope: 'openid',
      resource: null,
      features: expect.arrayContaining(['external-provider']),
    })
    expect(about.features).not.toContain('password')
    await expect(fetch(`http://localhost:${server.config.idPort}/healthz`)).rejects.toThrow()
    for (const path of ['/auth/challenge', '/auth/verify', '/pairings/redeem', '/auth/desktop-callback']) {
      expect((await fetch(`${server.appUrl}/api/v1${path}`, { method: 'POST' })).status).toBe(404)
    }
    const account = await fetch(`${server.appUrl}/account`, { redirect: 'manual' })
    expect(account.headers.get('location')).toBe(issuer.issuer)
  })

  test('has a worker that may talk to that provider and knows what it is called there', async () => {
    const own = await newServer(issuer)
    const script = await workerOf(own)
    const [line = ''] = /self\.__holdfast_config=.*(?=;)/.exec(script) ?? []
    expect(script).toMatch(`connect-src 'self' ${new URL(issuer.issuer).origin}`)
    expect(JSON.parse(line.slice(line.indexOf('=') + 1)).providers).toEqual([
      {
        ...{ id: 'main', issuer: issuer.issuer, clientId: 'their-web', scope: 'openid', responseMode: 'query' },
        ...{ dpop: true, devices: `${own.appUrl}/api/v1` },
      },
    ])
    await own.dispose()
  })

  const settings = { HOLDFAST_ISSUER: 'https://id.example.com/realm', HOLDFAST_CLIENT_ID_WEB: 'web' }
  test.each([
    ['no client', { HOLDFAST_CLIENT_ID_WEB: undefined }, /needs HOLDFAST_CLIENT_ID_WEB/],
    ['a client and no issuer', { HOLDFAST_ISSUER: undefined }, /HOLDFAST_CLIENT_ID_WEB is of no use/],
    ['plain http', { HOLDFAST_ISSUER: 'http://id.example.com' }, /HOLDFAST_ISSUER must be an https address/],
    ['an audience that ID tokens have', { HOLDFAST_AUDIENCE: 'web' }, /must differ/],
    ['an upstream besides', { HOLDFAST_GOOGLE_CLIENT_ID: 'a', HOLDFAST_GOOGLE_CLIENT_SECRET: 'b' }, /exclude/],
    ['a scope without openid', { HOLDFAST_SCOPE: 'profile' }, /openid/],
    ['another way of answering', { HOLDFAST_RESPONSE_MODE: 'fragment' }, /form_post or query/],
    ['origins that are none', { HOLDFAST_ISSUER_ORIGINS: 'http://tokens.example.com' }, /https origins/],
  ])('does not start with %s', (_what, changes, fault) => {
    expect(() => readConfig({ ...settings, ...changes })).toThrow(fault)
  })

  test('has defaults for the rest, also in a file', () => {
    const file = JSON.stringify({ external: { issuer: settings.HOLDFAST_ISSUER, clientIdWeb: 'web' } })
    for (const config of [readConfig(settings), readConfig({}, file)]) {
      expect(config.external).toMatchObject({
        issuer: 'https://id.example.com/realm',
        clients: { web: 'web' },
        audience: 'http://localhost:8787/api/v1',
        responseMode: 'query',
      })
    }
  })
})
