import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers, sampled } from '../support/browsers.ts'
import { type Client, startClient } from './support/client.ts'
import { refused } from './support/refusal.ts'

/** A copy with one parameter set, or taken away. */
const changed = (truth: URLSearchParams, name: string, value: string | undefined): URLSearchParams => {
  const copy = new URLSearchParams(truth)
  if (value === undefined) copy.delete(name)
  else copy.set(name, value)
  return copy
}

const doubled = (truth: URLSearchParams, name: string): URLSearchParams => {
  const copy = new URLSearchParams(truth)
  copy.append(name, truth.get(name) ?? '')
  return copy
}

type Change = (truth: URLSearchParams) => URLSearchParams

/** Those that end the sign-in they belong to. */
const ofThisSignIn: readonly (readonly [title: string, outcome: string, change: Change])[] = [
  ['case 51: iss of another issuer', 'mismatch', (truth) => changed(truth, 'iss', 'https://another.example')],
  ['case 51: no iss, though the metadata promises one', 'mismatch', (truth) => changed(truth, 'iss', undefined)],
  ['fapi2-client-authorization-response-iss', 'mismatch', (truth) => changed(truth, 'iss', `${truth.get('iss')}/`)],
  ['case 51: iss twice', 'mismatch', (truth) => doubled(truth, 'iss')],
  ['bad input: code twice', 'mismatch', (truth) => doubled(truth, 'code')],
  ['bad input: no code', 'mismatch', (truth) => changed(truth, 'code', undefined)],
  ['bad input: an ID token beside the code', 'mismatch', (truth) => changed(truth, 'id_token', 'a.b.c')],
  ['bad input: a JARM response', 'mismatch', (truth) => changed(truth, 'response', 'a.b.c')],
  ['oidcc-client-test-form-post-error', 'refused', (truth) => changed(truth, 'error', 'server_error')],
  ['oidcc-client-test-form-post-error, denied', 'cancelled', (truth) => changed(truth, 'error', 'access_denied')],
]

describe.each(caseBrowsers)('a provider that lies in its answer to the browser in %s', (kind) => {
  let client: Client
  beforeAll(async () => {
    client = await startClient(kind)
  })
  afterAll(() => client.close())

  it.each(sampled(ofThisSignIn))('%s → %s, nothing left, the next sign-in works', async (_, outcome, callback) => {
    await refused(client, outcome, { callback })
  })

  it.each([
    ['case 53: state missing', (truth: URLSearchParams) => changed(truth, 'state', undefined)],
    ['case 53: state doubled', (truth: URLSearchParams) => doubled(truth, 'state')],
    ['fapi2-client-invalid-state', (truth: URLSearchParams) => changed(truth, 'state', 'another')],
  ])('%s → refused, nothing is sent, the next sign-in works', async (_, callback) => {
    const { id, tenant } = client.fresh()
    tenant.lies = { callback }
    expect(await client.signIn(id)).toBe('mismatch')
    expect(tenant.count('token')).toBe(0)
    expect(await client.isAuthorized(id)).toBe(false)
    tenant.lies = {}
    expect(await client.signIn(id)).toBe('done')
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('case 53: state and code of a finished sign-in again → nothing is sent a second time', async () => {
    const { id, tenant } = client.fresh()
    let first: URLSearchParams | undefined
    tenant.lies = {
      callback: (truth) => {
        first ??= truth
        return first
      },
    }
    expect(await client.signIn(id)).toBe('done')
    await client.signIn(id)
    expect(tenant.count('token')).toBe(1)
    expect(await client.isAuthorized(id)).toBe(true)
  })

  it('case 51: a mix-up: the answer of A at a sign-in that B began → refused, neither is told the code', async () => {
    const [a, b] = [client.fresh(), client.fresh()]
    b.tenant.lies = { callback: (truth) => changed(truth, 'iss', a.tenant.issuer) }
    expect(await client.signIn(b.id)).toBe('mismatch')
    expect([a.tenant.count('token'), b.tenant.count('token')]).toEqual([0, 0])
    expect(await client.isAuthorized(b.id)).toBe(false)
  })

  it('case 52: state of A with a code of B → refused at A, and B is not asked', async () => {
    const [a, b] = [client.fresh(), client.fresh()]
    let codeOfB: string | undefined
    b.tenant.lies = {
      callback: (truth) => {
        codeOfB = truth.get('code') ?? ''
        return new URLSearchParams({ error: 'access_denied', state: truth.get('state') ?? '', iss: b.tenant.issuer })
      },
    }
    expect(await client.signIn(b.id)).toBe('cancelled')
    a.tenant.lies = { callback: (truth) => changed(truth, 'code', codeOfB) }
    expect(await client.signIn(a.id)).toBe('refused')
    expect(b.tenant.count('token')).toBe(0)
    expect(await client.isAuthorized(a.id)).toBe(false)
  })

  it('case 52: a code of A that was made for another verifier → refused', async () => {
    const { id, tenant } = client.fresh()
    let first: string | undefined
    tenant.lies = {
      callback: (truth) => {
        first ??= truth.get('code') ?? ''
        return first === truth.get('code')
          ? new URLSearchParams({ error: 'access_denied', state: truth.get('state') ?? '', iss: tenant.issuer })
          : changed(truth, 'code', first)
      },
    }
    expect(await client.signIn(id)).toBe('cancelled')
    expect(await client.signIn(id)).toBe('refused')
    expect(tenant.count('token')).toBe(1)
    expect(await client.isAuthorized(id)).toBe(false)
  })
})
