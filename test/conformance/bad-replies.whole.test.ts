import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import type { Reply } from '../support/liar-reply.ts'
import { type Client, startClient } from './support/client.ts'
import { lacking, saying } from './support/lies.ts'
import { aList, aText, deepBody, endlessBody, hugeBody, noJson, nothing } from './support/odd-bodies.ts'
import { refused } from './support/refusal.ts'

const html = (): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<p>Sign in to the network</p>',
})
const to = (location: string) => (): Reply => ({ status: 307, headers: { location }, body: '' })
const withType =
  (type: string) =>
  (truth: Reply): Reply => ({ ...truth, headers: { 'content-type': type } })

const discovery: readonly (readonly [title: string, code: string, lie: (truth: Reply) => Reply])[] = [
  [
    'case 58 and oidcc-client-test-discovery-issuer-mismatch: another issuer',
    'PROVIDER_INVALID',
    saying({ issuer: 'https://another.example' }),
  ],
  ['case 58: a token endpoint over http', 'PROVIDER_INVALID', saying({ token_endpoint: 'http://another.example/t' })],
  ['case 58: keys over http', 'PROVIDER_INVALID', saying({ jwks_uri: 'http://another.example/keys' })],
  ['case 58: UserInfo over http', 'PROVIDER_INVALID', saying({ userinfo_endpoint: 'http://another.example/u' })],
  ['case 58: a javascript: endpoint', 'PROVIDER_INVALID', saying({ authorization_endpoint: 'javascript:alert(1)' })],
  ['case 58: a data: endpoint', 'PROVIDER_INVALID', saying({ token_endpoint: 'data:application/json,{}' })],
  ['case 58: a file: endpoint', 'PROVIDER_INVALID', saying({ revocation_endpoint: 'file:///etc/passwd' })],
  ['case 58: user info in an endpoint', 'PROVIDER_INVALID', saying({ token_endpoint: 'https://a:b@another.example/' })],
  ['bad input: a list as endpoint', 'PROVIDER_INVALID', saying({ token_endpoint: ['https://another.example/'] })],
  ['bad input: null as endpoint', 'PROVIDER_INVALID', saying({ jwks_uri: null })],
  [
    'bad input: a text as list of algorithms',
    'PROVIDER_INVALID',
    saying({ dpop_signing_alg_values_supported: 'ES256' }),
  ],
  ['bad input: no token endpoint', 'PROVIDER_INVALID', lacking('token_endpoint')],
  ['bad input: no JSON at discovery', 'PROVIDER_INVALID', noJson],
  ['bad input: null at discovery', 'PROVIDER_INVALID', nothing],
  ['bad input: HTML at discovery', 'PROVIDER_UNAVAILABLE', withType('text/html')],
  ['bad input: discovery redirects', 'PROVIDER_UNAVAILABLE', to('/stray/discovery')],
  ['case 59: 100 MB at discovery', 'PROVIDER_INVALID', hugeBody],
  ['case 59: deep JSON at discovery', 'PROVIDER_INVALID', deepBody],
]

const token: readonly (readonly [title: string, outcome: string, lie: (truth: Reply) => Reply])[] = [
  ['bad input: no JSON at the token endpoint', 'mismatch', noJson],
  ['bad input: a text at the token endpoint', 'mismatch', aText],
  ['bad input: a list at the token endpoint', 'mismatch', aList],
  ['bad input: HTML at the token endpoint', 'mismatch', html],
  ['bad input: the token endpoint redirects', 'unavailable', to('/stray/token')],
  ['bad input: no access token', 'mismatch', lacking('access_token')],
  ['bad input: a number as access token', 'mismatch', saying({ access_token: 7 })],
  ['bad input: null as refresh token', 'mismatch', saying({ refresh_token: null })],
  ['bad input: no token type', 'mismatch', lacking('token_type')],
  ['bad input: an unknown token type', 'mismatch', saying({ token_type: 'mac' })],
  ['bad input: no ID token', 'mismatch', lacking('id_token')],
  ['bad input: expires_in is no number', 'mismatch', saying({ expires_in: 'NaN' })],
  ['bad input: expires_in is null', 'mismatch', saying({ expires_in: null })],
  ['bad input: expires_in is negative', 'mismatch', saying({ expires_in: -1 })],
  [
    'bad input: an error with an odd challenge',
    'refused',
    (truth) => ({
      ...truth,
      status: 401,
      headers: { ...truth.headers, 'www-authenticate': `DPoP error="${'\\'.repeat(2000)}, ,=,"` },
      body: { error: 7 },
    }),
  ],
  [
    'bad input: 429 with an odd Retry-After',
    'unavailable',
    () => ({
      status: 429,
      headers: { 'retry-after': '-1e999, soon' },
      body: '',
    }),
  ],
  ['case 59: 100 MB at the token endpoint', 'refused', hugeBody],
  ['case 59: deep JSON at the token endpoint', 'mismatch', deepBody],
  [
    'case 60: DPoP nonces without an end at the token endpoint',
    'refused',
    (truth) => ({
      ...truth,
      status: 400,
      headers: { ...truth.headers, 'dpop-nonce': crypto.randomUUID() },
      body: { error: 'use_dpop_nonce' },
    }),
  ],
]

