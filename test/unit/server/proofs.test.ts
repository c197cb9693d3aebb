import { createHash } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
let session: Awaited<ReturnType<typeof signedIn>>
beforeAll(async () => {
  server = await startTestServer()
  session = await signedIn(server)
})
afterAll(() => server.dispose())
afterEach(() => {
  vi.useRealTimers()
})

type Changes = {
  readonly header?: Record<string, unknown>
  readonly payload?: { readonly [claim: string]: unknown }
  readonly key?: CryptoKey
}

/** A proof for GET /auth/status (RFC 9449 §4.2), with something changed. */
const makeProof = async ({ header, payload, key }: Changes = {}): Promise<string> => {
  const { publicKey, privateKey } = session.client.pair
  const jwk = await exportJWK(publicKey)
  const claims = {
    htm: 'GET',
    htu: `${server.appUrl}/api/v1/auth/status`,
    iat: Math.floor(Date.now() / 1000),
    jti: crypto.randomUUID(),
    ath: createHash('sha256').update(session.tokens.access).digest('base64url'),
  }
  return new SignJWT({ ...claims, ...payload })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
    .sign(key ?? privateKey)
}

const ask = (headers: Record<string, string>, path = '/auth/status'): Promise<Response> =>
  fetch(`${server.appUrl}/api/v1${path}`, { headers })
const present = async (changes: Changes = {}, scheme = 'DPoP', path?: string): Promise<Response> =>
  ask({ authorization: `${scheme} ${session.tokens.access}`, dpop: await makeProof(changes) }, path)

const anotherKey = async () =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])

describe('a DPoP-bound token', () => {
  test('is taken with a proof', async () => {
    expect((await present()).status).toBe(200)
    expect((await present({}, 'dpop')).status).toBe(200)
  })

  test.each([
    ['as a bearer token', { authorization: 'Bearer' }],
    ['without a proof', { authorization: 'DPoP' }],
  ])('is refused %s', async (_what, { authorization }) => {
    expect((await ask({ authorization: `${authorization} ${session.tokens.access}` })).status).toBe(401)
  })

  test('is refused as a bearer token with a good proof', async () => {
    expect((await present({}, 'Bearer')).status).toBe(401)
  })

  test.each<[string, Changes]>([
    ['for another method', { payload: { htm: 'POST' } }],
    ['for another path', { payload: { htu: 'PATH' } }],
    ['for another origin', { payload: { htu: 'https://elsewhere.example.com/api/v1/auth/status' } }],
    ['for no address', { payload: { htu: 'nowhere' } }],
    ['for another token', { payload: { ath: 'AAAA' } }],
    ['without a token', { payload: { ath: undefined } }],
    ['without jti', { payload: { jti: undefined } }],
    ['without iat', { payload: { iat: undefined } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['with an algorithm that is not its key’s', { header: { alg: 'ES256', jwk: { kty: 'oct', k: 'AAAA' } } }],
    ['with an unknown critical header', { header: { crit: ['x'], x: 1 } }],
  ])('is refused with a proof %s', async (_what, changes) => {
    const payload = { ...changes.payload }
    if (payload.htu === 'PATH') payload.htu = `${server.appUrl}/api/v1/user/profile`
    const response = await present({ ...changes, payload }).catch(() => undefined)
    // A header that jose will not even sign cannot be sent.
    if (response === undefined) return
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_dpop_proof"/)
    expect((await response.json()).error.code).toBe('invalid_dpop_proof')
  })

  test('is refused with a proof of another key', async () => {
    const { privateKey, publicKey } = await anotherKey()
    const jwk = await exportJWK(publicKey)
    expect((await present({ key: privateKey, header: { jwk } })).status).toBe(401)
    expect((await present({ key: privateKey })).status).toBe(401)
  })

  test('is taken with a proof whose address carries a query, which does not count', async () => {
    const payload = { htu: `${server.appUrl}/api/v1/auth/status?x=1#y` }
    expect((await present({ payload }, 'DPoP', '/auth/status?z=2')).status).toBe(200)
  })

  test('is refused where the same proof comes twice', async () => {
    const headers = { authorization: `DPoP ${session.tokens.access}`, dpop: await makeProof() }
    expect((await ask(headers)).status).toBe(200)
    const again = await ask(headers)
    expect(again.status).toBe(401)
    expect(again.headers.get('www-authenticate')).toMatch(/^DPoP .*error="use_dpop_nonce"/)
    const nonce = again.headers.get('dpop-nonce') ?? ''
    expect((await present({ payload: { nonce } })).status).toBe(200)
  })

  test('does not act again where the same proof comes twice, and does not have the client ask again', async () => {
    const url = `${server.appUrl}/api/v1/user/profile`
    const dpop = await makeProof({ payload: { htm: 'PUT', htu: url } })
    const headers = { authorization: `DPoP ${session.tokens.access}`, dpop, 'content-type': 'application/json' }
    const put = (name: string) => fetch(url, { method: 'PUT', headers, body: JSON.stringify({ name }) })
    expect((await put('Once')).status).toBe(200)
    const again = await put('Twice')
    expect(again.status).toBe(409)
    expect(again.headers.get('www-authenticate')).toBeNull()
    expect(await again.json()).toMatchObject({ error: { code: 'duplicate_request' } })
    const seen = await present({ payload: { htu: url } }, 'DPoP', '/user/profile')
    expect(await seen.json()).toMatchObject({ name: 'Once' })
  })

  test('is refused where the same proof comes twice at the same instant', async () => {
    const headers = { authorization: `DPoP ${session.tokens.access}`, dpop: await makeProof() }
    const answers = await Promise.all([ask(headers), ask(headers), ask(headers)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
  })

  test.each([-600, 600])('is taken from a clock that is %i seconds off after one retry with a nonce', async (off) => {
    const iat = Math.floor(Date.now() / 1000) + off
    const first = await present({ payload: { iat } })
    expect(first.status).toBe(401)
    expect(first.headers.get('www-authenticate')).toMatch(/^DPoP .*error="use_dpop_nonce"/)
    const nonce = first.headers.get('dpop-nonce') ?? ''
    expect((await present({ payload: { iat, nonce } })).status).toBe(200)
  })

  test('needs a new nonce when the old one is no longer good', async () => {
    const nonce = (await present({ payload: { iat: 1 } })).headers.get('dpop-nonce') ?? ''
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 60_000 })
    const response = await present({ payload: { nonce } })
    expect(response.status).toBe(401)
    expect(response.headers.get('dpop-nonce')).not.toBe(nonce)
    expect((await present({ payload: { nonce: 'made-up' } })).status).toBe(401)
  })

  test('is refused after its end', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
    const response = await present()
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('is refused with anything changed in it', async () => {
    const [header = '', payload = '', signature = ''] = session.tokens.access.split('.')
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, exp: claims.exp + 9999 })}.${signature}`,
      session.tokens.idToken,
    ]
    for (const token of forged) {
      expect((await ask({ authorization: `DPoP ${token}`, dpop: await makeProof() })).status).toBe(401)
      expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(401)
    }
  })
})
