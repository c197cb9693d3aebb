import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedIn, statusOf } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
let session: Awaited<ReturnType<typeof signedIn>>
beforeAll(async () => {
  server = await startTestServer()
  session = await signedIn(server)
})
afterAll(() => server.dispose())

const ask = (path: string, init: RequestInit = {}) => fetch(`${server.appUrl}${path}`, init)
const json = { 'content-type': 'application/json' }
const put = (body: unknown, headers: Record<string, string> = json) =>
  session.client.call(session.tokens.access, '/user/profile', { method: 'PUT', headers, body: String(body) })

/** One error, in the one format. */
const expectError = async (response: Response, status: number) => {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  const body = await response.json()
  expect(body).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
  expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(5000)
  expect(body.requestId).toBe(response.headers.get('x-request-id'))
  expect(response.headers.get('api-version')).toBe('v1')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('cache-control')).toBe('no-store')
  return body.error
}

describe('the one error format', () => {
  test.each([
    ['an address that is not there', 404, '/api/v1/nothing', {}],
    ['an address outside the version', 404, '/api/v2/server', {}],
    ['the root of the API', 404, '/api', {}],
    ['a method that an address does not have', 405, '/api/v1/server', { method: 'DELETE' }],
    ['no credentials', 401, '/api/v1/user/profile', {}],
    ['no credentials for a change', 401, '/api/v1/auth/logout', { method: 'POST' }],
    ['another version of the API', 400, '/api/v1/server', { headers: { 'api-version': 'v2' } }],
    ['credentials of another kind', 401, '/api/v1/auth/status', { headers: { authorization: 'Basic eDp5' } }],
    ['a body of more than 1 MiB', 413, '/api/v1/auth/logout', { method: 'POST', body: 'x'.repeat(1_100_000) }],
  ])('is kept for %s', async (_what, status, path, init) => {
    await expectError(await ask(path, init), status)
  })

  test('names the methods that an address has', async () => {
    const response = await ask('/api/v1/user/profile', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toMatch(/GET.*PUT|PUT.*GET/)
  })

  test.each([
    ['JSON that cannot be read', 400, '{', json],
    ['a body of another type', 415, '{"name":"x"}', { 'content-type': 'text/plain' }],
    ['a field of another type', 400, '{"name":7}', json],
    ['a missing field', 400, '{}', json],
    ['an array', 400, '[]', json],
    ['null', 400, 'null', json],
    ['NUL', 400, '{"name":"a\\u0000b"}', json],
    ['a lone surrogate', 400, '{"name":"a\\ud800b"}', json],
    ['a name of more than 100 characters', 400, JSON.stringify({ name: 'x'.repeat(101) }), json],
    ['JSON of 100,000 levels', 400, `${'['.repeat(100_000)}${']'.repeat(100_000)}`, json],
  ])('is kept for %s', async (_what, status, body, headers) => {
    await expectError(await put(body, headers), status)
  })

  test('gives a challenge with every 401', async () => {
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: 'DPoP x' }]) {
      const response = await ask('/api/v1/user/profile', { headers })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^(DPoP|Bearer)\b/)
    }
  })

  test('says nothing of the inside where something breaks', async () => {
    const own = await startTestServer()
    const { client, tokens } = await signedIn(own)
    own.store.accounts.setName = () => Promise.reject(new Error('the disk at /dev/sda is full'))
    const init = { method: 'PUT', headers: json, body: '{"name":"Ada"}' }
    const response = await client.call(tokens.access, '/user/profile', init)
    const error = await expectError(response, 500)
    expect(JSON.stringify(error)).not.toContain('disk')
    await own.dispose()
  })
})

describe('a profile', () => {
  test('is read and changed, and in the next ID token', async () => {
    expect(await (await put('{"name":" Ada Lovelace "}')).json()).toMatchObject({ name: 'Ada Lovelace' })
    const response = await session.client.call(session.tokens.access, '/user/profile')
    expect(await response.json()).toMatchObject({ name: 'Ada Lovelace', email: session.person.email })
    await put('{"name":null}')
  })

  test('takes no field but its own', async () => {
    await put('{"name":"Eve","id":"other","email":"eve@example.com","__proto__":{"admin":true}}')
    const response = await session.client.call(session.tokens.access, '/user/profile')
    expect(await response.json()).toMatchObject({ name: 'Eve', email: session.person.email })
  })
})

describe('GET /auth/status', () => {
  test('answers those without credentials that they are not signed in', async () => {
    const response = await ask('/api/v1/auth/status')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ isAuthenticated: false })
  })

  test('tells the account, the device and when to refresh', async () => {
    const { client, tokens, person } = await signedIn(server)
    const status = await (await client.call(tokens.access, '/auth/status')).json()
    expect(status).toEqual({
      isAuthenticated: true,
      user: { id: expect.any(String), email: person.email, name: null },
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      needsRefresh: false,
      device: { id: expect.any(String), name: expect.any(String), platform: expect.any(String) },
    })
    const left = Date.parse(status.expiresAt) - Date.now()
    expect(left).toBeGreaterThan(880_000)
    expect(left).toBeLessThanOrEqual(900_000)
  })
})

describe('GET /server', () => {
  test('shows the public identity of the server, the same after a restart', async () => {
    const own = await startTestServer()
    const read = async () => (await fetch(`${own.appUrl}/api/v1/server`)).json()
    const before = await read()
    expect(before).toMatchObject({ name: 'Holdfast', version: expect.any(String) })
    expect(JSON.stringify(before)).not.toContain('"d"')
    const restarted = await own.restart()
    expect(await read()).toEqual(before)
    await restarted.dispose()
  })
})

describe('other origins', () => {
  test('may ask with credentials of their own, and get nothing ambient', async () => {
    const preflight = await ask('/api/v1/user/profile', {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example.com', 'access-control-request-method': 'PUT' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    expect(preflight.headers.get('access-control-max-age')).toBe('7200')
    for (const name of ['Authorization', 'DPoP', 'Content-Type', 'API-Version']) {
      expect(preflight.headers.get('access-control-allow-headers')).toContain(name)
    }
    const response = await ask('/api/v1/server')
    for (const name of ['DPoP-Nonce', 'WWW-Authenticate', 'X-Request-Id', 'API-Version']) {
      expect(response.headers.get('access-control-expose-headers')).toContain(name)
    }
  })
})

describe('nothing is echoed', () => {
  const raw = (request: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const socket = connect(server.config.appPort, '127.0.0.1', () => socket.end(request))
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(parts).toString()))
    return promise
  }

  test.each(['TRACE', 'OPTIONS', 'GET', 'POST', 'BREW'])('of the headers of %s', async (method) => {
    for (const path of ['/', '/api/v1/server', '/api/nothing', '/nothing', '/sw.js', '/auth/callback']) {
      const answer = await raw(
        `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: canary-a\r\nX-Test: canary-b\r\n` +
          'Authorization: Bearer canary-c\r\nX-Request-Id: canary-d\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      )
      expect(answer).toMatch(/^HTTP\/1\.1 \d{3}/)
      expect(answer).not.toMatch(/^HTTP\/1\.1 5/)
      expect(answer).not.toContain('canary')
    }
  })
})

test('a request without a session behind it is refused', async () => {
  const { client, tokens } = await signedIn(server)
  const { device } = await (await client.call(tokens.access, '/auth/status')).json()
  await server.store.sessions.signOut(device.id)
  expect(await statusOf(client.call(tokens.access, '/user/profile'))).toBe(401)
})
