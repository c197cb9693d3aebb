import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathOf } from '../../../src/base/path-of.ts'

test('the path of an address is that of its URL, whatever stands around it', () => {
  const rest = fc.stringMatching(/^[ -~äß\n]*$/)
  const property = fc.property(fc.constantFrom('http', 'https'), fc.domain(), rest, (scheme, host, text) => {
    const { url } = new Request(`${scheme}://${host}/${text}`)
    expect(pathOf(url)).toBe(new URL(url).pathname)
  })
  fc.assert(property, {
    examples: [
      ['http', 'a.example', '..//x/../%2e%2E/?/#/'],
      ['https', 'b.example', ''],
    ],
  })
  for (const address of [
    'http://[::1]:8787',
    'http://localhost?a=/b',
    'https://a.example#/b',
    'http://a.example:80//b',
  ])
    expect(pathOf(new Request(address).url)).toBe(new URL(address).pathname)
})
