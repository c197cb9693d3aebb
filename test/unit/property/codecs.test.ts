import fc from 'fast-check'
import { expect } from 'vitest'
import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { describeDevice } from '../../../src/base/device-name.ts'
import { Secret } from '../../../src/base/secret.ts'
import { associatedData, openRecord, sealRecord } from '../../../src/crypto/envelope.ts'
import { property } from './support/property.ts'
import { anyBytes, anyText } from './support/values.ts'

const fromNode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

property('bytes come back out of base64url, which is what another implementation writes', [anyBytes(80)], (bytes) => {
  const text = toBase64url(bytes)
  expect(text).toBe(fromNode(bytes))
  expect(fromBase64url(text)).toEqual(bytes)
})

const almost = fc.string({ unit: fc.constantFrom(...'ABYZabyz0189-_+/= \n'), maxLength: 12 })

property('a text is base64url in one way or not at all', [fc.oneof(anyText, almost)], (text) => {
  const bytes = fromBase64url(text)
  if (bytes !== undefined) expect(toBase64url(bytes)).toBe(text)
  else expect(Buffer.from(text, 'base64url').toString('base64url')).not.toBe(text)
})

property('text comes back out of UTF-8', [anyText], (text) => {
  expect(fromUtf8(utf8(text))).toBe(text.replace(/^\uFEFF/, '').toWellFormed())
})

property('bytes that are not UTF-8 are a TypeError and nothing else', [anyBytes(24)], (bytes) => {
  try {
    expect(fromUtf8(utf8(fromUtf8(bytes)))).toBe(fromUtf8(bytes))
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
})

property('parts are put one after the other', [fc.array(anyBytes(8), { maxLength: 5 })], (parts) => {
  expect([...concat(...parts)]).toEqual(parts.flatMap((part) => [...part]))
})

property('any browser has a name, and a secret none', [anyText], (text) => {
  const { name, platform } = describeDevice(text)
  expect(name).toMatch(/^(Edge|Opera|Firefox|Chrome|Safari|Browser) on /)
  expect(name.endsWith(` on ${platform}`)).toBe(true)
  const secret = new Secret(text)
  expect([String(secret), JSON.stringify(secret), Object.keys(structuredClone(secret)).length]).toEqual([
    '[secret]',
    '"[secret]"',
    0,
  ])
})

const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const other = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const label = fc.record({ name: anyText, grade: anyText, provider: anyText })
/** Two labels that differ in one field, or not at all: whatever is left out of the associated data shows. */
const labels = fc
  .tuple(label, fc.constantFrom('name', 'grade', 'provider'), anyText)
  .map(([one, field, text]) => [one, { ...one, [field]: text }] as const)
const encoded = (one: object): string =>
  JSON.stringify(one, (_name, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value))
/** Equal as UTF-8 writes them: a lone surrogate has no form of its own there. */
const sameLabel = (one: object, two: object): boolean => encoded(one) === encoded(two)

property('a record opens to what was sealed', [label, anyBytes(64)], async (named, plaintext) => {
  expect(await openRecord(key, named, await sealRecord(key, named, plaintext))).toEqual(plaintext)
})

property(
  'a record with one bit flipped, anywhere, does not open',
  [label, anyBytes(32), fc.nat()],
  async (named, plaintext, at) => {
    const record = await sealRecord(key, named, plaintext)
    const bit = at % (record.length * 8)
    record[bit >> 3] = (record[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(await openRecord(key, named, record)).toBeUndefined()
  },
)

property(
  'a record that is cut or grown does not open',
  [anyBytes(32), fc.nat(), anyBytes(4)],
  async (plaintext, at, more) => {
    const named = { name: 'session/main', grade: 'sealed', provider: 'main' }
    const record = await sealRecord(key, named, plaintext)
    expect(await openRecord(key, named, record.slice(0, at % record.length))).toBeUndefined()
    if (more.length > 0) expect(await openRecord(key, named, concat(record, more))).toBeUndefined()
  },
)

property(
  'random bytes open to nothing, and never throw',
  [label, anyBytes(64), fc.boolean()],
  async (named, bytes, known) => {
    if (known && bytes.length > 0) bytes[0] = 1
    expect(await openRecord(key, named, bytes)).toBeUndefined()
  },
)

property('a record opens under its own label and key alone', [labels, anyBytes(16)], async ([one, two], plaintext) => {
  const record = await sealRecord(key, one, plaintext)
  expect(await openRecord(other, one, record)).toBeUndefined()
  expect(await openRecord(key, two, record)).toEqual(sameLabel(one, two) ? plaintext : undefined)
})

property('two labels never give the same associated data', [fc.oneof(labels, fc.tuple(label, label))], ([one, two]) => {
  const same = toBase64url(associatedData(one)) === toBase64url(associatedData(two))
  expect(same).toBe(sameLabel(one, two))
})
