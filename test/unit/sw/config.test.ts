import { describe, expect, test } from 'vitest'
import { isSecureUrl, parseConfig } from '../../../src/sw/config.ts'

const good = {
  callbackPath: '/auth/callback',
  providers: [
    {
      id: 'main',
      issuer: 'https://id.example.com',
      clientId: 'web',
      scope: 'openid profile email offline_access',
      responseMode: 'form_post',
      dpop: true,
    },
  ],
  resources: [{ provider: 'main', origin: 'https://api.example.com', paths: ['/v1/'], methods: ['GET', 'POST'] }],
}
const [provider] = good.providers
const [resource] = good.resources

describe('the configuration of the kit', () => {
  test('is taken as the documentation shows it', () => {
    expect(parseConfig(good)).toEqual(good)
  })

  test.each([
    ['nothing', undefined],
    ['no provider', { ...good, providers: [] }],
    ['a plain http issuer', { ...good, providers: [{ ...provider, issuer: 'http://id.example.com' }] }],
    ['a scope without openid', { ...good, providers: [{ ...provider, scope: 'email' }] }],
    ['another response mode', { ...good, providers: [{ ...provider, responseMode: 'fragment' }] }],
    ['an unknown option', { ...good, providers: [{ ...provider, secret: 'x' }] }],
    ['two providers of one id', { ...good, providers: [provider, provider] }],
    ['a resource of no provider', { ...good, resources: [{ ...resource, provider: 'other' }] }],
    ['a plain http resource', { ...good, resources: [{ ...resource, origin: 'http://api.example.com' }] }],
    ['an origin with a path', { ...good, resources: [{ ...resource, origin: 'https://api.example.com/v1' }] }],
    ['a pattern for an origin', { ...good, resources: [{ ...resource, origin: 'https://*.example.com' }] }],
    ['a resource without paths', { ...good, resources: [{ ...resource, paths: [] }] }],
    ['a base without an alias', { ...good, resources: [{ ...resource, base: '/v1' }] }],
    ['a method in lower case', { ...good, resources: [{ ...resource, methods: ['get'] }] }],
  ])('is refused with %s', (_, config) => {
    expect(() => parseConfig(config)).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  })

  test.each(['v1', '/v1/', '//v1', '/v1/../x', '/./v1', '/v1?x', '/v%31'])('is refused with the base %s', (base) => {
    const config = { ...good, resources: [{ ...resource, alias: 'api', base }] }
    expect(() => parseConfig(config)).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  })

  test('names every fault at once', () => {
    const faulty = { ...good, callbackPath: 'callback', providers: [{ ...provider, issuer: 'ftp://x', scope: '' }] }
    expect(() => parseConfig(faulty)).toThrowError(/callbackPath.*issuer.*scope/s)
  })
})

test.each([
  ['https://example.com', true],
  ['http://localhost:8788', true],
  ['http://127.0.0.1:8788', true],
  ['http://[::1]:8788', true],
  ['http://example.com', false],
  ['http://localhost.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['https://user@example.com', false],
  ['ftp://example.com', false],
  ['example.com', false],
])('%s is a safe address: %s', (address, safe) => {
  expect(isSecureUrl(address)).toBe(safe)
})
