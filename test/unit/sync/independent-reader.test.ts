import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeBackup } from '../../../src/crypto/backup.ts'
import { wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import vector from '../../vectors/sync.json' with { type: 'json' }
import { newAccount } from './support/account.ts'
import { readBackup } from './support/reader.ts'

describe('a reader that has only the document', () => {
  test('knows none of the code', () => {
    const source = readFileSync(join(import.meta.dirname, 'support/reader.ts'), 'utf8')
    expect(source).not.toMatch(/from '\.|import\(|@hpke|subtle/)
    expect(source.split('\n').length).toBeLessThan(200)
  })

  test('opens the frozen backup with the words', () => {
    const { time, items, chunks, openChunk } = readBackup(Buffer.from(vector.backup, 'base64url'), vector.recoveryWords)
    expect(time).toBe(1_800_000_000_000)
    expect(items.map(({ kind, name }) => [kind, name])).toEqual([
      [65, 'note/1'],
      [65, 'settings'],
      [66, 'note/1'],
    ])
    expect(items[0]?.body.toString()).toBe('hello from a note')
    const [chunk] = chunks
    const item = items[2]?.item
    if (chunk === undefined || item === undefined) throw new Error('There is a file.')
    expect(openChunk(item, 1, 0, 1, chunk).toString()).toBe('a picture')
    expect(() => readBackup(Buffer.from(vector.backup, 'base64url'), vector.deviceWords)).toThrow('words')
  })

  test('opens one of today, of a later epoch', async () => {
    const account = await newAccount()
    const { recovery, words } = await account.addRecovery()
    await account.rotate()
    await account.rotate()
    const log = account.log()
    const source = { log, logEntries: account.entries, keyring: await account.keyring(), device: account.first }
    const wrapped = await wrapEpochKey(log.account, 3, account.keyOf(3), recovery)
    const items = [{ kind: 'changes' as const, name: 'note/ä', body: new Uint8Array(3000).fill(1) }]
    const parts = await writeBackup({ ...source, wrapped, heads: [], time: 7, items, chunks: [] })
    expect(readBackup(Buffer.concat(parts), words).items[0]).toMatchObject({ name: 'note/ä' })
  })
})
