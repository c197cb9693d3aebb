import { describe, expect, test } from 'vitest'
import { toBase64url } from '../../../src/base/bytes.ts'
import { decodeRecord } from '../../../src/sync/wire/record.ts'
import { createHostile, type Misdeed } from '../../support/hostile-sync.ts'
import { faultOf } from './support/account.ts'
import { startSite } from './support/site.ts'

/** One has sent three records and lost all that it remembers, but for its key and what lies beside that. */
const stage = async () => {
  const site = await startSite(['One', 'Two'])
  const [first, second] = site.devices
  if (first === undefined || second === undefined) throw new Error('There are two.')
  const one = site.start(first)
  const two = site.start(second)
  for (const at of [1, 2, 3]) {
    one.edit(`note/${at}`, () => `written as ${at}`)
    await one.engine.exchange()
  }
  const hostile = createHostile(site.server, first.id)
  const again = site.start(first, hostile.transport)
  return { site, one, two, hostile, again, first }
}

/** As if what a device wrote after its `seq`-th record had never been. */
const hide = (id: Uint8Array, seq: number): Misdeed => ({
  page: (page) => {
    const isShown = ({ record }: { record: Uint8Array }) => {
      const { header } = decodeRecord(record)
      return toBase64url(header.device) !== toBase64url(id) || header.seq <= seq
    }
    const shown = page.records.filter(isShown)
    const heads = page.heads.map((head) =>
      toBase64url(head.device) === toBase64url(id) ? { ...head, seq, hash: new Uint8Array(32) } : head,
    )
    return { ...page, records: shown, heads, position: shown.at(-1)?.position ?? 0 }
  },
})

const numbers = (records: readonly { record: Uint8Array }[]) =>
  records.map(({ record }) => {
    const { device, seq } = decodeRecord(record).header
    return `${toBase64url(device)} ${seq}`
  })