/** A provider is asked twice at most for one and the same: the second time with the nonce that it wanted. */
const mostTries = 2
/** What is read of a body ahead, by the browser and by the sockets, before the worker has had enough. */
const mostTaken = 32 * 1024 * 1024

describe.each(browsers)('a provider that answers badly in %s', (kind) => {
  let client: Client
  beforeAll(async () => {
    client = await startClient(kind)
  })
  afterAll(() => client.close())

  it.each(discovery)('%s → %s, nothing left, the next sign-in works', async (_, code, lie) => {
    await refused(client, code, { reply: { discovery: lie } })
    expect(client.liar.strays).toEqual([])
  })

  it.each(token)('%s → %s, nothing left, the next sign-in works', async (_, outcome, lie) => {
    const { tenant } = await refused(client, outcome, { reply: { token: lie } })
    expect(tenant.count('token')).toBeLessThanOrEqual(mostTries + 1)
    expect(tenant.mostTaken).toBeLessThan(mostTaken)
    expect(client.liar.strays).toEqual([])
  })

  it.each([
    ['case 59: 100 MB of keys', 'refused', hugeBody],
    ['case 59: deep JSON as keys', 'mismatch', deepBody],
    ['bad input: no list of keys', 'mismatch', saying({ keys: {} })],
    ['bad input: keys that are none', 'mismatch', saying({ keys: [null, 7] })],
    ['bad input: the keys redirect', 'unavailable', to('/stray/jwks')],
  ])('%s → %s, nothing left, the next sign-in works', async (_, outcome, lie) => {
    await refused(client, outcome, { reply: { jwks: lie } })
    expect(client.liar.strays).toEqual([])
  })

  it.each([
    ['case 59: 100 MB', hugeBody],
    ['case 59: deep JSON', deepBody],
    ['bad input: no JSON', noJson],
    ['bad input: no request_uri', lacking('request_uri')],
    ['bad input: a number as request_uri', saying({ request_uri: 7 })],
    ['bad input: an error', (truth: Reply): Reply => ({ ...truth, status: 400, body: { error: 'invalid_request' } })],
  ])('%s at the endpoint for pushed requests → PROVIDER_INVALID, nothing left', async (_, lie) => {
    const { id, tenant } = client.fresh()
    tenant.par = true
    tenant.lies = { reply: { par: lie } }
    expect(await client.signIn(id)).toBe('PROVIDER_INVALID')
    expect(await client.records(id)).toEqual([])
    tenant.lies = {}
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it.each([
    ['bad input: UserInfo without sub', 'mismatch', lacking('sub')],
    ['bad input: UserInfo of no JSON', 'mismatch', noJson],
    ['case 59: 100 MB of UserInfo', 'refused', hugeBody],
  ])('%s → %s, nothing left, the next sign-in works', async (_, outcome, lie) => {
    await refused(client, outcome, { reply: { userinfo: lie } })
  })

  it('case 59: a body without an end → given up in time, nothing left', async () => {
    const { tenant } = await refused(client, 'refused', { reply: { token: endlessBody } })
    expect(tenant.mostTaken).toBeLessThan(mostTaken)
  })
})
