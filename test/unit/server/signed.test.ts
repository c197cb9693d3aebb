import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { hashPassword } from '../../../server/accounts/password.ts'
import { isSignedBy, signEs256 } from '../../../server/signed.ts'

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
// Enough that integers of every length come by: one in 256 begins with a zero.
const texts = Array.from({ length: 2000 }, (_, index) => Buffer.from(`text ${index}`))

test('signatures of ES256 are taken as Node makes them, and none with a bit that is not of it', async () => {
  const { privateKey, publicKey } = p256
  for (const [index, text] of texts.entries()) {
    const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    expect(await isSignedBy(publicKey, text, signature)).toBe(true)
    signature[index % 64] = (signature[index % 64] ?? 0) ^ (1 << (index % 8))
    expect(await isSignedBy(publicKey, text, signature)).toBe(false)
  }
})

test('signatures of ES256 are made as Node takes them', async () => {
  for (const text of texts) {
    const signature = await signEs256(p256.privateKey, text)
    expect(verify('sha256', text, { key: p256.publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
  }
})

test('no signature is one that is too short, too long, or nothing but zeros or ones', async () => {
  const [text = Buffer.of()] = texts
  const good = await signEs256(p256.privateKey, text)
  for (const key of [p256.publicKey, ed25519.publicKey]) {
    const faults = [
      good.subarray(1),
      Buffer.concat([good, good.subarray(0, 1)]),
      new Uint8Array(64),
      Buffer.alloc(64, 255),
    ]
    for (const fault of faults) expect(await isSignedBy(key, text, fault)).toBe(false)
  }
  expect(await isSignedBy(p256.publicKey, text, Buffer.alloc(0))).toBe(false)
})

test('a key of Ed25519 takes its own, and none of ES256', async () => {
  const [text = Buffer.of()] = texts
  expect(await isSignedBy(ed25519.publicKey, text, sign(null, text, ed25519.privateKey))).toBe(true)
  expect(await isSignedBy(ed25519.publicKey, text, await signEs256(p256.privateKey, text))).toBe(false)
})

test('a signature does not stand in line with all the passwords that are hashed', async () => {
  const [text = Buffer.of()] = texts
  const atOnce = availableParallelism() + 1
  let hashed = 0
  const hashes = Array.from({ length: 4 * (atOnce + 1) }, async () => {
    await hashPassword('a long queue at the door')
    hashed += 1
  })
  expect(await isSignedBy(ed25519.publicKey, text, sign(null, text, ed25519.privateKey))).toBe(true)
  expect(hashed).toBeLessThanOrEqual(atOnce)
  await Promise.all(hashes)
})
