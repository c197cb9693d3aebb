import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aiResources } from '../../../server/ai.ts'
import { workerOnlyPaths } from '../../../src/protocol/sync-paths.ts'
import { createClient, newPerson } from './support/client.ts'
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
const raw = (path: string, headers: Record<string, string>): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers }).map((pair) => pair.join(': '))
  const socket = connect(server.config.appPort, '127.0.0.1', () => {
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  })
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  socket.on('error', reject)
  socket.on('close', () => resolve(Buffer.concat(parts).toString()))
  return promise
}

describe('the origin of the app', () => {
  const paths = [
    '/',
    '/settings',
    '/assets/index-abc123.js',
    '/icons/icon.svg',
    '/nothing',
    '/api/v1/server',
    '/sw.js',
    '/auth/callback',
    '/healthz',
  ]

  test.each(paths)('keeps its security headers on %s', async (path) => {
    const { headers } = await fetch(server.appUrl + path, { redirect: 'manual' })
    expect(headers.get('content-security-policy')).toContain("frame-src 'none'")
    expect(headers.get('content-security-policy')).toContain('connect-src')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test.each(['/', '/settings', '/index.html'])(
    'serves the app at %s, to be asked for again each time',
    async (path) => {
      const response = await fetch(server.appUrl + path)
      expect(await response.text()).toContain('The app')
      expect(response.headers.get('content-type')).toMatch(/^text\/html/)
      expect(response.headers.get('cache-control')).toBe('no-cache')
    },
  )

  test('lets files with a hash in their name be kept for ever', async () => {
    const response = await fetch(`${server.appUrl}/assets/index-abc123.js`)
    expect(response.headers.get('cache-control')).toMatch(/max-age=31536000.*immutable/)
  })

  test.each([
    '/nothing',
    '/assets/',
    '/assets/../../data/secrets.json',
    '/..%2f..%2fdata%2fsecrets.json',
    '/assets',
    '/%00',
    '/%zz',
  ])('has nothing at %s', async (path) => {
    expect(await raw(path, {})).toMatch(/^HTTP\/1\.1 40[04]/)
  })

  test('gives the worker to a browser that installs it, with its configuration, and to no one else', async () => {
    const answer = await raw('/sw.js', genuine)
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(answer).toContain('self.started = true')
    const config = JSON.parse(/self\.__holdfast_config=(\{.*\});\n/.exec(answer)?.[1] ?? '')
    expect(config).toEqual({
      callbackPath: '/auth/callback',
      providers: [
        {
          id: 'main',
          issuer: server.idUrl,
          clientId: 'web',
          scope: 'openid profile email offline_access',
          responseMode: 'form_post',
          dpop: true,
          resource: `${server.appUrl}/api/v1`,
          devices: `${server.appUrl}/api/v1`,
        },
      ],
      resources: [
        {
          provider: 'main',
          origin: server.appUrl,
          paths: ['/api/v1/'],
          except: workerOnlyPaths.map((path) => `/api/v1${path}`),
          methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        },
        ...aiResources(server.config.ai),
      ],
    })
    expect(await raw('/sw.js', {})).toMatch(/^HTTP\/1\.1 403/)
    expect(await raw('/assets/index-abc123.js', genuine)).toMatch(/^HTTP\/1\.1 403/)
  })

  test('gives the same worker to the same install after a restart', async () => {
    const body = (answer: string) => answer.slice(answer.indexOf('self.__holdfast'))
    const first = await raw('/sw.js', genuine)
    const cookie = /set-cookie: (\S+);/i.exec(first)?.[1] ?? ''
    server = await server.restart()
    expect(body(await raw('/sw.js', { ...genuine, cookie }))).toBe(body(first))
  })

  test('renders nothing at the callback', async () => {
    const response = await fetch(`${server.appUrl}/auth/callback`, {
      method: 'POST',
      body: new URLSearchParams({ code: 'canary' }),
      redirect: 'manual',
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/?signin=interrupted#')
    expect(await response.text()).toBe('')
  })
})

describe('the origin of the identity provider', () => {
  test('runs no script on its pages, and cannot be framed', async () => {
    const client = await createClient(server)
    const page = await client.begin()
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/script-src [^;]/)
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain(`form-action 'self' ${server.appUrl}`)
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  test('serves the look of the app', async () => {
    for (const name of ['theme.css', 'pages.css']) {
      const response = await fetch(`${server.idUrl}/assets/${name}`)
      expect(response.headers.get('content-type')).toMatch(/^text\/css/)
    }
  })

  test('sets cookies that no script reads and no other site sends', async () => {
    const client = await createClient(server)
    const page = await client.createAccount(newPerson())
    const cookies = page.headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; samesite=lax/i)
    }
  })

  test('has a page of ours where there is nothing', async () => {
    const response = await fetch(`${server.idUrl}/nothing`, { headers: { accept: 'text/html' } })
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('/assets/theme.css')
  })

  test('asks before it ends its own session, on a page of ours', async () => {
    const client = await createClient(server)
    await client.createAccount(newPerson())
    const page = await client.browser.open(client.metadata.end_session_endpoint ?? '')
    expect(page.status).toBe(200)
    expect(page.text).toContain('/assets/theme.css')
    expect(page.text).not.toContain('googleapis')
  })
})

test('both answer that they are well', async () => {
  for (const origin of [server.appUrl, server.idUrl]) {
    const response = await fetch(`${origin}/healthz`)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('{"status":"ok"}')
  }
})
