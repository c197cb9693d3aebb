import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { formTo, type Page } from './support/browser.ts'
import { type Client, createClient, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
let session: Awaited<ReturnType<typeof signedIn>>
beforeAll(async () => {
  server = await startTestServer()
  session = await signedIn(server)
})
afterAll(() => server.dispose())

// What nobody expected is printed by the libraries below us, with whatever stands in it.
beforeEach(() => {
  vi.spyOn(console, 'error')
})
afterEach(() => {
  expect(console.error).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

const form = 'application/x-www-form-urlencoded'
const deep = (open: string, close: string) => `${open.repeat(100_000)}${close.repeat(100_000)}`

const jsonBodies: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['half a value', '{"name":'],
  ['NUL', '{"name":"\\u0000","allDevices":"\\u0000"}'],
  ['raw NUL', '\0'],
  ['a lone surrogate', '{"name":"\\ud800","allDevices":"\\udfff"}'],
  ['arrays of 100,000 levels', deep('[', ']')],
  ['objects of 100,000 levels', `${'{"name":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['__proto__', '{"__proto__":{"name":"Eve","allDevices":true},"constructor":{"prototype":{"x":1}}}'],
  ['ids of someone else', '{"name":7,"allDevices":1,"id":"other","sub":"other","sid":"other"}'],
  ['a number beyond all numbers', '{"name":1e999,"allDevices":1e999}'],
  ['10 MB', JSON.stringify({ name: 'x'.repeat(10_000_000) })],
]

const formBodies: readonly (readonly [string, string, string])[] = [
  ['nothing', form, ''],
  ['broken escapes', form, 'client_id=%zz&email=%zz&password=%'],
  ['NUL', form, 'client_id=web%00&email=%00&password=%00&grant_type=%00&refresh_token=%00&token=%00'],
  ['NUL in a token', form, 'client_id=web&grant_type=refresh_token&refresh_token=%00&token=%00'],
  [
    'a lone surrogate',
    form,
    'client_id=web&grant_type=refresh_token&refresh_token=%ED%A0%80&email=%ED%A0%80&password=x',
  ],
  [
    '__proto__',
    form,
    '__proto__=1&client_id=__proto__&grant_type=__proto__&token=constructor&email=__proto__&password=x',
  ],
  ['every field twice', form, 'client_id=web&client_id=web&email=a&email=b&password=c&password=d&token=e&token=f'],
  ['JSON', 'application/json', '{"client_id":"web","email":"a","password":"b"}'],
  ['a multipart form without its boundary', 'multipart/form-data', 'x'],
  ['a multipart form that breaks off', 'multipart/form-data; boundary=a', '--a\r\nContent-Disposition: form-data'],
  ['no type that exists', 'x', 'x'],
  ['10 MB', form, `client_id=web&email=${'x'.repeat(10_000_000)}`],
]

describe('the API', () => {
  // Every route, with every kind of body, is attacked in every-route.test.ts; here over a real connection.
  test('refuses 10 MB from someone without credentials', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(10_000_000) }
    const response = await fetch(`${server.appUrl}/api/v1/auth/logout`, init)
    expect(response.status).toBe(413)
    await response.text()
  })

  test.each(jsonBodies)('refuses %s as a profile', async (_what, body) => {
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body }
    const response = await session.client.call(session.tokens.access, '/user/profile', init)
    expect([400, 413]).toContain(response.status)
  })

  test('counts a body that does not say how long it is', async () => {
    const part = new Uint8Array(64 * 1024)
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 40) controller.close()
        else controller.enqueue(part)
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
    const response = await fetch(`${server.appUrl}/api/v1/auth/logout`, init)
    expect([401, 413]).toContain(response.status)
  })
})

describe('the identity provider', () => {
  const endpoints = [
    '/token',
    '/request',
    '/token/revocation',
    '/auth',
    '/auth/x',
    '/session/end',
    '/session/end/confirm',
    '/me',
    '/jwks',
    '/interaction/x/sign-in',
    '/.well-known/openid-configuration',
    '/healthz',
    '/nothing',
  ]

  test.each(formBodies)('refuses %s, at every address', async (_what, type, body) => {
    for (const path of endpoints) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const init = { method, headers: { 'content-type': type }, body }
        const response = await fetch(server.idUrl + path, { ...init, redirect: 'manual' })
        // Whether there was such a token is not said (RFC 7009 §2.2).
        const least = path === '/token/revocation' ? 200 : 400
        expect(response.status, path).toBeGreaterThanOrEqual(least)
        expect(response.status, path).toBeLessThan(500)
        await response.text()
      }
      const asked = await fetch(`${server.idUrl}${path}?${body.slice(0, 4000)}`, { redirect: 'manual' })
      expect(asked.status, path).toBeLessThan(500)
      await asked.text()
    }
  })

  describe('with a sign-in under way', () => {
    let client: Client
    let page: Page
    beforeAll(async () => {
      client = await createClient(server)
      page = await client.begin()
    })

    test.each(formBodies)('refuses %s in its forms', async (_what, type, body) => {
      const cookie = client.browser.cookies().map(({ name, value }) => `${name}=${value}`)
      for (const step of ['/sign-in', '/create-account', '/consent']) {
        const url = formTo(page, '/sign-in').action.replace('/sign-in', step)
        const headers = { 'content-type': type, cookie: cookie.join('; ') }
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })
        expect([400, 401, 413, 429]).toContain(response.status)
        expect(response.headers.get('cache-control')).toBe('no-store')
        await response.text()
      }
    })

    test('asks again on its own page where a form cannot be read', async () => {
      const headers = { 'content-type': 'multipart/form-data' }
      const answer = await client.browser.submit(formTo(page, '/sign-in'), {}, headers)
      expect(answer.status).toBe(400)
      expect(formTo(answer, '/sign-in').fields).toHaveProperty('password')
    })
  })

  test('says that a sign-in has expired, whatever was added to the address to return to', async () => {
    for (const query of ['', '?client_id=web', '?client_id=web&scope=openid&state=x']) {
      const response = await fetch(`${server.idUrl}/auth/x${query}`)
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('This sign-in has expired')
    }
  })
})

describe('both origins', () => {
  const raw = (port: number, request: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'))
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(parts).toString()))
    return promise
  }

  test('keep nobody waiting for bodies that do not come', async () => {
    const { appPort, idPort } = server.config
    const slow = [...Array.from({ length: 50 }, () => appPort), ...Array.from({ length: 50 }, () => idPort)].map(
      (port) => {
        const path = port === appPort ? '/api/v1/auth/logout' : '/token'
        const type = port === appPort ? 'application/json' : form
        const head = `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nContent-Length: 5000\r\n\r\n`
        const socket = connect(port, '127.0.0.1', () => socket.write(`${head}{`))
        socket.on('error', () => undefined)
        return socket
      },
    )
    await Promise.all(slow.map((socket) => once(socket, 'connect')))
    const begun = performance.now()
    expect((await session.client.call(session.tokens.access, '/auth/status')).status).toBe(200)
    session.tokens = await session.client.refresh(session.tokens.refresh)
    expect(performance.now() - begun).toBeLessThan(5000)
    for (const socket of slow) socket.destroy()
    expect((await session.client.call(session.tokens.access, '/auth/status')).status).toBe(200)
  })

  test.each([
    'GET http://elsewhere.example.com/',
    'GET //elsewhere.example.com/',
    'OPTIONS *',
    'GET *',
    'GET /%ff%fe',
    'GET /%zz?%zz',
    'GET /\\',
    'GET /interaction/%zz',
    'GET /interaction/%00/sign-in',
    'GET /auth/%zz',
    'GET /auth?client_id=web&request_uri=%00%ED%A0%80',
    'GET /auth?client_id=__proto__',
    'GET /session/end?id_token_hint=a.b.c',
    'GET /session/end?post_logout_redirect_uri=https://elsewhere.example.com/&client_id=web',
    'GET /api/v1/%zz',
    'HEAD /',
    'HEAD /healthz',
    'HEAD /jwks',
    'HEAD /api/v1/server',
    'QUERY /',
  ])('answer %s, from any host and with any cookie', async (line) => {
    for (const port of [server.config.appPort, server.config.idPort]) {
      for (const host of ['localhost', 'elsewhere.example.com', 'a b', '']) {
        const cookie = 'holdfast-session=%00; holdfast-session=x; holdfast-interaction=\xff; __Host-holdfast=\xff'
        const answer = await raw(
          port,
          `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`,
        )
        expect(answer).toMatch(/^HTTP\/1\.1 [234]/)
        expect(/^location: (.*)$/im.exec(answer)?.[1] ?? '').not.toContain('elsewhere')
      }
    }
  })
})
