import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser, formTo, type Page } from './support/browser.ts'
import { createClient, discover, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
let person: { readonly email: string; readonly password: string }
beforeAll(async () => {
  server = await startTestServer()
  person = (await signedIn(server)).person
})
afterAll(() => server.dispose())
afterEach(() => vi.useRealTimers())

const open = { [oauth.allowInsecureRequests]: true }
const client: oauth.Client = { client_id: 'desktop' }

/** A native program that signs in by the page on the app's origin, with a browser for the pages. */
const createNative = async (redirect = `${server.appUrl}/api/v1/auth/callback/desktop`, language = 'en') => {
  const metadata = await discover(server)
  const handle = oauth.DPoP({}, await oauth.generateKeyPair('ES256'))
  const verifier = oauth.generateRandomCodeVerifier()
  const browser = createBrowser(language)

  const begin = async (): Promise<Page> => {
    const parameters = new URLSearchParams({
      client_id: 'desktop',
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid offline_access',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'its state',
      dpop_jkt: await handle.calculateThumbprint(),
    })
    const pushed = await oauth.pushedAuthorizationRequest(metadata, client, oauth.None(), parameters, open)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, pushed)
    const query = new URLSearchParams({ client_id: 'desktop', request_uri })
    return browser.open(`${metadata.authorization_endpoint}?${query}`)
  }

  const exchange = async (answer: URLSearchParams) => {
    const checked = oauth.validateAuthResponse(metadata, client, answer, 'its state')
    const options = { ...open, DPoP: handle }
    const none = oauth.None()
    const response = oauth.authorizationCodeGrantRequest(metadata, client, none, checked, redirect, verifier, options)
    return oauth.processAuthorizationCodeResponse(metadata, client, await response)
  }
  const signIn = async () => browser.submit(formTo(await begin(), '/sign-in'), person)
  return { begin, signIn, exchange, verifier, browser }
}

const oneTimeCodeOf = (page: Page): string => /href="holdfast:\/\/auth\?code=([\w-]+)"/.exec(page.text)?.[1] ?? ''

const redeem = (code: string, verifier: string): Promise<Response> =>
  fetch(`${server.appUrl}/api/v1/auth/desktop-callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, verifier }),
  })

const expectInvalid = async (response: Response) => {
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'code_invalid' } })
}

describe('the sign-in of a native program', () => {
  test('ends on a page that leads back by a code, which gives an answer to exchange for tokens of an hour', async () => {
    const native = await createNative()
    const page = await native.signIn()
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Return to Holdfast') })
    expect(page.headers.get('cache-control')).toBe('no-store')
    const provided = new URL(page.url).searchParams.get('code') ?? ''
    expect(provided).not.toBe('')
    expect(page.text).not.toContain(provided)
    expect(page.text).not.toContain('<script')
    const response = await redeem(oneTimeCodeOf(page), native.verifier)
    expect(response.status).toBe(200)
    const tokens = await native.exchange(new URLSearchParams(await response.json()))
    expect(tokens).toMatchObject({ expires_in: 3600, token_type: 'dpop', refresh_token: expect.any(String) })
    for (const secret of [provided, oneTimeCodeOf(page), tokens.access_token, tokens.refresh_token ?? '']) {
      expect(server.logged()).not.toContain(secret)
    }
  })

  test('can also come back to a port of the machine itself', async () => {
    const native = await createNative('http://127.0.0.1:9/callback')
    const page = await native.begin()
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain('http://127.0.0.1:*')
  })

  test.each([
    'http://127.0.0.1:9/other',
    'http://127.0.0.2:9/callback',
    'http://evil.example/callback',
    'holdfast://auth',
  ])('does not come back to %s', async (redirect) => {
    const native = await createNative(redirect)
    await expect(native.begin()).rejects.toThrow()
  })
})

describe('a one-time code', () => {
  test('is good once', async () => {
    const native = await createNative()
    const code = oneTimeCodeOf(await native.signIn())
    const answers = await Promise.all([redeem(code, native.verifier), redeem(code, native.verifier)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    await expectInvalid(await redeem(code, native.verifier))
  })

  test('is spent by another verifier', async () => {
    const native = await createNative()
    const code = oneTimeCodeOf(await native.signIn())
    await expectInvalid(await redeem(code, oauth.generateRandomCodeVerifier()))
    await expectInvalid(await redeem(code, native.verifier))
  })

  test('is good for 60 seconds', async () => {
    const native = await createNative()
    const code = oneTimeCodeOf(await native.signIn())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    await expectInvalid(await redeem(code, native.verifier))
  })

  test('that was never given is worth nothing', async () => {
    await expectInvalid(await redeem('A'.repeat(43), oauth.generateRandomCodeVerifier()))
  })
})

describe('the page', () => {
  test('says that the sign-in was cancelled', async () => {
    const native = await createNative()
    const page = await native.browser.submit(formTo(await native.begin(), '/cancel'))
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('The sign-in was cancelled') })
    expect(page.text).toContain('SIGN_IN_CANCELLED')
  })

  test.each([
    ['?error=server_error', 'SIGN_IN_REFUSED'],
    ['?code=x&state=y&iss=z', 'SIGN_IN_EXPIRED'],
    ['', 'SIGN_IN_EXPIRED'],
    ['?error=%3Cscript%3E&state=%22%3E%3Cscript%3E', 'SIGN_IN_REFUSED'],
  ])('has words for %s, in German too', async (query, code) => {
    const { browser } = await createNative(undefined, 'de')
    const page = await browser.open(`${server.appUrl}/api/v1/auth/callback/desktop${query}`)
    expect(page.status).toBe(400)
    expect(page.text).toContain(code)
    expect(page.text).toContain('lang="de"')
    expect(page.text).not.toContain('<script')
  })

  test('gives no one-time code for a code of another client', async () => {
    const { client: web } = await signedIn(server)
    const answer = web.answerOf(await web.begin())
    const { browser } = await createNative()
    const page = await browser.open(`${server.appUrl}/api/v1/auth/callback/desktop?${answer}`)
    expect(page.text).toContain('SIGN_IN_EXPIRED')
  })
})

test("forms may lead to a port of this machine in a native program's sign-in, and on no other page", async () => {
  const formAction = ({ headers }: { headers: Headers }) =>
    /form-action ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? ''
  const native = await createNative('http://127.0.0.1:54321/callback')
  const first = await native.begin()
  expect(formAction(first)).toContain(' http://127.0.0.1:* ')
  const wrong = await native.browser.submit(formTo(first, '/sign-in'), { ...person, password: 'not this one' })
  expect(wrong.status).toBe(401)
  expect(formAction(wrong)).toContain(' http://127.0.0.1:* ')
  const passkey = await native.browser.submit(formTo(first, '/use-passkey'))
  expect(formAction(passkey)).toContain(' http://127.0.0.1:* ')
  expect(passkey.headers.get('content-security-policy')).toContain("script-src 'self'")
  const web = await createClient(server)
  const others = [
    await web.begin(),
    await createBrowser().open(`${server.idUrl}/account`),
    await createBrowser().open(`${server.idUrl}/nothing`),
    await createBrowser().open(`${server.idUrl}/session/end`),
  ]
  for (const page of others) expect(formAction(page)).not.toContain('127.0.0.1')
})
