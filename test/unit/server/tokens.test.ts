import { createHash } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { extensionRedirects } from '../../../server/oidc/clients.ts'
import { createClient, newPerson, signedIn, statusOf } from './support/client.ts'
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

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const day = 86_400_000

const rows = (sql: string, ...parameters: string[]) => rowsOf(server.config, sql, ...parameters)
const sidOf = (token: string): string => String(decodeJwt(token).sid)
const auditOf = async (sid: string) =>
  (await rows('select type from audit_events where session_id = ? order by at', sid)).map(({ type }) => type)

const lifetime = ({ iat = 0, exp = 0 }: JWTPayload): number => exp - iat

describe('the tokens', () => {
  test('are signed with the key that the provider publishes, for this client and this API', async () => {
    const { client, tokens, person } = await signedIn(server)
    const keys = createRemoteJWKSet(new URL(client.metadata.jwks_uri ?? ''))
    const id = await jwtVerify(tokens.idToken, keys, { issuer: server.idUrl, audience: 'web', algorithms: ['ES256'] })
    expect(id.payload).toMatchObject({ email: person.email, nonce: expect.any(String) })
    expect(lifetime(id.payload)).toBe(3600)
    const access = await jwtVerify(tokens.access, keys, {
      issuer: server.idUrl,
      audience: `${server.appUrl}/api/v1`,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    })
    expect(access.payload).toMatchObject({ sub: id.payload.sub, client_id: 'web', jti: expect.any(String) })
    expect(lifetime(access.payload)).toBe(900)
    expect(access.payload).not.toHaveProperty('email')
  })

  test('of a refresh carry an ID token of the same person, with the name of today', async () => {
    const { client, tokens } = await signedIn(server)
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"name":"Ada"}' }
    await client.call(tokens.access, '/user/profile', init)
    const next = await client.refresh(tokens.refresh)
    expect(decodeJwt(next.idToken)).toMatchObject({ sub: decodeJwt(tokens.idToken).sub, name: 'Ada' })
  })

  test('are asked to be refreshed in the last fifth of their life, and not before', async () => {
    const { client, tokens } = await signedIn(server)
    const needsRefresh = async () => (await (await client.call(tokens.access, '/auth/status')).json()).needsRefresh
    pass(700_000)
    expect(await needsRefresh()).toBe(false)
    pass(30_000)
    expect(await needsRefresh()).toBe(true)
  })

  test('hold no e-mail where the client did not ask for it', async () => {
    const client = await createClient(server)
    const person = newPerson()
    client.answerOf(await client.createAccount(person))
    const other = await createClient(server, client.browser)
    const tokens = await other.exchange(other.answerOf(await other.begin({ scope: 'openid' })))
    expect(decodeJwt(tokens.idToken)).not.toHaveProperty('email')
  })
})

describe('the end of a refresh token', () => {
  const ends = async (sid: string): Promise<number[]> =>
    (await rows("select expires_at from oidc_records where model = 'RefreshToken' and grant_id = ?", sid)).map((row) =>
      Number(row.expires_at),
    )

  test('is fourteen idle days away, and never past the ninetieth day of the sign-in', async () => {
    const { client, tokens } = await signedIn(server)
    const began = Date.now()
    const sid = sidOf(tokens.access)
    let { refresh } = tokens
    for (let days = 0; days < 84; days += 12) {
      expect(Math.abs(Math.max(...(await ends(sid))) - Math.min(Date.now() + 14 * day, began + 90 * day))).toBeLessThan(
        10_000,
      )
      pass(12 * day)
      ;({ refresh } = await client.refresh(refresh))
    }
    expect(Math.max(...(await ends(sid)))).toBeLessThan(began + 90 * day + 10_000)
    pass(5 * day)
    const { access } = await client.refresh(refresh)
    expect((await client.call(access, '/auth/status')).status).toBe(200)
  })

  test('takes every other record of the sign-in with it where a thief shows up', async () => {
    const { client, tokens } = await signedIn(server)
    await client.refreshRaw(tokens.refresh, oauth.DPoP({}, await oauth.generateKeyPair('ES256')))
    expect(await rows('select model from oidc_records where grant_id = ?', sidOf(tokens.access))).toEqual([])
  })
})

describe('the audit trail', () => {
  test('names a sign-in and a sign-out', async () => {
    const { client, tokens } = await signedIn(server)
    await client.revoke(tokens.refresh)
    expect(await auditOf(sidOf(tokens.access))).toEqual(['session.created', 'session.revoked'])
  })

  test('names a refresh token that was used too late, once', async () => {
    const { client, tokens } = await signedIn(server)
    await client.refresh(tokens.refresh)
    pass(61_000)
    await client.refreshRaw(tokens.refresh)
    await client.refreshRaw(tokens.refresh)
    expect(await auditOf(sidOf(tokens.access))).toEqual(['session.created', 'refresh.reused'])
  })

  test('names a refresh token that came without its key', async () => {
    const { client, tokens } = await signedIn(server)
    const body = new URLSearchParams({ client_id: 'web', grant_type: 'refresh_token', refresh_token: tokens.refresh })
    const response = await fetch(client.metadata.token_endpoint ?? '', { method: 'POST', body })
    expect(response.status).toBe(400)
    expect(await auditOf(sidOf(tokens.access))).toEqual(['session.created', 'refresh.reused'])
    expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
  })

  test('names a code that was used twice', async () => {
    const client = await createClient(server)
    const answer = client.answerOf(await client.createAccount(newPerson()))
    const tokens = await client.exchange(answer)
    await client.exchangeRaw(answer)
    expect(await auditOf(sidOf(tokens.access))).toEqual(['session.created', 'code.reused'])
  })

  test('says nothing where a lost reply was asked for again', async () => {
    const { client, tokens } = await signedIn(server)
    await Promise.all([client.refresh(tokens.refresh), client.refresh(tokens.refresh)])
    expect(await auditOf(sidOf(tokens.access))).toEqual(['session.created'])
  })
})

describe('the page that hands over the code', () => {
  test('allows the one script that it has, and no other', async () => {
    const client = await createClient(server)
    const page = await client.createAccount(newPerson())
    const scripts = [...page.text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(([, source = '']) => source)
    expect(scripts).toHaveLength(1)
    const policy = page.headers.get('content-security-policy') ?? ''
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64')
    expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe(`'sha256-${hash}'`)
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).toBe(
      ["'self'", server.appUrl, ...extensionRedirects.map((address) => new URL(address).origin)].join(' '),
    )
    expect(policy).not.toContain('unsafe')
    expect(page.text).not.toMatch(/\son\w+=/)
  })
})