describe('a device that has forgotten what it sent', () => {
  test('before a server that hides its last record: seals no number twice, and says that records are gone', async () => {
    const { site, hostile, again, first } = await stage()
    again.edit('note/4', () => 'written after')
    for (const hidden of [2, 1, 0]) {
      hostile.lie(hide(first.id, hidden))
      expect(await faultOf(again.engine.exchange())).toBe('ROLLED_BACK')
    }
    expect(site.server.held.position).toBe(3)
    hostile.lie({})
    expect(await again.engine.exchange()).toMatchObject({ quarantined: [], missing: [], sent: 1 })
    const all = numbers(site.server.held.records)
    expect(new Set(all).size).toBe(all.length)
  })

  test('has from the server what it wrote itself, where its notes are gone as well', async () => {
    const { again, one } = await stage()
    await again.engine.exchange()
    expect(again.texts()).toEqual(one.texts())
  })

  test('before a server that has truly lost it: begins beyond the last number, and everybody has everything', async () => {
    const { site, one, two, again } = await stage()
    const { held } = site.server
    held.records = held.records.slice(0, 1)
    held.position = 1
    held.heads = new Map([...held.heads].map(([id]) => [id, { seq: 1, hash: held.records[0]?.hash ?? '' }] as const))
    for (const [name, updates] of one.kept.documents) again.kept.documents.set(name, updates)
    expect(await faultOf(again.engine.exchange())).toBe('ROLLED_BACK')
    await again.engine.uploadMine()
    expect(await again.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(two.texts()).toEqual(one.texts())
    const seqs = held.records.map(({ record }) => decodeRecord(record).header.seq)
    expect(seqs.filter((seq) => seq === 2 || seq === 3)).toEqual([])
  })

  test('whose memory is an older one: takes what it signed since for its own', async () => {
    const { site, first } = await stage()
    const store = site.start(first)
    await store.engine.exchange()
    const older = structuredClone(store.kept.memory)
    store.edit('note/5', () => 'sealed after')
    await store.engine.exchange()
    store.kept.memory = older
    store.edit('note/6', () => 'and one more')
    expect(await store.engine.exchange()).toMatchObject({ quarantined: [], missing: [], sent: 1 })
    const all = numbers(site.server.held.records)
    expect(new Set(all).size).toBe(all.length)
  })

  test('that others have heard more of than the server shows: seals nothing', async () => {
    const { site, two, hostile, again, first } = await stage()
    await two.engine.exchange()
    two.edit('note/2', () => 'I have seen all three')
    await two.engine.exchange()
    // What lies beside the key is an older one too.
    first.chain.reset()
    again.edit('note/4', () => 'written after')
    hostile.lie(hide(first.id, 2))
    expect(await faultOf(again.engine.exchange())).toBe('ROLLED_BACK')
    expect(site.server.held.position).toBe(4)
  })
})

test('to send anew what nobody has lost does nothing', async () => {
  const { site, again } = await stage()
  await again.engine.exchange()
  for (const name of again.kept.documents.keys()) again.kept.documents.delete(name)
  await again.engine.uploadMine()
  await again.engine.exchange()
  expect(site.server.held.records).toHaveLength(3)
})

describe('a checkpoint supersedes what the server has shown, and nothing that was made up', () => {
  const writer = async () => {
    const site = await startSite(['One', 'Two'], 3)
    const [first, second] = site.devices
    if (first === undefined || second === undefined) throw new Error('There are two.')
    const one = site.start(first)
    one.edit('note/kept', () => 'in one record')
    await one.engine.exchange()
    for (let at = 0; at < 3; at += 1) {
      one.edit('note/many', (body) => `${body}${at};`)
      await one.engine.exchange()
    }
    return { site, one, two: site.start(second) }
  }
  const readsAll = async ({ site, one, two }: Awaited<ReturnType<typeof writer>>) => {
    one.edit('note/many', (body) => `${body}last;`)
    await one.engine.exchange()
    one.edit('note/many', (body) => `${body}very last;`)
    await one.engine.exchange()
    expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(two.texts()).toEqual({ 'note/kept': 'in one record', 'note/many': '0;1;2;last;very last;' })
    return site.server.held.records.length
  }

  test('where the list of what was sent has holes', async () => {
    const all = await writer()
    all.one.kept.own = all.one.kept.own.filter(({ name }) => name !== 'note/kept')
    await readsAll(all)
  })

  test('where it says of one note what is of another', async () => {
    const all = await writer()
    all.one.kept.own = all.one.kept.own.map(({ seq }) => ({ seq, name: 'note/many' }))
    expect(await readsAll(all)).toBeLessThan(6)
  })

  test('where the note itself was emptied behind the back of sync', async () => {
    const all = await writer()
    const { kept } = all.one
    all.one.edit('note/many', (body) => `${body}last;`)
    const updates = kept.documents.get('note/many') ?? []
    kept.documents.set('note/many', [])
    const before = all.site.server.held.position
    await all.one.engine.exchange()
    kept.documents.set('note/many', updates)
    // The edit, and what takes the place of all of them.
    expect(all.site.server.held.position).toBe(before + 3)
    expect(await all.two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(all.two.texts()['note/many']).toBe('0;1;2;last;')
  })
})

test('what a version before this one could not read is read again, and is aside no more', async () => {
  const { site, two, first } = await stage()
  await two.engine.exchange()
  const { memory } = two.kept
  const id = toBase64url(first.id)
  const progress = memory?.devices[id]
  if (memory === undefined || progress === undefined) throw new Error('It was read.')
  // As a version leaves it that did not know the kind of the second record.
  two.kept.documents.delete('note/2')
  two.kept.memory = {
    ...memory,
    readable: 'older',
    devices: { ...memory.devices, [id]: { ...progress, unread: [[2, 2]] } },
  }
  const record = site.server.held.records[1]?.record ?? new Uint8Array()
  two.kept.quarantined.push({ position: 2, code: 'RECORD_KIND_UNKNOWN', record })
  expect(await two.engine.exchange()).toMatchObject({ received: 1, quarantined: [], missing: [] })
  expect(two.texts()['note/2']).toBe('written as 2')
  expect(two.kept.quarantined).toEqual([])
  expect(await two.engine.exchange()).toMatchObject({ received: 0 })
})
