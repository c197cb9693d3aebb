import { expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import { verifyLog, writeLogEntry } from '../../../src/crypto/device-log.ts'
import { commitmentOf } from '../../../src/crypto/epoch-key.ts'
import { type LogKnown, readServerLog, renewKeys } from '../../../src/sync/account.ts'
import type { WrappedKey } from '../../../src/sync/ports.ts'
import type { LogAction } from '../../../src/sync/wire/log-entry.ts'
import { faultOf, newAccount, newDevice, type TestDevice } from './support/account.ts'

type Post = { readonly entry: Bytes; readonly wraps: readonly WrappedKey[] }

/** A server that shows these entries, and keeps what it is given. */
const showing = (entries: readonly Bytes[], known: LogKnown) => {
  const posted: Post[] = []
  const source = {
    known: async () => known,
    log: async () => ({ entries, wraps: [] }),
    addToLog: async (entry: Bytes, wraps: readonly WrappedKey[]) => void posted.push({ entry, wraps }),
  }
  return { source, posted }
}

const logOf = async (first: TestDevice, actions: readonly LogAction[]): Promise<readonly Bytes[]> => {
  const entries: Bytes[] = []
  for (const action of actions) {
    const log = entries.length === 0 ? undefined : await verifyLog(entries)
    entries.push(await writeLogEntry(log, action, first, 1))
  }
  return entries
}

const removed = (one: TestDevice): LogAction => ({
  type: 'revoke',
  last: { device: one.id, seq: 0, hash: new Uint8Array(32) },
})

/** An account with a device that was removed, and what its first device knows of it. */
const stage = async () => {
  const account = await newAccount()
  const other = await account.add('Other')
  await account.act(removed(other))
  const known: LogKnown = { account: account.log().account, entries: [...account.entries] }
  const self = { ...account.first, about: account.first.device }
  const renewing = (source: ReturnType<typeof showing>['source']) => renewKeys(source, account.keys, self, 1)
  return { account, known, renewing }
}

test('case 67: the new key after a removal goes to those of the log that is known', async () => {
  const { account, known, renewing } = await stage()
  const { source, posted } = showing(account.entries, known)
  await renewing(source)
  expect(posted.map(({ wraps }) => wraps.map(({ recipient }) => recipient))).toEqual([[account.first.id]])
})

test('case 67: and to nobody of a log of the server’s own making, whatever it promises', async () => {
  const { account, known, renewing } = await stage()
  const [evil, gone] = [await newDevice('Injected'), await newDevice('Gone')]
  const made = await logOf(evil, [
    // Anybody can read what the log promises of a key.
    { type: 'open', device: evil.device, commitment: await commitmentOf(account.keyOf(1)) },
    { type: 'add', device: account.first.device },
    { type: 'add', device: gone.device },
    removed(gone),
  ])
  const forgotten = { ...known, entries: [] }
  for (const memory of [known, forgotten]) {
    const { source, posted } = showing(made, memory)
    expect(await faultOf(renewing(source))).toBe('LOG_FORKED')
    expect(posted).toEqual([])
  }
})

test('case 67: nor of a log that is cut short, or that ends in another way', async () => {
  const { account, known } = await stage()
  expect(await faultOf(readServerLog(showing(account.entries.slice(0, 2), known).source))).toBe('LOG_ROLLED_BACK')
  const other = await newDevice('Other')
  const log = await verifyLog(account.entries.slice(0, 2))
  const entry = await writeLogEntry(log, { type: 'add', device: other.device }, account.first, 2)
  const forked = [...account.entries.slice(0, 2), entry]
  expect(await faultOf(readServerLog(showing(forked, known).source))).toBe('LOG_FORKED')
})
