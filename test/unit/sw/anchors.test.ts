import { beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../../src/base/bytes.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { Keeper } from '../../../src/sw/keeper.ts'
import { createMemoryStore, type Store } from '../../../src/sw/store.ts'
import { createAnchors } from '../../../src/sw/sync/anchors.ts'
import { createHeld } from '../../../src/sw/sync/held.ts'
import { openVault } from '../../../src/sw/vault.ts'

const provider = 'main'
const of = (fill: number, length = 1) => ({
  account: new Uint8Array(32).fill(fill),
  length,
  head: new Uint8Array(32).fill(fill + 1),
})

let store: Store
beforeEach(async () => {
  store = createMemoryStore()
  const vault = await open()
  const value = { key: await vault.createDeviceKey(), exchange: null, logs: [], sealed: [], registered: null }
  await vault.commit([{ kind: 'device', provider, value }])
})

const open = () => openVault(store, new Secret(utf8('share')), 'isolated')
const keeperOf = (sub: string | undefined) => {
  const live = () => (sub === undefined ? undefined : { account: { sub } })
  return { provider: { id: provider }, live } as Partial<Keeper> as Keeper
}
/** A worker that has just been started, with somebody signed in or nobody. */
const start = async (sub: string | undefined) => createAnchors(await open(), keeperOf(sub))

test('an anchor is there after the worker was killed, and after the session ended and began again', async () => {
  await (await start('A')).note(of(7))
  expect(await (await start('A')).of(of(7).account)).toMatchObject(of(7))
  expect(await (await start(undefined)).of(of(7).account)).toBeUndefined()
  expect(await (await start('A')).of(of(7).account)).toMatchObject(of(7))
})

test('is of who was signed in: a server that shows somebody else that log has them let in to nothing', async () => {
  await (await start('A')).note(of(7))
  expect(await (await start('B')).of(of(7).account)).toBeUndefined()
  await (await start('B')).note(of(7, 4))
  expect(await (await start('A')).of(of(7).account)).toMatchObject({ length: 1 })
})

test('of several accounts each keeps its own, and the last one counts', async () => {
  const anchors = await start('A')
  await anchors.note(of(7))
  await anchors.note(of(9))
  await anchors.note(of(7, 3))
  expect(await anchors.of(of(7).account)).toMatchObject({ length: 3 })
  expect(await anchors.of(of(9).account)).toMatchObject(of(9))
  expect(await anchors.of(of(8).account)).toBeUndefined()
})

test('keys from before there were anchors count for their account, and for whose they are', async () => {
  const { account } = of(7)
  const vault = await open()
  const value = { sub: 'A', account, keys: [{ epoch: 1, key: new Uint8Array(32) }], kit: null }
  await vault.commit([{ kind: 'sync', provider, value }])
  const takeUp = async (sub: string) => createHeld(await open(), keeperOf(sub), await start(sub)).restore()
  await takeUp('B')
  expect(await (await start('B')).of(account)).toBeUndefined()
  await takeUp('A')
  expect(await (await start('A')).of(account)).toMatchObject({ account, length: 1, head: account })
  await (await start('A')).note(of(7, 5))
  await takeUp('A')
  expect(await (await start('A')).of(account)).toMatchObject({ length: 5 })
})

test('with nobody signed in there is nobody to note it for', async () => {
  await expect((await start(undefined)).note(of(7))).rejects.toMatchObject({ code: 'SESSION_EXPIRED' })
})
