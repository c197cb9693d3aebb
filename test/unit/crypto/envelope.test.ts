import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, fromBase64url, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { associatedData, openRecord, sealRecord } from '../../../src/crypto/envelope.ts'
import vector from '../../vectors/envelope.json' with { type: 'json' }

const decode = (text: string): Bytes => fromBase64url(text) ?? new Uint8Array()
const importKey = (bytes: Bytes) => crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
const label = { name: 'session/main', grade: 'sealed', provider: 'main' }
const key = await importKey(decode(vector.key))

describe('the frozen vector', () => {
  test('has these associated data', () => {
    expect(toBase64url(associatedData(vector.label))).toBe(vector.associatedData)
  })

  test('is sealed to the same bytes and opened to the same plaintext', async () => {
    const record = await sealRecord(key, vector.label, decode(vector.plaintext), decode(vector.iv))
    expect(toBase64url(record)).toBe(vector.record)
    expect(await openRecord(key, vector.label, decode(vector.record))).toEqual(decode(vector.plaintext))
  })
})

describe('a record', () => {
  test('opens to what was sealed, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        const record = await sealRecord(key, label, new Uint8Array(bytes))
        expect(await openRecord(key, label, record)).toEqual(new Uint8Array(bytes))
      }),
      { numRuns: 50 },
    )
  })

  test('does not open under another name, grade, provider or key', async () => {
    const record = await sealRecord(key, label, utf8('secret'))
    expect(await openRecord(key, { ...label, name: 'session/other' }, record)).toBeUndefined()
    expect(await openRecord(key, { ...label, grade: 'memory' }, record)).toBeUndefined()
    expect(await openRecord(key, { ...label, provider: 'other' }, record)).toBeUndefined()
    expect(await openRecord(await importKey(new Uint8Array(32)), label, record)).toBeUndefined()
  })

  test('does not open with any one bit of it flipped', async () => {
    const record = await sealRecord(key, label, utf8('secret'))
    for (let at = 0; at < record.length * 8; at += 1) {
      const flipped = record.slice()
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
      expect(await openRecord(key, label, flipped)).toBeUndefined()
    }
  })

  test('does not open when it is cut short, and random bytes never throw', async () => {
    const record = await sealRecord(key, label, utf8('secret'))
    for (let length = 0; length < record.length; length += 1) {
      expect(await openRecord(key, label, record.slice(0, length))).toBeUndefined()
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        expect(await openRecord(key, label, new Uint8Array(bytes))).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  })

  test('has a fresh IV each time', async () => {
    const [one, two] = await Promise.all([sealRecord(key, label, utf8('x')), sealRecord(key, label, utf8('x'))])
    expect(toBase64url(one)).not.toBe(toBase64url(two))
  })
})

test('no two labels have the same associated data', () => {
  const text = fc.string({ maxLength: 8 })
  const labels = fc.record({ name: text, grade: text, provider: text })
  fc.assert(
    fc.property(labels, labels, (one, two) => {
      const same = one.name === two.name && one.grade === two.grade && one.provider === two.provider
      expect(toBase64url(associatedData(one)) === toBase64url(associatedData(two))).toBe(same)
    }),
  )
})
