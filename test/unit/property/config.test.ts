import fc from 'fast-check'
import { expect } from 'vitest'
import { normaliseEmail } from '../../../server/accounts/email.ts'
import { passwordFault } from '../../../server/accounts/password.ts'
import { clientAddress } from '../../../server/client-address.ts'
import { readConfig } from '../../../server/config.ts'
import { routePattern } from '../../../server/oidc/route-pattern.ts'
import { HoldfastError } from '../../../src/protocol/errors.ts'
import { type CustodyConfig, parseConfig } from '../../../src/sw/config.ts'
import { property } from './support/property.ts'
import { anyText, hostile } from './support/values.ts'

const host = fc.constantFrom(
  'https://id.example.com',
  'https://api.example.com:8443',
  'http://localhost:8788',
  'http://[::1]:1',
)
const id = fc.stringMatching(/^[a-z0-9-]{1,40}$/)
const path = fc.stringMatching(/^\/[a-z0-9/]{0,10}$/)
const provider = (name: string) =>
  fc.record(
    {
      id: fc.constant(name),
      issuer: host,
      clientId: fc.string({ minLength: 1, maxLength: 10 }),
      scope: fc.constantFrom('openid', 'openid email', 'profile openid offline_access'),
      responseMode: fc.constantFrom('form_post', 'query'),
      dpop: fc.boolean(),
      resource: host,
      prompt: fc.constantFrom('consent', 'login', 'select_account'),
    },
    { requiredKeys: ['id', 'issuer', 'clientId', 'scope', 'responseMode', 'dpop'] },
  )
const resource = (names: readonly string[]) =>
  fc.record(
    {
      provider: fc.constantFrom(...names),
      origin: host,
      paths: fc.array(path, { minLength: 1, maxLength: 3 }),
      methods: fc.array(fc.constantFrom('GET', 'POST'), { minLength: 1, maxLength: 2 }),
      redirects: fc.boolean(),
    },
    { requiredKeys: ['provider', 'origin', 'paths', 'methods'] },
  )
const config: fc.Arbitrary<CustodyConfig> = fc.uniqueArray(id, { minLength: 1, maxLength: 3 }).chain((names) =>
  fc.record({
    callbackPath: path,
    providers: fc.tuple(...names.map(provider)),
    resources: fc.array(resource(names), { maxLength: 3 }),
  }),
)

property('a good configuration is taken as it is', [config], (given) => {
  expect(parseConfig(given)).toEqual(given)
})

property('any other configuration is refused by its code', [hostile(config)], (given) => {
  try {
    const taken = parseConfig(given)
    expect(taken.resources.every((one) => taken.providers.some((known) => known.id === one.provider))).toBe(true)
    expect(taken.providers.length).toBeGreaterThan(0)
  } catch (error) {
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID' })
  }
})

const names = ['APP_PORT', 'ID_PORT', 'APP_URL', 'ID_URL', 'DATA', 'ACCESS_TOKEN_TTL'].map((name) => `HOLDFAST_${name}`)
const value = fc.oneof(
  anyText,
  fc.integer().map(String),
  host,
  fc.constantFrom(
    '0',
    '65535',
    '65536',
    '00080',
    '8e3',
    ' 80',
    'http://example.com',
    'https://a.test/',
    'file:///',
    '*',
  ),
)
const environment = fc.dictionary(fc.constantFrom(...names, 'DATABASE_URL', 'PATH'), value, {
  maxKeys: 5,
  noNullPrototype: true,
})

property(
  'the environment of the server is a configuration or says what is wrong with it',
  [environment],
  (variables) => {
    try {
      const read = readConfig(variables)
      for (const port of [read.appPort, read.idPort]) expect(port >= 1 && port <= 65_535).toBe(true)
      for (const url of [read.appUrl, read.idUrl]) expect(new URL(url).origin).toBe(url)
      expect(Number.isSafeInteger(read.accessTokenTtl) && read.accessTokenTtl > 0).toBe(true)
      expect(read.appUrl).not.toBe(read.idUrl)
    } catch (error) {
      expect(error).toMatchObject({ message: expect.stringMatching(/^(The configuration cannot be used|HOLDFAST_)/) })
    }
  },
)

const mailbox = fc.oneof(
  fc.emailAddress(),
  anyText,
  fc.tuple(anyText, anyText).map((parts) => parts.join('@')),
)

property('an e-mail address has one form, which is its own', [mailbox], (text) => {
  const form = normaliseEmail(text)
  if (form === undefined) return
  expect(normaliseEmail(form)).toBe(form)
  expect(normaliseEmail(` ${text.toUpperCase()} `)).toBe(normaliseEmail(text.toUpperCase()))
  expect(form).toMatch(/^[^\s@]+@[^\s@]+$/)
})

property(
  'a password is good or has a fault that is known',
  [fc.oneof(anyText, fc.string({ maxLength: 300 }))],
  async (text) => {
    expect([undefined, 'too-short', 'too-long', 'common']).toContain(await passwordFault(text))
  },
)

const secretPart = fc.stringMatching(/^[A-Za-z0-9_-]{12,20}$/)
const route = fc.tuple(
  fc.constantFrom('/interaction/', '/auth/', '/assets/', '/', '/token/', ''),
  secretPart,
  fc.oneof(anyText, fc.constantFrom('', '/sign-in', '/consent', '/cancel')),
)

property('the log never holds a part of an address that could be secret', [route], ([start, part, end]) => {
  expect(routePattern(start + part + end)).not.toContain(part)
})

property(
  'the address of a client is its own, but behind a proxy on this machine',
  [anyText, fc.constantFrom('127.0.0.1', '::1', '203.0.113.9', undefined), fc.boolean()],
  (forwarded, peer, proxied) => {
    const incoming = { socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } }
    const address = clientAddress(incoming, proxied)
    if (!proxied || peer === '203.0.113.9') expect(address).toBe(peer ?? '')
    else expect(forwarded.includes(address) || address === (peer ?? '')).toBe(true)
  },
)
