import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { type Client, startClient } from './support/client.ts'
import { lacking, saying } from './support/lies.ts'
import { hugeBody } from './support/odd-bodies.ts'
import { accepted, refused } from './support/refusal.ts'

describe.each(caseBrowsers)('a provider that answers oddly in %s', (kind) => {
  let client: Client
  beforeAll(async () => {
    client = await startClient(kind)
  })
  afterAll(() => client.close())

  it.each([
    ['case 58 and oidcc-client-test-discovery-issuer-mismatch', saying({ issuer: 'https://another.example' })],
    ['case 58: a token endpoint over http', saying({ token_endpoint: 'http://another.example/t' })],
    ['case 58: a javascript: endpoint', saying({ authorization_endpoint: 'javascript:alert(1)' })],
    ['case 59: 100 MB at discovery', hugeBody],
  ])('%s → PROVIDER_INVALID, nothing left, the next sign-in works', async (_, lie) => {
    await refused(client, 'PROVIDER_INVALID', { reply: { discovery: lie } })
  })

  it('oidcc-client-test-userinfo-invalid-sub → refused, nothing left, the next sign-in works', async () => {
    await refused(client, 'mismatch', { reply: { userinfo: saying({ sub: 'somebody-else' }) } })
  })

  it('case 60: DPoP nonces without an end at the token endpoint → refused after the second', async () => {
    const { tenant } = await refused(client, 'refused', {
      reply: {
        token: (truth) => ({
          ...truth,
          status: 400,
          headers: { ...truth.headers, 'dpop-nonce': crypto.randomUUID() },
          body: { error: 'use_dpop_nonce' },
        }),
      },
    })
    expect(tenant.count('token')).toBe(3)
  })

  it('case 59: 10,000 keys, the right one among them → found', async () => {
    const { id, tenant } = client.fresh()
    const many = Array.from({ length: 10_000 }, (_, index) => ({ kty: 'EC', kid: `k${index}`, crv: 'P-256' }))
    tenant.published = [...many, ...tenant.published]
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it.each([
    ['case 61 and fapi2-client-response-without-expires_in: no expires_in', lacking('expires_in')],
    ['case 61 and fapi2-client-token-type-case: token_type in odd case', saying({ token_type: 'dPoP' })],
    ['case 61: expires_in as text', saying({ expires_in: '3600' })],
    ['bad input: expires_in past all numbers', saying({ expires_in: 1e308 })],
    ['bad input: a field that nobody knows', saying({ __proto__: 'x', constructor: { name: 1 } })],
  ])('%s → tolerated', async (_, lie) => {
    await accepted(client, { reply: { token: lie } })
  })

  it('fapi2-client-dpop-nonce: a nonce asked for once → given', async () => {
    let asked = false
    const id = await accepted(client, {})
    const tenant = client.liar.tenant(id)
    tenant.lies = {
      reply: {
        api: (truth, { headers }) => {
          const proof = String(headers.dpop ?? '').split('.')[1] ?? ''
          const { nonce }: { nonce?: unknown } = JSON.parse(Buffer.from(proof, 'base64url').toString() || '{}')
          asked ||= nonce !== 'n-1'
          const challenge = { 'dpop-nonce': 'n-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
          return nonce === 'n-1' ? truth : { status: 401, headers: challenge, body: {} }
        },
      },
    }
    expect(await client.isAuthorized(id)).toBe(true)
    expect(asked).toBe(true)
  })

  it('case 60: DPoP nonces without an end at the API → answered, the session stays', async () => {
    const id = await accepted(client, {})
    const tenant = client.liar.tenant(id)
    tenant.lies = {
      reply: {
        api: () => ({
          status: 401,
          headers: { 'dpop-nonce': crypto.randomUUID(), 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
          body: {},
        }),
      },
    }
    const before = tenant.count('api')
    expect(await client.isAuthorized(id)).toBe(false)
    expect(tenant.count('api') - before).toBeLessThanOrEqual(4)
    expect(tenant.count('refresh')).toBeLessThanOrEqual(1)
    tenant.lies = {}
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('oidcc-client-test-discovery-openid-config and oidcc-client-test-discovery-jwks-uri-keys: asked once', async () => {
    const id = await accepted(client, {})
    const tenant = client.liar.tenant(id)
    expect([tenant.count('discovery'), tenant.count('jwks')]).toEqual([1, 1])
  })
})
