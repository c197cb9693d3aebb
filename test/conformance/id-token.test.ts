import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers, sampled } from '../support/browsers.ts'
import { misSigned, sign, signedWithPublicKey, unsigned } from '../support/liar-keys.ts'
import type { Lies } from '../support/liar-tenant.ts'
import { type Client, startClient } from './support/client.ts'
import { refused } from './support/refusal.ts'

const without = (name: string): Lies => ({
  claims: (truth) => Object.fromEntries(Object.entries(truth).filter(([claim]) => claim !== name)),
})
const saying = (lie: Readonly<Record<string, unknown>>): Lies => ({ claims: (truth) => ({ ...truth, ...lie }) })
const past = Math.floor(Date.now() / 1000) - 3600

const lies: readonly (readonly [title: string, lies: Lies])[] = [
  [
    'case 54, oidcc-client-test-idtoken-sig-none and fapi2-client-null-alg: alg none',
    { idToken: (claims) => unsigned(claims) },
  ],
  [
    'case 54 and oidcc-client-test-invalid-sig-hs256: HS256 with the public key',
    { idToken: (claims, { es }) => signedWithPublicKey(es, claims) },
  ],
  [
    'case 54: an unknown crit',
    { idToken: (claims, { es }) => sign(es, claims, { crit: ['x-unknown'], 'x-unknown': 1 }) },
  ],
  ['case 54: a key inside the token', { idToken: (claims, { es2 }) => sign(es2, claims, { jwk: es2.jwk }) }],
  [
    'case 54: an address of keys inside the token',
    {
      idToken: (claims, { es2 }) => sign(es2, claims, { jku: 'http://localhost:1/keys', x5u: 'http://localhost:1/x' }),
    },
  ],
  ['oidcc-client-test-invalid-sig-es256', { idToken: async (claims, { es }) => misSigned(await sign(es, claims)) }],
  ['oidcc-client-test-invalid-sig-rs256', { idToken: async (claims, { rs }) => misSigned(await sign(rs, claims)) }],
  ['oidcc-client-test-invalid-iss and fapi2-client-invalid-iss', saying({ iss: 'https://another.example' })],
  ['oidcc-client-test-missing-sub', without('sub')],
  ['oidcc-client-test-missing-iat', without('iat')],
  [
    'case 55, oidcc-client-test-invalid-aud and fapi2-client-invalid-aud: aud of another client',
    saying({ aud: 'another-client' }),
  ],
  ['case 55: a further aud and no azp', saying({ aud: ['liar-client', 'another-client'] })],
  ['case 55: azp of another client', saying({ aud: ['liar-client', 'another-client'], azp: 'another-client' })],
  ['case 55: azp of another client beside the one aud', saying({ azp: 'another-client' })],
  ['oidcc-client-test-nonce-invalid and fapi2-client-invalid-nonce', saying({ nonce: 'another' })],
  ['fapi2-client-expired-exp', saying({ exp: past, iat: past - 300 })],
  ['fapi2-client-missing-exp', without('exp')],
  ['fapi2-client-missing-iss', without('iss')],
  ['fapi2-client-missing-aud', without('aud')],
  ['case 56 and fapi2-client-missing-nonce: no nonce', without('nonce')],
  ['bad input: a number as sub', saying({ sub: 7 })],
  ['bad input: a text as exp', saying({ exp: 'tomorrow' })],
  ['bad input: at_hash of another access token', saying({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
  [
    'bad input: a doubled member, of which the last counts',
    {
      idToken: (claims, { es }) => sign(es, JSON.stringify(claims).replace(/\}$/, ',"iss":"https://another.example"}')),
    },
  ],
  ['bad input: no JWT', { idToken: () => 'no.jwt' }],
  ['bad input: claims of no JSON', { idToken: (_, { es }) => sign(es, '{"iss":') }],
]

describe.each(caseBrowsers)('a provider that lies in its ID token in %s', (kind) => {
  let client: Client
  beforeAll(async () => {
    client = await startClient(kind)
  })
  afterAll(() => client.close())

  it.each(sampled(lies))('%s → refused, nothing left, the next sign-in works', async (_, lie) => {
    await refused(client, 'mismatch', lie)
    expect(client.liar.strays).toEqual([])
  })

  it('case 56: nonce of an earlier sign-in → refused', async () => {
    const { id, tenant } = client.fresh()
    let first: unknown
    tenant.lies = {
      claims: (truth) => {
        first ??= truth.nonce
        return truth
      },
    }
    expect(await client.signIn(id)).toBe('done')
    tenant.lies = { claims: (truth) => ({ ...truth, nonce: first }) }
    expect(await client.signIn(id)).toBe('mismatch')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('oidcc-client-test-idtoken-sig-rs256 → accepted', async () => {
    const { id, tenant } = client.fresh()
    tenant.signingKey = client.liar.keys.rs
    tenant.published = [client.liar.keys.rs.jwk]
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('oidcc-client-test-kid-absent-single-jwks → accepted', async () => {
    const { id, tenant } = client.fresh()
    tenant.published = [client.liar.keys.es.jwk]
    tenant.lies = { idToken: (claims, { es }) => sign(es, claims, { kid: undefined }) }
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('oidcc-client-test-kid-absent-multiple-jwks → refused: which key it is cannot be told', async () => {
    const { id, tenant } = client.fresh()
    tenant.published = [client.liar.keys.es.jwk, client.liar.keys.es2.jwk]
    tenant.lies = { idToken: (claims, { es }) => sign(es, claims, { kid: undefined }) }
    expect(await client.signIn(id)).toBe('mismatch')
    expect(await client.isAuthorized(id)).toBe(false)
  })

  it.each([
    ['oidcc-client-test-signing-key-rotation', false],
    ['oidcc-client-test-signing-key-rotation-just-before-signing', true],
  ])('%s → the new key is fetched, once', async (_, justBefore) => {
    const { id, tenant } = client.fresh()
    const { es2 } = client.liar.keys
    expect(await client.signIn(id)).toBe('done')
    const rotate = () => {
      tenant.signingKey = es2
      tenant.published = [es2.jwk]
    }
    if (!justBefore) rotate()
    tenant.lies = {
      claims: (truth) => {
        rotate()
        return truth
      },
    }
    expect(await client.signIn(id)).toBe('done')
    expect(tenant.count('jwks')).toBe(2)
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('tokens of unknown keys, one after another → the keys are not fetched for each', async () => {
    const { id, tenant } = client.fresh()
    tenant.lies = { idToken: (claims, { es2 }) => sign(es2, claims) }
    for (const _ of [1, 2, 3]) expect(await client.signIn(id)).toBe('mismatch')
    expect(tenant.count('jwks')).toBe(2)
  })
})
