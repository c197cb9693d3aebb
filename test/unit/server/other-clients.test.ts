import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, formTo, type Page } from './support/browser.ts'
import { discover, newPerson, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

const redirect = 'https://other.example.com/callback'
const open = { [oauth.allowInsecureRequests]: true }

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({
    clients: [
      {
        client_id: 'other',
        client_name: 'Other <b>App</b>',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        response_modes: ['form_post'],
        redirect_uris: [redirect],
        id_token_signed_response_alg: 'ES256',
      },
    ],
  })
})
afterAll(() => server.dispose())

const begin = async (browser = createBrowser(), changes: Record<string, string> = {}) => {
  const verifier = oauth.generateRandomCodeVerifier()
  const metadata = await discover(server)
  const url = new URL(metadata.authorization_endpoint ?? '')
  const all = {
    client_id: 'other',
    redirect_uri: redirect,
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 'x',
    ...changes,
  }
  url.search = String(new URLSearchParams(all))
  const exchange = async (page: Page) => {
    const answer = new URLSearchParams(formTo(page, '/callback').fields)
    const client = { client_id: 'other' }
    const checked = oauth.validateAuthResponse(metadata, client, answer, 'x')
    return oauth.authorizationCodeGrantRequest(metadata, client, oauth.None(), checked, redirect, verifier, open)
  }
  return { browser, page: await browser.open(url.href), exchange }
}

describe('a client of someone else', () => {
  test('is named, and learns nothing before the person allows it', async () => {
    const browser = createBrowser()
    const { person } = await signedIn(server, browser)
    const { page, exchange } = await begin(browser)
    expect(page.text).toContain('<h1>Allow access?</h1>')
    expect(page.text).toContain('Other &lt;b&gt;App&lt;/b&gt;')
    expect(page.headers.get('content-security-policy')).toContain('https://other.example.com')
    const allowed = await browser.submit(formTo(page, '/consent'))
    const tokens = await (await exchange(allowed)).json()
    expect(decodeJwt(tokens.id_token).email).toBe(person.email)
  })

  test('is not asked about again, and can sign in again', async () => {
    const browser = createBrowser()
    await signedIn(server, browser)
    const first = await begin(browser)
    await (await first.exchange(await browser.submit(formTo(first.page, '/consent')))).json()
    const second = await begin(browser)
    expect((await second.exchange(second.page)).status).toBe(200)
  })

  test('is told when the person does not allow it', async () => {
    const browser = createBrowser()
    await signedIn(server, browser)
    const { page } = await begin(browser)
    const cancelled = await browser.submit(formTo(page, '/cancel'))
    expect(formTo(cancelled, '/callback').fields).toMatchObject({ error: 'access_denied' })
  })

  test('gets no token for our API, by default or by asking', async () => {
    const browser = createBrowser()
    await signedIn(server, browser)
    const { page, exchange } = await begin(browser)
    const { access_token } = await (await exchange(await browser.submit(formTo(page, '/consent')))).json()
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await fetch(`${server.appUrl}/api/v1/auth/status`, { headers })).status).toBe(401)
    const asking = await begin(createBrowser(), { resource: `${server.appUrl}/api/v1` })
    expect(asking.page.text).not.toContain('type="password"')
  })

  test('asks for the password first where nobody is signed in', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await begin()
    expect((await browser.submit(formTo(page, '/sign-in'), newPerson())).status).toBe(401)
    expect((await browser.submit(formTo(page, '/sign-in'), person)).text).toContain('Allow access?')
  })
})
