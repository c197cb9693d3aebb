import { randomUUID } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { type Browser, createBrowser, formsOf, formTo, type Page } from './browser.ts'
import type { TestServer } from './running-server.ts'

const open = { [oauth.allowInsecureRequests]: true }
const client: oauth.Client = { client_id: 'web' }

export type Person = { readonly email: string; readonly password: string }
export type Tokens = { readonly access: string; readonly refresh: string; readonly idToken: string }

/** Someone who has no account yet. */
export const newPerson = (): Person => ({ email: `${randomUUID()}@example.com`, password: `correct ${randomUUID()}` })

/** What a client has to know of a server. */
export type Site = Pick<TestServer, 'appUrl' | 'idUrl'>

export const discover = async (server: Site): Promise<oauth.AuthorizationServer> => {
  const issuer = new URL(server.idUrl)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, open))
}

/** The web client as the worker is one: DPoP, PAR, PKCE and form_post, with a browser for the pages. */
export const createClient = async (server: Site, browser: Browser = createBrowser()) => {
  const metadata = await discover(server)
  const pair = await oauth.generateKeyPair('ES256')
  const handle = oauth.DPoP({}, pair)
  const verifier = oauth.generateRandomCodeVerifier()
  const nonce = oauth.generateRandomNonce()
  const redirect = `${server.appUrl}/auth/callback`

  const parameters = async (changes: Record<string, string | undefined> = {}): Promise<URLSearchParams> => {
    const all = {
      client_id: 'web',
      redirect_uri: redirect,
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'openid profile email offline_access',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'the state',
      nonce,
      dpop_jkt: await handle.calculateThumbprint(),
      ...changes,
    }
    return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
  }

  /** Sends an authorization request ahead (RFC 9126); the raw answer. */
  const push = async (changes: Record<string, string | undefined> = {}): Promise<Response> =>
    oauth.pushedAuthorizationRequest(metadata, client, oauth.None(), await parameters(changes), open)

  /** The provider's first page, or the form_post page where it needs to ask nothing. */
  const begin = async (changes: Record<string, string | undefined> = {}): Promise<Page> => {
    const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, client, await push(changes))
    const url = new URL(metadata.authorization_endpoint ?? '')
    url.search = String(new URLSearchParams({ client_id: 'web', request_uri }))
    return browser.open(url.href)
  }

  const createAccount = async (person: Person): Promise<Page> => {
    const page = await begin()
    const link = /href="([^"]+\/create-account)"/.exec(page.text)?.[1] ?? ''
    return browser.submit(formTo(await browser.open(new URL(link, page.url).href), '/create-account'), person)
  }

  const signIn = async (person: Person): Promise<Page> => browser.submit(formTo(await begin(), '/sign-in'), person)

  /** The parameters that a form_post page carries. */
  const answerOf = (page: Page): URLSearchParams => {
    const form = formsOf(page).find(({ action }) => action === redirect)
    if (form === undefined) throw new Error(`No form_post page but ${page.status}: ${page.text}`)
    return new URLSearchParams(form.fields)
  }

  const exchangeRaw = (answer: URLSearchParams, dpop = handle): Promise<Response> => {
    const checked = oauth.validateAuthResponse(metadata, client, answer, 'the state')
    return oauth.authorizationCodeGrantRequest(metadata, client, oauth.None(), checked, redirect, verifier, {
      ...open,
      DPoP: dpop,
    })
  }

  const exchange = async (answer: URLSearchParams): Promise<Tokens> => {
    const response = await exchangeRaw(answer)
    const reply = await oauth.processAuthorizationCodeResponse(metadata, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    return { access: reply.access_token, refresh: reply.refresh_token ?? '', idToken: reply.id_token ?? '' }
  }

  const refreshRaw = (refresh: string, dpop = handle): Promise<Response> =>
    oauth.refreshTokenGrantRequest(metadata, client, oauth.None(), refresh, { ...open, DPoP: dpop })

  /** Answers a challenge for a nonce once, as the worker does; any other error is thrown. */
  const refreshed = async (token: string): Promise<oauth.TokenEndpointResponse> => {
    const response = await refreshRaw(token)
    const challenged = response.status === 400 && /use_dpop_nonce/.test(await response.clone().text())
    return oauth.processRefreshTokenResponse(metadata, client, challenged ? await refreshRaw(token) : response)
  }

  const refresh = async (token: string): Promise<Tokens> => {
    const reply = await refreshed(token)
    return { access: reply.access_token, refresh: reply.refresh_token ?? '', idToken: reply.id_token ?? '' }
  }

  const revoke = (token: string): Promise<Response> =>
    oauth.revocationRequest(metadata, client, oauth.None(), token, open)

  /** A call of the API with token and proof. */
  const call = async (access: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    const url = new URL(`/api/v1${path}`, server.appUrl)
    const { body: given } = init
    const body = typeof given === 'string' || given instanceof Uint8Array ? given : undefined
    return oauth.protectedResourceRequest(access, init.method ?? 'GET', url, headers, body, { ...open, DPoP: handle })
  }

  return {
    metadata,
    browser,
    pair,
    handle,
    begin,
    push,
    createAccount,
    signIn,
    answerOf,
    exchange,
    exchangeRaw,
    refresh,
    refreshRaw,
    revoke,
    call,
  }
}

export type Client = Awaited<ReturnType<typeof createClient>>

/** The status of an API call, where oauth4webapi throws on any challenge. */
export const statusOf = async (response: Promise<Response>): Promise<number> => {
  try {
    return (await response).status
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.status
    throw error
  }
}

/** A new person with an account, signed in. */
export const signedIn = async (server: Site, browser?: Browser) => {
  const client = await createClient(server, browser)
  const person = newPerson()
  const tokens = await client.exchange(client.answerOf(await client.createAccount(person)))
  return { client, person, tokens }
}
