import { IDBFactory, IDBObjectStore, IDBRequest, IDBTransaction } from 'fake-indexeddb'
import fc from 'fast-check'
import { afterAll, expect, vi } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import { Secret } from '../../../src/base/secret.ts'
import { createDpopKey, unwrapDpopKey } from '../../../src/crypto/dpop-key.ts'
import { decodeRecord, recordKinds } from '../../../src/sw/records.ts'
import { createIndexedStore, createMemoryStore } from '../../../src/sw/store.ts'
import { openVault, type RecordChange, type Vault } from '../../../src/sw/vault.ts'
import { property } from './support/property.ts'
import { plainly, records } from './support/records.ts'
import { anyBytes, anyText, anything, damaged } from './support/values.ts'

const share = (): Secret<Bytes> => new Secret(new Uint8Array(32).fill(7))
const store = createMemoryStore()
const vault = await openVault(store, share(), 'sealed')
const provider = fc.constantFrom('main', 'other')
const kind = fc.constantFrom(...recordKinds)
const change: fc.Arbitrary<RecordChange> = fc.oneof(
  fc.record({ kind: fc.constant('session' as const), provider, value: records.session }),
  fc.record({ kind: fc.constant('transaction' as const), provider, value: records.transaction }),
  fc.record({ kind: fc.constant('revocations' as const), provider: fc.constant(''), value: records.revocations }),
  fc.record({ kind: fc.constant('metadata' as const), provider, value: records.metadata }),
)

property('a record comes back out of the vault as it was put in', [change], async (one) => {
  await vault.commit([one])
  const found = await vault.read(one.kind, one.provider)
  expect(found.at === 'here' ? plainly(found.value) : found.at).toEqual(plainly(one.value))
})

property(
  'whatever lies in the place of a record is read as one, or as unreadable',
  [kind, fc.oneof(anything, anyBytes(64))],
  async (named, planted) => {
    await store.commit([{ store: 'records', name: `${named}/main`, value: planted }])
    const found = await vault.read(named, 'main')
    expect(found.at).toBe(planted === undefined ? 'absent' : 'unreadable')
  },
)

property('a record that is put in the place of another does not open', [change, kind], async (one, elsewhere) => {
  await vault.commit([one])
  const from = one.provider === '' ? one.kind : `${one.kind}/${one.provider}`
  const sealed = await store.read('records', from)
  await store.commit([{ store: 'records', name: `${elsewhere}/third`, value: sealed }])
  expect((await vault.read(elsewhere, 'third')).at).toBe('unreadable')
})

const almost = fc.oneof(
  anyText,
  fc.json({ maxDepth: 2 }),
  damaged(fc.oneof<fc.Arbitrary<object>[]>(records.session, records.transaction, records.metadata)).map((record) => {
    try {
      return JSON.stringify(plainly(record))
    } catch {
      return '{'
    }
  }),
)

property('whatever text was sealed is a record of its kind or none', [kind, almost], (named, text) => {
  const record = decodeRecord(named, text)
  if (record === undefined) return
  expect(JSON.parse(text)).toBeTypeOf('object')
  expect(plainly(record)).toBeTypeOf('object')
})

const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
const wrapped = await createDpopKey(wrapping, ['Ed25519'])

property('a wrapped key with one bit flipped is refused', [fc.nat()], async (at) => {
  const changed = wrapped.wrapped.slice()
  const bit = at % (changed.length * 8)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  await expect(unwrapDpopKey(wrapping, { ...wrapped, wrapped: changed })).rejects.toThrow()
})

vi.stubGlobal('IDBTransaction', IDBTransaction)
vi.stubGlobal('IDBRequest', IDBRequest)
afterAll(() => vi.unstubAllGlobals())

/** The writes of a worker that is killed when it has put `left` more records, in the middle of whatever it does. */
const killAfter = (left: number): { readonly isDead: () => boolean } => {
  let count = left
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    count -= 1
    if (count < 0) this.transaction.abort()
    return put.call(this, value, key)
  })
  return { isDead: () => count < 0 }
}
const { put } = IDBObjectStore.prototype

const read = async (from: Vault): Promise<unknown[]> => {
  const found: unknown[] = []
  for (const named of recordKinds) {
    for (const where of ['main', 'other', '']) {
      const { at, ...rest } = await from.read(named, where)
      expect(at).not.toBe('unreadable')
      if (at === 'here') found.push([named, where, plainly(rest)])
    }
  }
  return found
}

property(
  'a worker killed anywhere in its commits leaves those before, whole, and nothing of the others',
  [fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }), fc.nat(12)],
  async (commits, left) => {
    vi.stubGlobal('indexedDB', new IDBFactory())
    const first = await openVault(createIndexedStore('custody'), share(), 'sealed')
    const expected = await openVault(createMemoryStore(), share(), 'sealed')
    const killed = killAfter(left)
    for (const changes of commits) {
      const done = await first.commit(changes).then(
        () => true,
        () => false,
      )
      if (killed.isDead()) break
      expect(done).toBe(true)
      await expected.commit(changes)
    }
    vi.restoreAllMocks()
    const next = await openVault(createIndexedStore('custody'), share(), 'sealed')
    expect(await read(next)).toEqual(await read(expected))
  },
  { oneIn: 100 },
)
