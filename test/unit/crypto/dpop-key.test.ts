import { expect, test } from 'vitest'
import { createDpopKey, unwrapDpopKey } from '../../../src/crypto/dpop-key.ts'
import { createDeviceKey, deriveVaultKeys } from '../../../src/crypto/vault-key.ts'

const vault = await deriveVaultKeys(await createDeviceKey(), new Uint8Array(32).fill(1))

test('is Ed25519 where the provider takes it, else ES256', async () => {
  expect((await createDpopKey(vault.record, ['ES256', 'Ed25519'])).alg).toBe('Ed25519')
  expect((await createDpopKey(vault.record, ['RS256', 'ES256'])).alg).toBe('ES256')
})

test.each(['Ed25519', 'ES256'])('an unwrapped %s key signs and cannot be exported', async (alg) => {
  const pair = await unwrapDpopKey(vault.record, await createDpopKey(vault.record, [alg]))
  const algorithm = alg === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' }
  const data = new Uint8Array(10)
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, data)
  expect(await crypto.subtle.verify(algorithm, pair.publicKey, signature, data)).toBe(true)
  expect(pair.privateKey.extractable).toBe(false)
})

test('does not unwrap under another vault key', async () => {
  const other = await deriveVaultKeys(await createDeviceKey(), new Uint8Array(32).fill(1))
  await expect(unwrapDpopKey(other.record, await createDpopKey(vault.record, ['ES256']))).rejects.toThrow()
})
