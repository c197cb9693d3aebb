import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { signedIn, statusOf } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())
afterEach(() => {
  vi.useRealTimers()
})

/** Lets time pass for server and client alike. */
const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const day = 86_400_000

const anotherKey = async () => oauth.DPoP({}, await oauth.generateKeyPair('ES256'))

describe('a refresh', () => {
  test('gives new tokens of the same session', async () => {
    const { client, tokens } = await signedIn(server)
    const next = await client.refresh(tokens.refresh)
    expect(next.refresh).not.toBe(tokens.refresh)
    expect(decodeJwt(next.access).sid).toBe(decodeJwt(tokens.access).sid)
    expect((await client.call(next.access, '/auth/status')).status).toBe(200)
  })

  test('is borne again where its reply was lost: both successors are good', async () => {
    const { client, tokens } = await signedIn(server)
    const first = await client.refresh(tokens.refresh)
    pass(55_000)
    const second = await client.refresh(tokens.refresh)
    expect(second.refresh).not.toBe(first.refresh)
    for (const { refresh, access } of [first, second]) {
      expect((await client.call(access, '/auth/status')).status).toBe(200)
      expect((await client.refresh(refresh)).refresh).not.toBe('')
    }
  })

  test('is borne twice at the same instant', async () => {
    const { client, tokens } = await signedIn(server)
    const both = await Promise.all([client.refresh(tokens.refresh), client.refresh(tokens.refresh)])
    for (const { refresh } of both) expect((await client.refreshRaw(refresh)).status).toBe(200)
  })

  test('sent again by the browser byte for byte is borne too', async () => {
    const { client, tokens } = await signedIn(server)
    let sent: RequestInit = {}
    const first = await oauth.refreshTokenGrantRequest(
      client.metadata,
      { client_id: 'web' },
      oauth.None(),
      tokens.refresh,
      {
        DPoP: client.handle,
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: (url, init) => {
          sent = { method: init.method, headers: init.headers, body: String(init.body) }
          return fetch(url, sent)
        },
      },
    )
    expect(first.status).toBe(200)
    const again = await fetch(client.metadata.token_endpoint ?? '', sent)
    expect(again.status).toBe(200)
  })

  test('with a used token after the grace ends the whole family', async () => {
    const { client, tokens } = await signedIn(server)
    const next = await client.refresh(tokens.refresh)
    pass(61_000)
    const late = await client.refreshRaw(tokens.refresh)
    expect(await late.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await client.refreshRaw(next.refresh)).status).toBe(400)
    expect(await statusOf(client.call(next.access, '/auth/status'))).toBe(401)
  })

  test('with another key ends the whole family, even in the grace', async () => {
    const { client, tokens } = await signedIn(server)
    const next = await client.refresh(tokens.refresh)
    const thief = await client.refreshRaw(tokens.refresh, await anotherKey())
    expect(await thief.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await client.refreshRaw(next.refresh)).status).toBe(400)
    expect(await statusOf(client.call(next.access, '/auth/status'))).toBe(401)
  })

  test('with another key ends the whole family, even where the token is unused', async () => {
    const { client, tokens } = await signedIn(server)
    expect((await client.refreshRaw(tokens.refresh, await anotherKey())).status).toBe(400)
    expect((await client.refreshRaw(tokens.refresh)).status).toBe(400)
    expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
  })

  test('of one session leaves the others of the account alone when it ends', async () => {
    const { client, tokens } = await signedIn(server)
    const other = await signedIn(server)
    await client.refreshRaw(tokens.refresh, await anotherKey())
    expect((await other.client.refreshRaw(other.tokens.refresh)).status).toBe(200)
  })

  test('works after 13 idle days, and not after 15', async () => {
    const { client, tokens } = await signedIn(server)
    pass(13 * day)
    const next = await client.refresh(tokens.refresh)
    pass(15 * day)
    await expect(client.refresh(next.refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('never outlives ninety days, however often it is rotated', async () => {
    const { client, tokens } = await signedIn(server)
    let { refresh } = tokens
    for (let days = 0; days < 84; days += 12) {
      pass(12 * day)
      ;({ refresh } = await client.refresh(refresh))
    }
    pass(7 * day)
    await expect(client.refresh(refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('keeps a session through a restart of the server', async () => {
    const own = await startTestServer()
    const { client, tokens } = await signedIn(own)
    const restarted = await own.restart()
    const next = await client.refresh(tokens.refresh)
    expect((await client.call(next.access, '/auth/status')).status).toBe(200)
    await restarted.dispose()
  })
})
