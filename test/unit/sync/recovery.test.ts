import { describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../../src/base/bytes.ts'
import { openBackup, writeBackup } from '../../../src/crypto/backup.ts'
import { sealChunk } from '../../../src/crypto/blob.ts'
import { wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import { itemIdOf } from '../../../src/crypto/item.ts'
import { newRecoveryWords, readRecoveryWords, recoveryKeyOf } from '../../../src/crypto/recovery-key.ts'
import { faultOf, flipped, newAccount } from './support/account.ts'

const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('the words of recovery', () => {
  test('are read whatever their case and spaces, and are always the same keys', async () => {
    const read = readRecoveryWords(`  ${words.toUpperCase().replaceAll(' ', '\n ')} `)
    if (!read.ok) throw new Error('They are right.')
    expect(read.value).toEqual(new Uint8Array(16).fill(0x7f))
    const [one, other] = [await recoveryKeyOf(read.value), await recoveryKeyOf(read.value)]
    expect(one.signKey).toEqual(other.signKey)
    expect(one.exchange.privateKey.extractable).toBe(false)
    expect(newRecoveryWords().split(' ').length).toBe(12)
  })

  test('name the word that is wrong, and what it may have been', () => {
    expect(readRecoveryWords(words.replace('sausage', 'sausgae'))).toEqual({
      ok: false,
      error: { type: 'unknown-words', words: [{ at: 6, similar: ['sausage'] }] },
    })
    expect(readRecoveryWords(words.replace('year', 'wave'))).toMatchObject({ error: { type: 'checksum' } })
    expect(readRecoveryWords('legal winner')).toMatchObject({ error: { type: 'count', count: 2 } })
    expect(readRecoveryWords('')).toMatchObject({ error: { type: 'count', count: 0 } })
  })
})

const backedUp = async () => {
  const account = await newAccount()
  const { recovery, words: own } = await account.addRecovery()
  await account.rotate()
  const keyring = await account.keyring()
  const place = { item: await itemIdOf(account.log().account, 'file/1'), epoch: 2, index: 0, count: 1 }
  const chunk = await sealChunk(keyring, place, utf8('a picture'))
  const items = [
    { kind: 'changes' as const, name: 'note/1', body: utf8('hello') },
    { kind: 'changes' as const, name: 'settings', body: utf8('dark') },
    { kind: 'file' as const, name: 'file/1', body: utf8('manifest') },
  ]
  const wrapped = await wrapEpochKey(account.log().account, 2, account.keyOf(2), recovery)
  const source = { log: account.log(), logEntries: account.entries, keyring, wrapped, device: account.first }
  const parts = await writeBackup({ ...source, heads: [], time: 1_800_000_000_000, items, chunks: [chunk.bytes] })
  return { file: concat(...parts), recovery, own, items, account, chunk, source }
}

describe('a backup', () => {
  test('gives everything back to the words alone', async () => {
    const { file, own, items, account, chunk } = await backedUp()
    const entropy = readRecoveryWords(own)
    if (!entropy.ok) throw new Error('They are right.')
    const opened = await openBackup(file, await recoveryKeyOf(entropy.value))
    expect(opened.items).toEqual(items)
    expect(opened.chunks).toEqual([chunk.bytes])
    expect(opened.keys).toEqual(account.keys)
    expect(opened.log).toEqual(account.log())
  })

  test('does not open to other words, nor changed, nor cut, nor of a newer version', async () => {
    const { file, recovery } = await backedUp()
    const stranger = await recoveryKeyOf(new Uint8Array(16))
    expect(await faultOf(openBackup(file, stranger))).toBe('RECOVERY_WRONG_KEY')
    for (let bit = 0; bit < file.length * 8; bit += 331) {
      expect(await faultOf(openBackup(flipped(file, bit), recovery)), `bit ${bit}`).toMatch(/^[A-Z_]{8,}$/)
    }
    for (let length = 0; length < file.length; length += 97) {
      expect(await faultOf(openBackup(file.slice(0, length), recovery))).toBe('BACKUP_DAMAGED')
    }
    const newer = file.slice()
    newer[16] = 2
    expect(await faultOf(openBackup(newer, recovery))).toBe('VERSION_NEWER')
  })

  test('with another backup’s records in it is refused, whoever signs it', async () => {
    const { recovery, source } = await backedUp()
    const sign = async () => new Uint8Array(64)
    const parts = await writeBackup({
      ...source,
      device: { ...source.device, sign },
      heads: [],
      time: 0,
      items: [],
      chunks: [],
    })
    expect(await faultOf(openBackup(concat(...parts), recovery))).toBe('BACKUP_DAMAGED')
  })
})
