import { describe, expect, test } from 'vitest'
import { matchResource } from '../../../src/session/resource.ts'

const resource = { provider: 'main', origin: 'https://api.example.com', paths: ['/v1/'], methods: ['GET', 'POST'] }
const matches = (address: string, method = 'GET', paths = resource.paths) =>
  matchResource([{ ...resource, paths }], new URL(address), method) !== undefined

describe('credentials go to', () => {
  test.each([
    'https://api.example.com/v1/',
    'https://api.example.com/v1/me?x=1#y',
    'https://API.example.com:443/v1/me',
    'https://api.example.com/v1/../v1/me',
    'https://api.example.com/x/../v1/me',
  ])('%s', (address) => {
    expect(matches(address)).toBe(true)
  })
})

test('an exception keeps nothing else out', () => {
  for (const path of ['/v1/recordsets', '/v1/me', '/v1/caf%C3%A9', '/v1/a%20b']) {
    const url = new URL(`https://api.example.com${path}`)
    expect(matchResource([{ ...resource, except: ['/v1/records'] }], url, 'GET')).toBeDefined()
  }
})

describe('credentials do not go to', () => {
  test.each([
    ['another scheme', 'http://api.example.com/v1/me'],
    ['another port', 'https://api.example.com:8443/v1/me'],
    ['a longer host', 'https://api.example.com.evil.example/v1/me'],
    ['a host before it', 'https://evil-api.example.com/v1/me'],
    ['a trailing dot', 'https://api.example.com./v1/me'],
    ['user info', 'https://api.example.com@evil.example/v1/me'],
    ['user info of its own', 'https://user@api.example.com/v1/me'],
    ['another path', 'https://api.example.com/v2/me'],
    ['a path that only begins alike', 'https://api.example.com/v11/me'],
    ['another case', 'https://api.example.com/V1/me'],
    ['dot segments out of it', 'https://api.example.com/v1/../admin'],
    ['encoded dot segments', 'https://api.example.com/v1/%2e%2e/admin'],
    ['an encoded slash', 'https://api.example.com/v1/..%2fadmin'],
    ['an encoded backslash', 'https://api.example.com/v1/..%5cadmin'],
    ['a NUL', 'https://api.example.com/v1/%00'],
  ])('%s', (_, address) => {
    expect(matches(address)).toBe(false)
  })

  test.each(['/v1/records', '/v1/records/7', '/v1/%72ecords', '/v1/record%73/7', '/v1/%'])(
    'the exception that %s is, however it is spelled',
    (path) => {
      const url = new URL(`https://api.example.com${path}`)
      expect(matchResource([{ ...resource, except: ['/v1/records'] }], url, 'GET')).toBeUndefined()
    },
  )

  test('a method that is not named', () => {
    expect(matches('https://api.example.com/v1/me', 'DELETE')).toBe(false)
  })

  test('a path beside a prefix without a slash', () => {
    expect(matches('https://api.example.com/v1/me', 'GET', ['/v1'])).toBe(true)
    expect(matches('https://api.example.com/v1', 'GET', ['/v1'])).toBe(true)
    expect(matches('https://api.example.com/v1me', 'GET', ['/v1'])).toBe(false)
  })
})
