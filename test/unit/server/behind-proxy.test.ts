import { once } from 'node:events'
import { createServer } from 'node:http'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientAddress } from '../../../server/client-address.ts'
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

describe('the address of a client', () => {
  const addressFrom = async (headers: Record<string, string>, behindProxy: boolean): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const listener = createServer((incoming, outgoing) => {
      resolve(clientAddress(incoming, behindProxy))
      outgoing.end()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = v.parse(v.object({ port: v.number() }), listener.address())
    await (await fetch(`http://127.0.0.1:${port}/`, { headers })).text()
    listener.close()
    return promise
  }

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['made up, 198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['', '127.0.0.1'],
    ['203.0.113.7, ', '127.0.0.1'],
  ])('is what the proxy saw last: %s', async (forwarded, address) => {
    expect(await addressFrom({ 'x-forwarded-for': forwarded }, true)).toBe(address)
  })

  test('is the one of the connection where there is no proxy, whatever is said', async () => {
    expect(await addressFrom({ 'x-forwarded-for': '203.0.113.7' }, false)).toBe('127.0.0.1')
    expect(await addressFrom({}, true)).toBe('127.0.0.1')
  })
})
