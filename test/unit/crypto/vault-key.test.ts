import { createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { utf8 } from '../../../src/base/bytes.ts'
import { openRecord, sealRecord } from '../../../src/crypto/envelope.ts'
import { createDeviceKey, deriveVaultKeys } from '../../../src/crypto/vault-key.ts'

const share = new Uint8Array(32).fill(7)
const label = { name: 'n', grade: 'sealed', provider: 'p' }

test('a device key cannot be exported', async () => {
  const key = await createDeviceKey()
  expect(key.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
})

test('the vault key is HKDF of HMAC of the share, as the document says', async () => {
  const raw = new Uint8Array(32).fill(9)
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const deviceKey = await crypto.subtle.importKey('raw', raw, hmac, false, ['sign'])
  const { record } = await deriveVaultKeys(deviceKey, share)

  const mixed = createHmac('sha256', raw).update(share).digest()
  const expected = new Uint8Array(hkdfSync('sha256', mixed, new Uint8Array(32), 'holdfast vault v1 record', 32))
  const key = await crypto.subtle.importKey('raw', expected, 'AES-GCM', false, ['decrypt'])
  expect(await openRecord(key, label, await sealRecord(record, label, utf8('x')))).toEqual(utf8('x'))
})

test('neither the device key alone nor the share alone opens a record', async () => {
  const deviceKey = await createDeviceKey()
  const { record } = await deriveVaultKeys(deviceKey, share)
  const sealed = await sealRecord(record, label, utf8('x'))
  const otherShare = await deriveVaultKeys(deviceKey, new Uint8Array(32))
  const otherDevice = await deriveVaultKeys(await createDeviceKey(), share)
  expect(await openRecord(otherShare.record, label, sealed)).toBeUndefined()
  expect(await openRecord(otherDevice.record, label, sealed)).toBeUndefined()
})

test('the keys of a vault cannot be exported', async () => {
  const keys = await deriveVaultKeys(await createDeviceKey(), share)
  expect([keys.record.extractable, keys.name.extractable]).toEqual([false, false])
})
