import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, formTo } from './support/browser.ts'
import { createClient, newPerson, signedIn, statusOf } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const genuine = {
  'sec-fetch-dest': 'serviceworker',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-site': 'same-origin',
  'service-worker': 'script',
}

/** fetch() may not send these headers itself. */
const raw = (line: string, headers: Record<string, string>): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers }).map((pair) => pair.join(': '))
  const socket = connect(server.config.appPort, '127.0.0.1', () => {
    socket.write(`${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  })
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  socket.on('error', reject)
  socket.on('close', () => resolve(Buffer.concat(parts).toString()))
  return promise
}

describe('the worker', () => {
  const preludeOf = (answer: string) => JSON.parse(/self\.__holdfast=(\{.*\});\n/.exec(answer)?.[1] ?? '{}')

  test('begins with what the seal tells it, then its configuration, then itself', async () => {
    const answer = await raw('GET /sw.js', genuine)
    const body = answer.slice(answer.indexOf('\r\n\r\n'))
    expect(body).toMatch(/self\.__holdfast=\{.*\};\nself\.__holdfast_config=\{.*\};\nself\.started = true/)
    expect(preludeOf(answer)).toMatchObject({
      install: expect.any(String),
      share: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i)
    const cookie = /set-cookie: (.*)\r\n/i.exec(answer)?.[1] ?? ''
    for (const attribute of [/; httponly/i, /; samesite=strict/i, /; path=\//i]) expect(cookie).toMatch(attribute)
    expect(cookie).not.toContain(preludeOf(answer).share)
  })

  test('of another install has another share', async () => {
    const [one, two] = await Promise.all([raw('GET /sw.js', genuine), raw('GET /sw.js', genuine)])
    expect(preludeOf(one).share).not.toBe(preludeOf(two).share)
    expect(preludeOf(one).install).not.toBe(preludeOf(two).install)
  })

  test.each<[string, string, Record<string, string>]>([
    ['a page that fetches it', 'GET /sw.js', { ...genuine, 'sec-fetch-dest': 'empty' }],
    ['a page that loads it as a script', 'GET /sw.js', { ...genuine, 'sec-fetch-dest': 'script' }],
    ['a page that makes it a worker', 'GET /sw.js', { ...genuine, 'sec-fetch-dest': 'worker' }],
    ['another site', 'GET /sw.js', { ...genuine, 'sec-fetch-site': 'cross-site' }],
    ['a sibling of the site', 'GET /sw.js', { ...genuine, 'sec-fetch-site': 'same-site' }],
    ['a request in another mode', 'GET /sw.js', { ...genuine, 'sec-fetch-mode': 'cors' }],
    ['a request without Service-Worker', 'GET /sw.js', { ...genuine, 'service-worker': '' }],
    ['an address with a query', 'GET /sw.js?x', genuine],
    ['HEAD', 'HEAD /sw.js', genuine],
    ['POST', 'POST /sw.js', genuine],
    ['another file as a worker', 'GET /assets/index-abc123.js', genuine],
    ['the API as a worker', 'GET /api/v1/server', genuine],
    ['a page as a worker', 'GET /', genuine],
  ])('is not given to %s', async (_what, line, headers) => {
    const answer = await raw(line, headers)
    expect(answer).toMatch(/^HTTP\/1\.1 403/)
    expect(answer).not.toMatch(/set-cookie|__holdfast=|started/i)
  })

  test.each([
    '/./sw.js',
    '//sw.js',
    '/%73w.js',
    '/sw%2ejs',
    '/sw.js/',
    '/assets/../sw.js',
    '/SW.JS',
    '/sw.js%00',
    '/sw.js.map',
  ])('is not to be had by another way to write its address: %s', async (path) => {
    expect(await raw(`GET ${path}`, {})).not.toContain('started')
  })
})

describe('the callback', () => {
  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])(
    'leads to the app without what came, asked by %s',
    async (method) => {
      const answer = await raw(`${method} /auth/callback?code=canary&state=canary`, { 'content-length': '0' })
      expect(answer).toMatch(/^HTTP\/1\.1 303/)
      expect(answer).toMatch(/\r\nlocation: \/\?signin=interrupted#\r\n/i)
      expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i)
      expect(answer).not.toContain('canary')
    },
  )
})

describe('the identity provider', () => {
  test.each([
    ['a page that is not there', 'GET', '/nothing'],
    ['a sign-in that is over', 'GET', '/interaction/x'],
    ['a form that is over', 'POST', '/interaction/x/sign-in'],
    ['a broken authorization request', 'GET', '/auth?client_id=nobody'],
    ['a refused one', 'GET', '/auth?client_id=web'],
    ['the token endpoint', 'POST', '/token'],
    ['pushed requests', 'POST', '/request'],
    ['revocation', 'POST', '/token/revocation'],
    ['its keys', 'GET', '/jwks'],
    ['sign-out', 'GET', '/session/end'],
    ['its health', 'GET', '/healthz'],
    ['its look', 'GET', '/assets/theme.css'],
  ])('keeps its security headers on %s', async (_what, method, path) => {
    const { headers, status } = await fetch(server.idUrl + path, { method, redirect: 'manual' })
    expect(status).toBeLessThan(500)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", 'form-action ']) {
      expect(policy).toContain(part)
    }
    // The one wildcard: ports of the person's own machine, where native programs wait.
    expect(policy.replace(' http://127.0.0.1:*', '')).not.toMatch(/unsafe|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  })

  test('has a request id that is in its log', async () => {
    const { headers } = await fetch(`${server.idUrl}/jwks`)
    expect(server.logged()).toContain(headers.get('x-request-id'))
  })

  test('takes no answer of a form from a browser that did not open it', async () => {
    const client = await createClient(server)
    const form = formTo(await client.begin(), '/sign-in')
    const { person } = await signedIn(server)
    const page = await createBrowser().submit(form, person)
    expect(page.status).toBe(410)
    expect(page.headers.getSetCookie()).toEqual([])
  })
})

describe('the log', () => {
  test('holds nothing that people typed or clients sent, also where it was refused', async () => {
    const { client, tokens, person } = await signedIn(server)
    const typed = { email: 'canary-mail@example.com', password: 'canary password' }
    const stranger = await createClient(server)
    const page = await stranger.begin({ state: 'canary-state', login_hint: 'canary-hint' })
    await stranger.browser.submit(formTo(page, '/sign-in'), typed)
    await stranger.browser.submit(
      { action: `${page.url}/create-account`, fields: {} },
      { ...typed, password: 'canary' },
    )
    await stranger.browser.open(`${page.url}/canary-step?canary=1`)
    const body = new URLSearchParams({ client_id: 'web', grant_type: 'refresh_token', refresh_token: 'canary-token' })
    await fetch(`${server.idUrl}/token`, { method: 'POST', body, headers: { dpop: 'canary.proof.x' } })
    await fetch(`${server.idUrl}/canary/path?canary=1`)
    await fetch(`${server.appUrl}/api/v1/canary?canary=1`, { headers: { authorization: 'Bearer canary.token.x' } })
    await fetch(`${server.appUrl}/canary`)
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"name":"canary name"}' }
    expect(await statusOf(client.call(tokens.access, '/user/profile', init))).toBe(200)
    const log = server.logged()
    expect(log).not.toMatch(/canary/i)
    const uid = /interaction\/([\w-]+)/.exec(page.url)?.[1] ?? ''
    expect(uid).not.toBe('')
    for (const secret of [uid, person.email, person.password, ...Object.values(tokens)]) {
      expect(log.includes(secret)).toBe(false)
    }
  })

  test('holds no reason of a failure, only its kind', async () => {
    const own = await startTestServer()
    const client = await createClient(own)
    const page = await client.begin()
    own.store.accounts.findByEmail = () => Promise.reject(new Error('canary'))
    const answer = await client.browser.submit(formTo(page, '/sign-in'), newPerson())
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('canary')
    expect(own.logged()).toContain('identity request failed')
    expect(own.logged()).not.toContain('canary')
    await own.dispose()
  })
})
