import fc from 'fast-check'
import { expect } from 'vitest'
import { reveal, Secret } from '../../../src/base/secret.ts'
import { HoldfastError } from '../../../src/protocol/errors.ts'
import { isSecureUrl } from '../../../src/sw/config.ts'
import { begin } from '../../../src/sw/oidc/authorization.ts'
import { isSameState, keepParameters, keptParameters, verifyCallback } from '../../../src/sw/oidc/callback.ts'
import { createDiscovery } from '../../../src/sw/oidc/discovery.ts'
import { refresh } from '../../../src/sw/oidc/tokens.ts'
import { createMemoryStore } from '../../../src/sw/store.ts'
import { openVault } from '../../../src/sw/vault.ts'
import { property } from './support/property.ts'
import { account, document, issuer, now, provider, said, tokensBefore, toResponse, wireOf } from './support/provider.ts'
import { plainly } from './support/records.ts'
import { anyText, damaged } from './support/values.ts'

const state = 'the state of this sign-in'
const parameterName = fc.constantFrom(
  'state',
  'code',
  'iss',
  'error',
  'error_description',
  'response',
  'id_token',
  'token',
  'session_state',
)
const parameterValue = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(state, 'a-code', issuer, 'access_denied', 'login_required', '', `${issuer}/`),
  },
  anyText,
)
const good = { state, code: 'a-code', iss: issuer }
const parameters = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.tuple(fc.oneof(parameterName, anyText), parameterValue), { maxLength: 4 }),
    fc.constantFrom('none', 'state', 'code', 'iss'),
  )
  .map(([whole, more, without]) => {
    const start = Object.entries(whole ? good : {}).filter(([name]) => name !== without)
    return new URLSearchParams([...start, ...more].map(([name, text]) => [name.toWellFormed(), text.toWellFormed()]))
  })

const codes = ['SIGN_IN_MISMATCH', 'SIGN_IN_CANCELLED', 'SIGN_IN_REFUSED']

property(
  'a callback is verified where it is ours, once over and without an error, and refused by a code otherwise',
  [parameters, fc.boolean()],
  (given, saysIss) => {
    const server = { ...document, authorization_response_iss_parameter_supported: saysIss }
    const checked = verifyCallback(provider, server, given, new Secret(state))
    const only = (name: string) => (given.getAll(name).length === 1 ? given.get(name) : undefined)
    const iss = given.getAll('iss').filter((text) => text !== '')
    const isOurs =
      only('state') === state &&
      (only('iss') === issuer || (!saysIss && iss.length === 0 && given.getAll('iss').length < 2)) &&
      given.getAll('code').length === 1 &&
      given.getAll('error').length < 2 &&
      (given.get('error') ?? '') === '' &&
      given.getAll('response').length < 2 &&
      (given.get('response') ?? '') === '' &&
      !given.has('id_token') &&
      !given.has('token')
    expect(checked.ok).toBe(isOurs)
    if (!checked.ok) expect(codes).toContain(checked.error.code)
    expect(isSameState(new Secret(state), given.get('state'))).toBe(given.get('state') === state)
  },
)

property('a callback that was kept is the callback that came', [parameters], (given) => {
  expect([...keptParameters(keepParameters(given))]).toEqual([...given])
})

const vault = await openVault(createMemoryStore(), new Secret(new Uint8Array(32)), 'memory')
const emptyVault = { ...vault, read: async () => ({ at: 'absent' as const }), commit: async () => undefined }
const unsafe = fc.constantFrom(
  'http://id.example.com/auth',
  'https://user@id.example.com/',
  'javascript:alert(1)',
  '/auth',
  '',
  7,
  null,
)
const documents = fc.oneof(
  fc.constant<object>(document),
  damaged(fc.constant(document)),
  fc.tuple(fc.constantFrom(...Object.keys(document)), unsafe).map(([name, value]) => ({ ...document, [name]: value })),
  fc.constantFrom(`${issuer}/`, 'https://evil.test', '').map((other) => ({ ...document, issuer: other })),
)
const failures = ['PROVIDER_UNAVAILABLE', 'PROVIDER_INVALID']

