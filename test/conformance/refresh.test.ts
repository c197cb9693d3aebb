import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers, sampled } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { Reply } from '../support/liar-reply.ts'
import type { Lies, Tenant } from '../support/liar-tenant.ts'
import { type Client, startClient } from './support/client.ts'
import { noJson } from './support/odd-bodies.ts'

/** Signs in with an access token that the API does not take any more, so that the next call asks for a refresh. */
const signedIn = async (client: Client): Promise<{ readonly id: string; readonly tenant: Tenant }> => {
  const { id, tenant } = client.fresh()
  expect(await client.signIn(id)).toBe('done')
  tenant.forgetAccess()
  return { id, tenant }
}

/** As a resource server answers for a token that is over. */
const challenge: Lies['reply'] = {
  api: (truth: Reply): Reply => {
    const { authorized } = { authorized: false, ...(truth.body as object) }
    return authorized ? truth : { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' }, body: {} }
  },
}

const saying = (lie: Readonly<Record<string, unknown>>): Lies => ({ claims: (truth) => ({ ...truth, ...lie }) })

describe.each(caseBrowsers)('a provider that lies in the reply to a refresh in %s', (kind) => {
  let client: Client
  beforeAll(async () => {
    client = await startClient(kind)
  })
  afterAll(() => client.close())

  it('oidcc-client-test-refresh-token: the truth → the session goes on', async () => {
    const { id, tenant } = await signedIn(client)
    tenant.lies = { reply: challenge }
    expect(await client.isAuthorized(id)).toBe(true)
    expect(tenant.count('refresh')).toBe(1)
  })

  it.each(
    sampled<readonly [string, Lies]>([
      ['case 57 and oidcc-client-test-refresh-token-invalid-sub: another sub', saying({ sub: 'somebody-else' })],
      [
        'case 57 and oidcc-client-test-refresh-token-invalid-issuer: another iss',
        saying({ iss: 'https://another.example' }),
      ],
      ['case 55: another aud', saying({ aud: 'another-client' })],
      ['case 55: another azp', saying({ azp: 'another-client' })],
    ]),
  )('%s in a refresh → the session ends, its tokens are not used, one signs in again', async (_, lies) => {
    const { id, tenant } = await signedIn(client)
    tenant.lies = { ...lies, reply: challenge }
    expect(await client.isAuthorized(id)).toBe(false)
    const last = tenant.seen.findLast(({ endpoint }) => endpoint === 'api')
    expect(tenant.count('refresh')).toBe(1)
    expect(last?.request.headers.authorization ?? '').not.toContain(tenant.lastAccess())
    tenant.lies = {}
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it.each(
    sampled<readonly [string, (truth: Reply) => Reply]>([
      ['no JSON', noJson],
      ['500', (truth) => ({ ...truth, status: 500 })],
      ['an odd error', (truth) => ({ ...truth, status: 400, body: { error: ['invalid_grant'] } })],
      ['an odd Retry-After', (truth) => ({ ...truth, status: 429, headers: { 'retry-after': 'NaN' } })],
      ['a redirect', () => ({ status: 307, headers: { location: '/stray/refresh' }, body: '' })],
    ]),
  )(
    'bad input: %s in reply to a refresh → the session stays, and the refresh token goes nowhere else',
    async (_, lie) => {
      const { id, tenant } = await signedIn(client)
      tenant.lies = { reply: { ...challenge, refresh: lie } }
      expect(await client.isAuthorized(id)).toBe(false)
      expect(await client.records(id)).toEqual([`session/${id}`])
      expect(client.liar.strays).toEqual([])
    },
  )

  it('oidcc-client-test-rp-init-logout: the session ends here and at the provider, which is told no secret', async () => {
    await client.signOut()
    const { id, tenant } = client.fresh()
    expect(await client.signIn(id)).toBe('done')
    expect(new URL(await client.signOutAtProvider()).pathname).toBe('/')
    expect(await client.state()).toMatchObject({ status: 'anonymous' })
    expect(await client.isAuthorized(id)).toBe(false)
    const told = tenant.seen.find(({ endpoint }) => endpoint === 'logout')?.request.url.searchParams
    expect([...(told?.keys() ?? [])]).toEqual(['client_id', 'post_logout_redirect_uri'])
    await waitFor(() => tenant.count('revoke') >= 1, 'the tokens are revoked')
  })

  it('oidcc-client-test-scope-userinfo-claims: name and address come from UserInfo', async () => {
    await client.signOut()
    const { id, tenant } = client.fresh()
    expect(await client.signIn(id)).toBe('done')
    expect(tenant.count('userinfo')).toBe(1)
    expect(await client.state()).toMatchObject({
      status: 'signed-in',
      account: { sub: 'someone', name: 'Some One', email: 'some@one.example' },
    })
  })
})
