import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAlias, type Resource, routeRequest } from '../../../src/session/resource.ts'

const own = 'https://app.example.com'
const resources: readonly Resource[] = [
  { provider: 'main', origin: own, paths: ['/api/'], methods: ['GET'] },
  { secret: 'ai', alias: 'ai', origin: 'https://ai.example.net', paths: ['/v1/', '/v2'], methods: ['GET', 'POST'] },
  {
    secret: 'deep',
    alias: 'deep',
    base: '/openai/v1',
    origin: 'https://ai.example.net',
    paths: ['/openai/v1/chat'],
    methods: ['POST'],
  },
]
const route = (path: string, method = 'GET') => routeRequest(resources, new URL(path, own), method, own)

describe('an address under an alias', () => {
  it('goes to the same path of the resource, with its query', () => {
    expect(route('/~/ai/v1/chat?x=%2F&y')?.target.href).toBe('https://ai.example.net/v1/chat?x=%2F&y')
    expect(route('/~/ai/v2', 'POST')).toMatchObject({ aliased: true, resource: { secret: 'ai' } })
    expect(route('/api/me')).toMatchObject({ aliased: false, resource: { provider: 'main' } })
  })

  it('goes beneath the base of its resource, and no further than its paths', () => {
    expect(route('/~/deep/chat/completions?x', 'POST')?.target.href).toBe(
      'https://ai.example.net/openai/v1/chat/completions?x',
    )
    for (const path of ['/~/deep/files', '/~/deep/../v1/chat', '/~/deep/openai/v1/chat', '/~/deep']) {
      expect(route(path, 'POST')?.aliased ?? false).toBe(false)
    }
  })

  it.each([
    '/~/ai',
    '/~/ai/',
    '/~/ai/v1',
    '/~/ai/v3/x',
    '/~/ai/v1x/',
    '/~/AI/v1/x',
    '/~/other/v1/x',
    '/~//v1/x',
    '/~/ai//v1/x',
    '/~/ai//evil.example/v1/x',
    '/~/ai/v1/..%2fx',
    '/~/ai/v1/%2e%2e/x',
    '/~/ai/v1/../../../api/me',
    '/~/ai/%76%31/x',
    '/~/ai\\evil.example/v1/x',
    '/%7E/ai/v1/x',
  ])('goes nowhere at %s', (path) => {
    expect(route(path)?.aliased ?? false).toBe(false)
  })

  it('goes nowhere with another method, from another origin, or with user info', () => {
    expect(route('/~/ai/v1/x', 'DELETE')).toBeUndefined()
    expect(route('https://other.example/~/ai/v1/x')).toBeUndefined()
    expect(isAlias(new URL('https://other.example/~/ai/v1/x'), own)).toBe(false)
  })

  it('never leaves the origin and the paths of its resource, whatever it is', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.string(), fc.webQueryParameters(), (path, junk, query) => {
        for (const address of [`/~/ai${path}?${query}`, `/~/ai/${junk}`, `/~/ai/v1/${junk}`, `/~/${junk}`]) {
          const target = route(address)?.target
          if (target === undefined || !isAlias(new URL(address, own), own)) continue
          expect(target.origin).toBe('https://ai.example.net')
          expect(target.pathname === '/v2' || /^\/(v1|v2)\//.test(target.pathname)).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
