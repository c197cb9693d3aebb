import { describe, expect, test } from 'vitest'
import { createReplica } from '../../../cli/sync/replica.ts'
import type { Bytes } from '../../../src/base/bytes.ts'
import { writeLogEntry } from '../../../src/crypto/device-log.ts'
import {
  addToLog,
  createHostile,
  drop,
  flips,
  type Misdeed,
  reorder,
  replay,
  rollBack,
  shortenLog,
  swapCiphertexts,
} from '../../support/hostile-sync.ts'
import { faultOf, newAccount } from '../sync/support/account.ts'
import { startSite } from '../sync/support/site.ts'
import { createKept } from './support/kept.ts'

/** One has written six records, of three notes; the command line of two is about to read them from a server that may lie. */
const stage = async () => {
  const site = await startSite(['One', 'Two'])
  const [first, second] = site.devices
  if (first === undefined || second === undefined) throw new Error('There are two.')
  const one = site.start(first)
  for (let at = 1; at <= 6; at += 1) {
    one.edit(`note/${at % 3}`, (body) => `${body}${at};`)
    await one.engine.exchange()
  }
  const hostile = createHostile(site.server, second.id)
  const kept = createKept()
  const two = createReplica({
    database: kept.database,
    transport: { ...hostile.transport, addToLog: site.server.transport.addToLog },
    self: { ...second, about: second.device },
    account: site.account.log().account,
    anchor: undefined,
    keys: site.account.keys,
    chain: second.chain,
    keep: async () => undefined,
  })
  return { site, one, two, kept, hostile, first }
}

const misdeeds: readonly (readonly [string, Misdeed, readonly string[], number])[] = [
  ['a record that is changed', flips.ciphertext(2), ['RECORD_SIGNATURE_WRONG'], 1],
  ['a record of a version that never was', flips.version(2), ['VERSION_LOWERED'], 1],
  ['ciphertexts in each other’s place', swapCiphertexts(1, 2), ['RECORD_SIGNATURE_WRONG', 'RECORD_SIGNATURE_WRONG'], 2],
  ['an old record again', replay(1, 7), ['RECORD_REPLAYED'], 0],
  ['two records in each other’s place', reorder(2, 3), ['ORDER_WRONG'], 0],
  ['a record held back', drop(3), [], 1],
]

describe('the replica of the command line', () => {
  test.each(misdeeds)('names %s, and takes in the rest', async (_, misdeed, codes, missing) => {
    const { one, two, kept, hostile } = await stage()
    hostile.lie(misdeed)
    const outcome = await two.exchange()
    expect((await two.store.quarantined()).map(({ code }) => code)).toEqual(codes)
    expect(outcome.missing.flatMap(({ ranges }) => ranges)).toHaveLength(missing === 0 ? 0 : 1)
    expect(Object.keys(kept.texts()).length).toBeGreaterThan(0)
    hostile.lie({})
    kept.database.keep('looked-at', '1')
    one.edit('note/0', (body) => `${body}after;`)
    await one.engine.exchange()
    expect(await two.exchange()).toMatchObject({ missing: [] })
    expect(kept.texts()).toEqual(one.texts())
  })

  test('names a server that has less than it had, a shorter log, and an entry of its own', async () => {
    const { site, two, hostile, first } = await stage()
    await site.account.act({ type: 'rename', device: first.id, name: 'Uno' })
    await site.publish()
    await two.exchange()
    hostile.lie(rollBack(2))
    expect(await faultOf(two.exchange())).toBe('ROLLED_BACK')
    hostile.lie(shortenLog(1))
    expect(await faultOf(two.exchange())).toBe('LOG_ROLLED_BACK')
    const stranger = (await newAccount()).first
    const entry = await writeLogEntry(site.account.log(), { type: 'add', device: stranger.device }, stranger, 1)
    hostile.lie(addToLog(entry))
    expect(await faultOf(two.exchange())).toBe('LOG_SIGNER_UNKNOWN')
    hostile.lie({})
    expect(await two.exchange()).toMatchObject({ quarantined: [], missing: [] })
  })

  test('takes no other account’s log for its own, though nothing was read yet', async () => {
    const { two, hostile } = await stage()
    const other: readonly Bytes[] = (await newAccount()).entries
    hostile.lie({ log: (log) => ({ ...log, entries: other }) })
    expect(await faultOf(two.exchange())).toBe('LOG_FORKED')
  })

  test('sends everything anew to a server that has lost it', async () => {
    const { site, one, two, kept } = await stage()
    kept.edit('note/mine', () => 'mine')
    await two.exchange()
    Object.assign(site.server.held, { records: [], position: 0, heads: new Map() })
    expect(await faultOf(two.exchange())).toBe('ROLLED_BACK')
    await two.uploadMine()
    expect(await two.exchange()).toMatchObject({ quarantined: [] })
    expect(kept.texts()).toMatchObject({ 'note/mine': 'mine', 'note/0': '3;6;' })
    await one.engine.uploadMine()
    await one.engine.exchange()
    expect(one.texts()).toEqual(kept.texts())
  })
})
