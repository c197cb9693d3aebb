import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ appUrl: 'https://notes.example.com', idUrl: 'https://id.example.com' })
})
afterAll(() => server.dispose())

const ask = (port: number, path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' })

test('addresses are those of the configuration, whatever the headers say', async () => {
  const response = await ask(server.config.idPort, '/.well-known/openid-configuration', {
    'x-forwarded-host': 'evil.example.com',
    'x-forwarded-proto': 'http',
  })
  const document = await response.json()
  expect(document.issuer).toBe('https://id.example.com')
  expect(document.token_endpoint).toBe('https://id.example.com/token')
  expect(JSON.stringify(document)).not.toContain('evil')
})

test('cookies are for https and this host alone', async () => {
  const response = await ask(server.config.idPort, '/session/end')
  const cookies = response.headers.getSetCookie()
  expect(cookies.some((cookie) => cookie.startsWith('__Host-holdfast-session='))).toBe(true)
  for (const cookie of cookies) expect(cookie).toMatch(/; secure/i)
})

test('both origins are remembered as https', async () => {
  for (const port of [server.config.appPort, server.config.idPort]) {
    const { headers } = await ask(port, '/healthz')
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
  }
})
