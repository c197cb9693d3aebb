import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../../src/base/bytes.ts'
import { chunkSize, decodeManifest, encodeManifest, openChunk, sealChunk } from '../../../src/crypto/blob.ts'
import { verifyLog } from '../../../src/crypto/device-log.ts'
import { itemIdOf } from '../../../src/crypto/item.ts'
import { openRecord, verifyRecord, writeRecord } from '../../../src/crypto/sync-record.ts'
import { decodeRanges, encodeRanges } from '../../../src/sync/wire/content.ts'
import { pad, padme, unpad } from '../../../src/sync/wire/padding.ts'
import { decodeRecord, recordKinds } from '../../../src/sync/wire/record.ts'
import { faultOf, flipped, newAccount, type TestAccount } from './support/account.ts'

const zeros = new Uint8Array(32)
const item = new Uint8Array(16).fill(7)

const write = async (account: TestAccount, changes: { epoch?: number; seq?: number; logLength?: number } = {}) => {
  const { epoch = 1, seq = 1 } = changes
  const header = { epoch, item, device: account.first.id, seq, prev: zeros, kind: recordKinds.changes }
  const content = { view: account.view(), payload: utf8('a note') }
  return writeRecord(await account.keyring(), account.first.sign, header, content)
}

describe('a record', () => {
  test('opens to what was written, with what its author had seen', async () => {
    const account = await newAccount()
    const { bytes, hash } = await write(account)
    const verified = await verifyRecord(account.log(), bytes)
    expect(verified.hash).toEqual(hash)
    const content = await openRecord(await account.keyring(), account.log(), verified)
    expect(content).toEqual({ view: account.view(), payload: utf8('a note') })
  })

  test('is refused with any bit of it flipped, cut short, or with more behind it', async () => {
    const account = await newAccount()
    const { bytes } = await write(account)
    const log = account.log()
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      expect(await faultOf(verifyRecord(log, flipped(bytes, bit))), `bit ${bit}`).toMatch(
        /^(RECORD_|VERSION_|MALFORMED)/,
      )
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await faultOf(verifyRecord(log, bytes.slice(0, length)))).not.toBe('none')
    }
    expect(await faultOf(verifyRecord(log, concat(bytes, Uint8Array.of(0))))).toBe('RECORD_SIGNATURE_WRONG')
  })

  test('of another account, of an unknown device, of a removed one is named', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { bytes } = await write(account)
    expect(await faultOf(verifyRecord(other.log(), bytes))).toBe('RECORD_OF_ANOTHER_ACCOUNT')
    const second = await account.add('Second')
    const header = { epoch: 1, item, device: second.id, seq: 2, prev: zeros, kind: recordKinds.changes }
    const content = { view: account.view(), payload: utf8('late') }
    const late = await writeRecord(await account.keyring(), second.sign, header, content)
    await account.act({ type: 'revoke', last: { device: second.id, seq: 1, hash: zeros } })
    expect(await faultOf(verifyRecord(account.log(), late.bytes))).toBe('RECORD_DEVICE_REVOKED')
    const before = await verifyLog(account.entries.slice(0, 1))
    expect(await faultOf(verifyRecord(before, late.bytes))).toBe('RECORD_DEVICE_UNKNOWN')
  })

  test('under a key that was out of use, or after a log that is not this one, is named', async () => {
    const account = await newAccount()
    await account.rotate()
    const keyring = await account.keyring()
    const low = await verifyRecord(account.log(), (await write(account, { epoch: 1 })).bytes)
    expect(await faultOf(openRecord(keyring, account.log(), low))).toBe('EPOCH_LOWERED')
    const good = await verifyRecord(account.log(), (await write(account, { epoch: 2 })).bytes)
    expect(await faultOf(openRecord(keyring, account.log(), good))).toBe('none')
    const shorter = await verifyLog(account.entries.slice(0, 1))
    expect(await faultOf(openRecord(keyring, shorter, good))).toBe('LOG_FORKED')
  })

  test('of a newer version says so', async () => {
    const { bytes } = await write(await newAccount())
    bytes[0] = 2
    expect(await faultOf((async () => decodeRecord(bytes))())).toBe('VERSION_NEWER')
    bytes[0] = 0
    expect(await faultOf((async () => decodeRecord(bytes))())).toBe('VERSION_LOWERED')
  })

  test('random bytes are refused by name and throw nothing else', async () => {
    const log = (await newAccount()).log()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await faultOf(verifyRecord(log, bytes))).toMatch(/^[A-Z_]+$/)
      }),
    )
  })
})

describe('padding', () => {
  test('comes off as it went on, adds 12 % at most, and tells few lengths apart', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const padded = pad(bytes)
        expect(unpad(padded)).toEqual(new Uint8Array(bytes))
        expect(padded.length).toBeLessThanOrEqual(Math.max(8, Math.ceil((bytes.length + 4) * 1.12)))
      }),
    )
    expect(new Set(Array.from({ length: 10_000 }, (_, length) => padme(length))).size).toBeLessThan(200)
    expect([padme(9), padme(100), padme(1000), padme(1_000_000)]).toEqual([10, 104, 1024, 1_015_808])
  })

  test('that hides something is refused', () => {
    const padded = pad(new Uint8Array(101))
    padded[padded.length - 1] = 1
    expect(() => unpad(padded)).toThrow()
    expect(() => unpad(concat(pad(new Uint8Array(100)), new Uint8Array(8)))).toThrow()
  })
})

test('ranges of numbers are written in one way only', () => {
  expect(
    decodeRanges(
      encodeRanges([
        [1, 3],
        [5, 9],
      ]),
    ),
  ).toEqual([
    [1, 3],
    [5, 9],
  ])
  for (const bad of [
    [[0, 3]],
    [[3, 1]],
    [
      [1, 3],
      [4, 9],
    ],
    [
      [5, 9],
      [1, 3],
    ],
  ] as const) {
    expect(() => decodeRanges(encodeRanges(bad.map(([first = 0, last = 0]) => [first, last])))).toThrow()
  }
})

describe('a chunk of a file', () => {
  test('opens at its own place alone', async () => {
    const account = await newAccount()
    const keyring = await account.keyring()
    const file = await itemIdOf(account.log().account, 'file/1')
    const place = { item: file, epoch: 1, index: 0, count: 2 }
    const plain = new Uint8Array(chunkSize).fill(9)
    const { bytes, hash } = await sealChunk(keyring, place, plain)
    expect(await openChunk(keyring, place, bytes, hash)).toEqual(plain)
    for (const wrong of [
      { ...place, index: 1 },
      { ...place, count: 3 },
      { ...place, item },
    ]) {
      expect(await faultOf(openChunk(keyring, wrong, bytes, hash))).toBe('BLOB_CHANGED')
    }
    expect(await faultOf(openChunk(keyring, place, flipped(bytes, 999), hash))).toBe('BLOB_CHANGED')
    const manifest = { about: utf8('{}'), epoch: 1, chunks: [hash, hash] }
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    expect(() => decodeManifest(encodeManifest(manifest).slice(0, -1))).toThrow()
  })
})
