import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/base/bytes.ts'
import {
  epochOf,
  extendLog,
  findDevice,
  memoryOf,
  recipientsOf,
  verifyLog,
  writeLogEntry,
} from '../../../src/crypto/device-log.ts'
import { keysBefore, newEpochKey, unwrapEpochKey, wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import { faultOf, flipped, newAccount, newDevice } from './support/account.ts'

const zeros = new Uint8Array(32)

describe('a device log', () => {
  test('is opened by the first device and goes on with whoever is in it', async () => {
    const account = await newAccount()
    const second = await account.add('Second')
    const third = await account.add('Third', second)
    await account.act({ type: 'rename', device: third.id, name: 'Kitchen' }, second)
    const { recovery } = await account.addRecovery()
    await account.act({ type: 'revoke', last: { device: second.id, seq: 0, hash: zeros } }, recovery)
    await account.rotate(third)
    const log = await verifyLog(account.entries)
    expect([...log.devices.values()].map(({ name, revoked }) => [name, revoked === undefined])).toEqual([
      ['First', true],
      ['Second', false],
      ['Kitchen', true],
    ])
    expect(epochOf(log)).toBe(2)
    expect(recipientsOf(log).length).toBe(3)
    expect(await verifyLog(account.entries, memoryOf(account.log()))).toEqual(log)
  })

  test('takes no device that the server puts in', async () => {
    const account = await newAccount()
    const evil = await newDevice('Injected')
    const injected = await writeLogEntry(account.log(), { type: 'add', device: evil.device }, evil, 1)
    expect(await faultOf(extendLog(account.log(), injected))).toBe('LOG_SIGNER_UNKNOWN')
    const forged = await writeLogEntry(
      account.log(),
      { type: 'add', device: evil.device },
      { id: account.first.id, sign: evil.sign },
      1,
    )
    expect(await faultOf(extendLog(account.log(), forged))).toBe('LOG_SIGNATURE_WRONG')
  })

  test('hears nothing more of a device that was removed', async () => {
    const account = await newAccount()
    const second = await account.add('Second')
    await account.act({ type: 'revoke', last: { device: second.id, seq: 0, hash: zeros } })
    const late = await writeLogEntry(account.log(), { type: 'rename', device: second.id, name: 'x' }, second, 1)
    expect(await faultOf(extendLog(account.log(), late))).toBe('LOG_SIGNER_REVOKED')
    expect(findDevice(account.log(), second.id)?.revoked).toBeDefined()
    const again = await writeLogEntry(account.log(), { type: 'add', device: second.device }, account.first, 1)
    expect(await faultOf(extendLog(account.log(), again))).toBe('LOG_ENTRY_IMPOSSIBLE')
  })

  test('names entries that are dropped, swapped, doubled, changed, forgotten, or of another history', async () => {
    const account = await newAccount()
    await account.add('Second')
    await account.addRecovery()
    const [one, two, three] = account.entries
    if (one === undefined || two === undefined || three === undefined) throw new Error('There are three.')
    const memory = memoryOf(account.log())
    expect(await faultOf(verifyLog([one, three], memory))).toBe('LOG_CHAIN_BROKEN')
    expect(await faultOf(verifyLog([one, three, two], memory))).toBe('LOG_CHAIN_BROKEN')
    expect(await faultOf(verifyLog([one, two, two, three], memory))).toBe('LOG_CHAIN_BROKEN')
    expect(await faultOf(verifyLog([one, two], memory))).toBe('LOG_ROLLED_BACK')
    expect(await faultOf(verifyLog([], memory))).toBe('LOG_ROLLED_BACK')
    expect(await faultOf(verifyLog((await newAccount()).entries, { ...memory, length: 1 }))).toBe('LOG_FORKED')
    const other = await extendLog(await verifyLog([one, two]), three)
    const fork = await writeLogEntry(
      await verifyLog([one, two]),
      { type: 'rename', device: account.first.id, name: 'Fork' },
      account.first,
      1,
    )
    expect(memoryOf(other)).toEqual(memory)
    expect(await faultOf(verifyLog([one, two, fork], memory))).toBe('LOG_FORKED')
  })

  test('does not verify with any bit of an entry flipped', async () => {
    const account = await newAccount()
    await account.add('Second')
    const [one, two] = account.entries
    if (one === undefined || two === undefined) throw new Error('There are two.')
    const log = await verifyLog([one])
    for (let bit = 0; bit < two.length * 8; bit += 7) {
      expect(await faultOf(extendLog(log, flipped(two, bit))), `bit ${bit}`).toMatch(/^(LOG_|MALFORMED|VERSION_)/)
    }
    for (let length = 0; length < two.length; length += 5) {
      expect(await faultOf(extendLog(log, two.slice(0, length)))).toBe('MALFORMED')
    }
    expect(await faultOf(extendLog(log, concat(two, Uint8Array.of(0))))).toMatch(/MALFORMED|LOG_SIGNATURE_WRONG/)
  })

  test('says so of an entry of a newer version', async () => {
    const account = await newAccount()
    const entry = account.entries[0]?.slice() ?? new Uint8Array()
    entry[12] = 2
    expect(await faultOf(verifyLog([entry]))).toBe('VERSION_NEWER')
  })
})

describe('the key of an epoch', () => {
  test('comes to a device, and leads to every key before it', async () => {
    const account = await newAccount()
    await account.rotate()
    await account.rotate()
    const second = await account.add('Second')
    const log = account.log()
    const epoch = log.epochs[2]
    if (epoch === undefined) throw new Error('There are three epochs.')
    const wrapped = await wrapEpochKey(log.account, 3, account.keyOf(3), {
      id: second.id,
      exchangeKey: second.device.exchangeKey,
    })
    const key = await unwrapEpochKey(log.account, epoch, second, wrapped)
    expect(await keysBefore(log.account, log.epochs, 3, key)).toEqual(
      new Map([
        [3, account.keyOf(3)],
        [2, account.keyOf(2)],
        [1, account.keyOf(1)],
      ]),
    )
  })

  test('is known for a wrong one when the server makes it up, lowers it, or gives it to another', async () => {
    const account = await newAccount()
    await account.rotate()
    const second = await account.add('Second')
    const log = account.log()
    const [one, two] = log.epochs
    if (one === undefined || two === undefined) throw new Error('There are two epochs.')
    const to = { id: second.id, exchangeKey: second.device.exchangeKey }
    const made = await wrapEpochKey(log.account, 2, newEpochKey(), to)
    expect(await faultOf(unwrapEpochKey(log.account, two, second, made))).toBe('EPOCH_FORGED')
    const lowered = await wrapEpochKey(log.account, 1, account.keyOf(1), to)
    expect(await faultOf(unwrapEpochKey(log.account, two, second, lowered))).toBe('KEY_UNREADABLE')
    const relabelled = await wrapEpochKey(log.account, 2, account.keyOf(1), to)
    expect(await faultOf(unwrapEpochKey(log.account, two, second, relabelled))).toBe('EPOCH_FORGED')
    const good = await wrapEpochKey(log.account, 2, account.keyOf(2), to)
    expect(await faultOf(unwrapEpochKey(log.account, two, account.first, good))).toBe('KEY_UNREADABLE')
    expect(await faultOf(unwrapEpochKey(log.account, two, second, flipped(good, 300)))).toBe('KEY_UNREADABLE')
    const epochs = [one, { ...two, sealedBefore: flipped(two.sealedBefore, 200) }]
    expect(await faultOf(keysBefore(log.account, epochs, 2, account.keyOf(2)))).toBe('EPOCH_FORGED')
  })
})
