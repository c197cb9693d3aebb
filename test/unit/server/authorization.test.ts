import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from './support/browser.ts'
import { createClient, newPerson, signedIn, statusOf } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

describe('an authorization request', () => {
  test.each([
    ['response_mode query', { response_mode: 'query' }],
    ['response_mode fragment', { response_mode: 'fragment' }],
    ['response_mode web_message', { response_mode: 'web_message' }],
    ['no response_mode', { response_mode: undefined }],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
    ['the implicit flow', { response_type: 'token' }],
    ['the hybrid flow', { response_type: 'code id_token' }],
    ['a path more in the redirect address', { redirect_uri: 'callback/more' }],
    ['a query in the redirect address', { redirect_uri: 'callback?x=1' }],
    ['a resource that is not ours', { resource: 'https://elsewhere.example.com' }],
  ])('is refused with %s', async (_what, changes: Record<string, string | undefined>) => {
    const client = await createClient(server)
    const redirect =
      changes.redirect_uri === undefined ? {} : { redirect_uri: `${server.appUrl}/auth/${changes.redirect_uri}` }
    const response = await client.push({ ...changes, ...redirect })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^(invalid|unsupported)_/) })
  })

  test('is refused where it was not pushed', async () => {
    const client = await createClient(server)
    const url = new URL(client.metadata.authorization_endpoint ?? '')
    const challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier())
    url.search = String(
      new URLSearchParams({
        client_id: 'web',
        redirect_uri: `${server.appUrl}/auth/callback`,
        response_type: 'code',
        response_mode: 'form_post',
        scope: 'openid',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }),
    )
    const page = await createBrowser().open(url.href)
    expect(page.text).not.toContain('type="password"')
    expect(page.text).not.toContain('name="code"')
  })

  test('of an unknown client ends on a page of ours', async () => {
    const client = await createClient(server)
    const page = await createBrowser().open(`${client.metadata.authorization_endpoint}?client_id=%3Cscript%3E`)
    expect(page.status).toBe(400)
    expect(page.text).toContain('This sign-in cannot go on')
    expect(page.text).not.toContain('<script>')
  })
})

describe('a code', () => {
  const codeOf = async () => {
    const client = await createClient(server)
    return { client, answer: client.answerOf(await client.createAccount(newPerson())) }
  }

  test('case 75: used twice takes back what it gave', async () => {
    const { client, answer } = await codeOf()
    const tokens = await client.exchange(answer)
    expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    expect((await client.exchangeRaw(answer)).status).toBe(400)
    expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
    expect((await client.refreshRaw(tokens.refresh)).status).toBe(400)
  })

  test('case 75: used twice at the same instant gives nothing that lasts', async () => {
    const { client, answer } = await codeOf()
    const both = await Promise.all([client.exchangeRaw(answer), client.exchangeRaw(answer)])
    expect(both.map(({ status }) => status)).toContain(400)
    for (const response of both.filter(({ ok }) => ok)) {
      const { access_token, refresh_token } = await response.json()
      expect(await statusOf(client.call(access_token, '/auth/status'))).toBe(401)
      expect((await client.refreshRaw(refresh_token)).status).toBe(400)
    }
  })

  test('used again after a refresh takes back what the refresh gave, too', async () => {
    const { client, answer } = await codeOf()
    const next = await client.refresh((await client.exchange(answer)).refresh)
    expect((await client.exchangeRaw(answer)).status).toBe(400)
    expect(await statusOf(client.call(next.access, '/auth/status'))).toBe(401)
    expect((await client.refreshRaw(next.refresh)).status).toBe(400)
  })

  test('is refused with another DPoP key than the one it was asked for with', async () => {
    const { client, answer } = await codeOf()
    const other = oauth.DPoP({}, await oauth.generateKeyPair('ES256'))
    expect((await client.exchangeRaw(answer, other)).status).toBe(400)
  })

  test('is refused with another verifier', async () => {
    const { answer } = await codeOf()
    const other = await createClient(server)
    expect((await other.exchangeRaw(answer)).status).toBe(400)
  })
})

