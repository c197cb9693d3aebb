import fc from 'fast-check'
import { expect } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { Resource } from '../../../src/session/resource.ts'
import { createApi, type Holder } from '../../../src/sw/api.ts'
import { createProofs } from '../../../src/sw/oidc/proofs.ts'
import type { LiveSession } from '../../../src/sw/records.ts'
import { property } from './support/property.ts'
import { challenge, now, provider, type Said, toResponse } from './support/provider.ts'

const resource: Resource = {
  provider: 'main',
  origin: 'https://api.example.com',
  paths: ['/'],
  methods: ['GET', 'POST'],
}
const live = (generation: number): LiveSession => ({
  status: 'live',
  account: { sub: 'someone', name: null, email: null },
  device: { id: '', name: '', platform: '' },
  tokens: {
    access: new Secret(`access-${generation}`),
    type: 'dpop',
    refresh: null,
    life: { issuedAt: now, expiresAt: now + 900_000 },
  },
  dpop: null,
  generation,
  refreshingSince: null,
  limits: [],
  signInState: new Secret('state'),
})
const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
const signed = createProofs(
  pair as CryptoKeyPair,
  () => now,
  () => 0,
)
const unused = () => Promise.reject(new Error('This is not asked of it.'))

/** A session that is refreshed whenever it is asked for, in memory alone; the signature of a proof is not made each time. */
const createHolder = () => {
  let generation = 0
  const proofs = { ...signed, authorize: async () => new Headers({ authorization: 'DPoP made', dpop: 'made' }) }
  const holder: Holder = {
    keeper: {
      provider,
      state: () => ({ status: 'anonymous' }),
      live: () => live(generation),
      proofs: () => proofs,
      restore: unused,
      keep: unused,
      markRefresh: unused,
      save: unused,
      adopt: unused,
      forget: unused,
      dispatch: async () => undefined,
    },
    refresher: {
      async refresh() {
        generation += 1
      },
    },
  }
  return { holder, refreshes: () => generation }
}

const answer: fc.Arbitrary<Said> = fc
  .tuple(
    fc.constantFrom(401, 401, 401, 200, 204, 400, 403, 500),
    fc.option(challenge),
    fc.option(fc.stringMatching(/^[\w~.-]{0,8}$/)),
  )
  .map(([status, asked, nonce]) => ({
    status,
    body: 'body',
    headers: {
      ...(asked === null ? {} : { 'www-authenticate': asked }),
      ...(nonce === null ? {} : { 'dpop-nonce': nonce }),
    },
  }))

property(
  'whatever an API challenges with, a call ends, after a nonce and a refresh at most, with what the API said',
  [fc.array(answer, { minLength: 1, maxLength: 5 }), fc.constantFrom('GET', 'POST')],
  async (answers, method) => {
    const { holder, refreshes } = createHolder()
    let sent = 0
    const fetch = async () => {
      const said = answers[Math.min(sent, answers.length - 1)]
      sent += 1
      return said === undefined ? Response.error() : toResponse(said)
    }
    const journal = { fetch, isHandedOver: async () => false }
    const api = createApi({ journal, clock: () => now, observe: () => undefined, hold: () => undefined })
    const body = method === 'POST' ? { body: 'x' } : {}
    const request = new Request('https://api.example.com/v1', { method, ...body })
    const route = { resource, target: new URL(request.url), aliased: false }
    const response = await api.respond(request, route, holder, true)
    const last = answers[Math.min(sent, answers.length) - 1]
    expect(response.status).toBe(last?.status)
    expect(sent).toBeLessThanOrEqual(4)
    expect(refreshes()).toBeLessThanOrEqual(1)
    if (answers[0]?.status !== 401) expect([sent, refreshes()]).toEqual([1, 0])
  },
)

property(
  'a nonce is taken over once, and no number of them is kept for ever',
  [fc.array(fc.tuple(fc.nat(80), fc.stringMatching(/^[\w-]{1,6}$/)), { maxLength: 6 })],
  (nonces) => {
    const proofs = createProofs(
      pair as CryptoKeyPair,
      () => now,
      () => 0,
    )
    for (const [host, nonce] of nonces) {
      const url = new URL(`https://api${host}.example.com/`)
      proofs.learn(url, nonce)
      expect(proofs.learn(url, nonce)).toBe(false)
    }
    expect(proofs.learn(new URL('https://api.example.com/'), null)).toBe(false)
  },
)
