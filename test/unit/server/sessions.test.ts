import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createClient, newPerson, signedIn } from './support/client.ts'
import { rowsOf } from './support/database.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const sidOf = (access: string): string => String(decodeJwt(access).sid)
const rowOf = async (access: string) =>
  (await rowsOf(server.config, 'select * from sessions where id = ?', sidOf(access)))[0]
const eventsOf = async (access: string) => {
  const sql = 'select type from audit_events where session_id = ? order by at'
  return (await rowsOf(server.config, sql, sidOf(access))).map(({ type }) => type)
}

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

describe('a session', () => {
  test('is written down with its device, its address and its times', async () => {
    const { tokens } = await signedIn(server)
    const row = await rowOf(tokens.access)
    expect(row).toMatchObject({ client_id: 'web', revoked_at: null, account_id: decodeJwt(tokens.access).sub })
    expect(row?.address).toMatch(/127\.0\.0\.1|::1/)
    expect(row?.user_agent).toBeTypeOf('string')
    expect(Math.abs(Number(row?.created_at) - Date.now())).toBeLessThan(10_000)
    expect(await eventsOf(tokens.access)).toEqual(['session.created'])
  })

  test('notes that it is used, once a minute at most', async () => {
    const { client, tokens } = await signedIn(server)
    const created = (await rowOf(tokens.access))?.last_used_at
    await client.call(tokens.access, '/auth/status')
    expect((await rowOf(tokens.access))?.last_used_at).toBe(created)
    pass(61_000)
    await client.call(tokens.access, '/auth/status')
    expect((await rowOf(tokens.access))?.last_used_at).toBe(Date.now())
  })

  test('notes a refresh as use', async () => {
    const { client, tokens } = await signedIn(server)
    pass(61_000)
    await client.refresh(tokens.refresh)
    expect((await rowOf(tokens.access))?.last_used_at).toBe(Date.now())
  })

  test('ends in the audit trail once, by its sign-out', async () => {
    const { client, tokens } = await signedIn(server)
    await client.revoke(tokens.refresh)
    await client.revoke(tokens.refresh)
    expect(await eventsOf(tokens.access)).toEqual(['session.created', 'session.revoked'])
    expect((await rowOf(tokens.access))?.revoked_at).not.toBeNull()
  })

  test('whose refresh token is misused says so in the audit trail', async () => {
    const { client, tokens } = await signedIn(server)
    await client.refreshRaw(tokens.refresh, oauth.DPoP({}, await oauth.generateKeyPair('ES256')))
    expect(await eventsOf(tokens.access)).toEqual(['session.created', 'refresh.reused'])
  })

  test('whose code is used twice says so in the audit trail', async () => {
    const client = await createClient(server)
    const answer = client.answerOf(await client.createAccount(newPerson()))
    const tokens = await client.exchange(answer)
    await client.exchangeRaw(answer)
    expect(await eventsOf(tokens.access)).toEqual(['session.created', 'code.reused'])
  })

  test('that merely ran out raises no alarm', async () => {
    const { client, tokens } = await signedIn(server)
    pass(15 * 86_400_000)
    await expect(client.refresh(tokens.refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await eventsOf(tokens.access)).toEqual(['session.created'])
  })

  test('keeps its refresh token when another begins in the same browser, and when that browser signs out', async () => {
    const { client, tokens } = await signedIn(server)
    const second = await createClient(server, client.browser)
    const other = await second.exchange(second.answerOf(await second.begin()))
    const next = await client.refresh(tokens.refresh)
    await second.revoke(other.refresh)
    expect((await client.refreshRaw(next.refresh)).status).toBe(200)
  })
})