/** The error of work that may fail in this way alone. */
const failure = async (work: Promise<unknown>): Promise<string | undefined> => {
  try {
    await work
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(HoldfastError)
    return error instanceof HoldfastError ? error.code : ''
  }
}

property(
  'a discovery document is of this issuer with safe endpoints, or refused by a code',
  [said(documents)],
  async (answer) => {
    const discovery = createDiscovery(
      emptyVault,
      wireOf(() => toResponse(answer)),
      () => now,
    )
    const asked = discovery(provider)
    const code = await failure(asked)
    if (code !== undefined) {
      expect(failures).toContain(code)
      return
    }
    const server = await asked
    expect(server.issuer).toBe(issuer)
    for (const endpoint of [server.authorization_endpoint, server.token_endpoint])
      expect(isSecureUrl(endpoint ?? '')).toBe(true)
  },
)

const pushed = fc.record({
  request_uri: fc.oneof(anyText, fc.constant('urn:x')),
  expires_in: fc.oneof(fc.integer(), fc.double()),
})

property(
  'a sign-in begins with an address of the provider, or not at all',
  [said(fc.oneof(pushed, damaged(pushed)))],
  async (answer) => {
    const begun = begin(
      provider,
      document,
      'https://app.example.com/auth/callback',
      undefined,
      wireOf(() => toResponse(answer)),
    )
    const code = await failure(begun)
    if (code !== undefined) expect(failures).toContain(code)
    else expect(new URL(reveal((await begun).address)).origin).toBe(issuer)
  },
)

const number = fc.oneof(
  fc.nat(100_000),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, 1e308, -1, 2 ** 53, Number.MAX_VALUE),
)
const reply = fc.record(
  {
    access_token: fc.oneof(anyText, fc.constant('access after')),
    token_type: fc.constantFrom('Bearer', 'bearer', 'DPoP', 'mac'),
    expires_in: fc.oneof(number, number.map(String)),
    refresh_token: fc.oneof(anyText, fc.constant('refresh after')),
    scope: anyText,
    error: fc.constantFrom('invalid_grant', 'invalid_request', ''),
  },
  { requiredKeys: ['access_token', 'token_type'] },
)
const call = { provider, server: document, proofs: undefined, clock: () => now }

property(
  'a token reply is tokens that can be kept, or a failure that ends a session by invalid_grant alone',
  [said(fc.oneof(reply, damaged(reply)))],
  async (answer) => {
    const asked = refresh({ ...call, wire: wireOf(() => toResponse(answer)) }, tokensBefore, account)
    const code = await failure(asked)
    if (code !== undefined) {
      expect(failures).toContain(code)
      return
    }
    const outcome = await asked
    if (!outcome.ok) {
      const said = outcome.failure
      if (said.kind === 'passing') expect(said.waitAtLeast >= 0 && said.waitAtLeast <= 3_600_000).toBe(true)
      else expect([answer.status >= 400, answer.body.includes('invalid_grant')]).toEqual([true, true])
      return
    }
    const { tokens } = outcome
    const { issuedAt, expiresAt } = tokens.life
    expect(Number.isFinite(expiresAt) && expiresAt >= issuedAt).toBe(true)
    const session = {
      status: 'live' as const,
      account,
      device: { id: '', name: '', platform: '' },
      tokens,
      dpop: null,
      generation: 1,
      refreshingSince: null,
      limits: [],
      signInState: new Secret(state),
    }
    await vault.commit([{ kind: 'session', provider: 'main', value: session }])
    const found = await vault.read('session', 'main')
    expect(found.at === 'here' ? plainly(found.value) : found.at).toEqual(plainly(session))
  },
)