describe('the token endpoint', () => {
  test('says that nothing may store its answers, and lets the app read them', async () => {
    const client = await createClient(server)
    const answer = client.answerOf(await client.createAccount(newPerson()))
    const response = await client.exchangeRaw(answer)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const token = await response.json()
    expect(token).toMatchObject({ token_type: 'DPoP', expires_in: 900 })
    const { cnf } = decodeJwt<{ cnf: { jkt: string } }>(token.access_token)
    expect(cnf.jkt).toBe(await client.handle.calculateThumbprint())
  })

  test('asks for a nonce where the clock of a client is off, and takes the proof with it', async () => {
    const { client, tokens } = await signedIn(server)
    const skewed = oauth.DPoP({}, client.pair, {
      [oauth.modifyAssertion](_header, payload) {
        payload.iat = Math.floor(Date.now() / 1000) - 600
      },
    })
    const first = await client.refreshRaw(tokens.refresh, skewed)
    expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' })
    expect(first.headers.get('dpop-nonce')).not.toBeNull()
    expect((await client.refreshRaw(tokens.refresh, skewed)).status).toBe(200)
  })

  test('answers a proof that is no proof without ending the session', async () => {
    const { client, tokens } = await signedIn(server)
    const body = new URLSearchParams({ client_id: 'web', grant_type: 'refresh_token', refresh_token: tokens.refresh })
    const response = await fetch(client.metadata.token_endpoint ?? '', {
      method: 'POST',
      headers: { dpop: 'x.y.z' },
      body,
    })
    expect(await response.json()).toMatchObject({ error: 'invalid_dpop_proof' })
    expect((await client.refreshRaw(tokens.refresh)).status).toBe(200)
  })

  test.each(['token_endpoint', 'pushed_authorization_request_endpoint', 'revocation_endpoint'] as const)(
    'and its like answer the app from its own origin, and no other: %s',
    async (name) => {
      const { metadata } = await createClient(server)
      const preflight = await fetch(metadata[name] ?? '', {
        method: 'OPTIONS',
        headers: {
          origin: server.appUrl,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'dpop, content-type',
        },
      })
      expect(preflight.headers.get('access-control-allow-origin')).toBe(server.appUrl)
      expect(preflight.headers.get('access-control-allow-headers')).toMatch(/dpop/i)
      const body = () => new URLSearchParams({ client_id: 'web' })
      const post = (origin: string) =>
        fetch(metadata[name] ?? '', { method: 'POST', headers: { origin }, body: body() })
      const own = await post(server.appUrl)
      expect(own.headers.get('access-control-allow-origin')).toBe(server.appUrl)
      expect(own.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
      expect(own.headers.get('access-control-allow-credentials')).toBeNull()
      expect((await post('https://elsewhere.example.com')).headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test('shows the nonce to the app across origins', async () => {
    const { metadata } = await createClient(server)
    const response = await fetch(metadata.token_endpoint ?? '', {
      method: 'POST',
      headers: { origin: server.appUrl },
      body: new URLSearchParams({ client_id: 'web' }),
    })
    for (const name of ['DPoP-Nonce', 'Date', 'Retry-After']) {
      expect(response.headers.get('access-control-expose-headers')).toContain(name)
    }
  })
})

describe('discovery', () => {
  test('names addresses of the issuer, whatever host was asked', async () => {
    const response = await fetch(`http://127.0.0.1:${server.config.idPort}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'elsewhere.example.com', origin: server.appUrl },
    })
    expect(response.headers.get('access-control-allow-origin')).toBe(server.appUrl)
    const document: Record<string, unknown> = await response.json()
    expect(document.issuer).toBe(server.idUrl)
    for (const [name, value] of Object.entries(document)) {
      if (/_(endpoint|uri)$/.test(name)) expect(value).toMatch(new RegExp(`^${server.idUrl}/`))
    }
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    expect(document.grant_types_supported).toEqual(expect.arrayContaining(['authorization_code', 'refresh_token']))
    expect(document.grant_types_supported).not.toContain('implicit')
    expect(document.response_modes_supported).not.toContain('web_message')
  })

  test('shows the public half of the key only', async () => {
    const { metadata } = await createClient(server)
    const { keys } = await (await fetch(metadata.jwks_uri ?? '')).json()
    expect(keys).toHaveLength(1)
    expect(keys[0]).not.toHaveProperty('d')
  })
})
