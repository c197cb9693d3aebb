import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from '../../../src/base/bytes.ts'

test('base64url gives back what it was given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(fromBase64url(toBase64url(bytes))).toEqual(new Uint8Array(bytes))
    }),
  )
})

test('refuses base64url that is padded, not canonical, of another alphabet or of an impossible length', () => {
  for (const text of ['QQ==', 'QR', 'a+/b', 'abcde', 'a b', 'é']) expect(fromBase64url(text)).toBeUndefined()
})

test('never throws on any text', () => {
  fc.assert(fc.property(fc.string(), (text) => void fromBase64url(text)))
})

test('UTF-8 gives back well-formed text and refuses broken bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      if (text.isWellFormed()) expect(fromUtf8(utf8(text))).toBe(text)
    }),
  )
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError)
})

test('joins parts in order', () => {
  expect(concat(Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3))).toEqual(Uint8Array.of(1, 2, 3))
})
