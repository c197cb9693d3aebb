import { describe, expect, test, vi } from 'vitest'
import { type Bytes, utf8 } from '../../../src/base/bytes.ts'
import { chunkSize, decodeManifest } from '../../../src/crypto/blob.ts'
import { sha256 } from '../../../src/crypto/primitives.ts'
import { downloadFile, uploadFile } from '../../../src/sync/files.ts'
import { type SyncTransport, TransportError } from '../../../src/sync/ports.ts'
import { createRunner, type RunState } from '../../../src/sync/runner.ts'
import { untilHolds } from '../../support/deadline.ts'
import { faultOf } from './support/account.ts'
import { createMemoryStore, startEngine } from './support/replica.ts'
import { startSite } from './support/site.ts'

const replicas = async (compactAt?: number) => {
  const site = await startSite(['One', 'Two'], compactAt)
  const [first, second] = site.devices
  if (first === undefined || second === undefined) throw new Error('There are two.')
  return { site, one: site.start(first), two: site.start(second) }
}

describe('a replica with more than one batch to send', () => {
  const [many, atOnce] = [9, 4]
  const names = Array.from({ length: many }, (_, at) => `note/${at}`)

  /** Dies when its turn has come, at a commit or at an answer of the server that is lost; and goes on from what is stored. */
  const sendDyingAt = async (turn: number) => {
    const site = await startSite(['One', 'Two'])
    const [first, second] = site.devices
    if (first === undefined || second === undefined) throw new Error('There are two.')
    let [turns, isFirst] = [0, true]
    const live = (): void => {
      if (isFirst) turns += 1
      if (isFirst && turns === turn) throw new TransportError({ type: 'unavailable' })
    }
    const { store, kept, edit, texts } = createMemoryStore(live)
    const server = site.server.as(first.id)
    const post: SyncTransport['post'] = async (records) => {
      const answer = await server.post(records)
      live()
      return answer
    }
    const start = () => startEngine(first, store, { ...server, post }, undefined, atOnce)
    for (const name of names) edit(name, () => name)
    await start()
      .exchange()
      .catch(() => undefined)
    isFirst = false
    edit('note/1', (body) => `${body} and more`)
    await start().exchange()
    const two = site.start(second)
    await two.engine.exchange()
    return { turns, site, kept, texts, two }
  }

  test('sends each edit once, whenever it dies', async () => {
    const { turns } = await sendDyingAt(0)
    expect(turns).toBeGreaterThan(10)
    for (let turn = 3; turn <= turns; turn += 1) {
      const { site, kept, texts, two } = await sendDyingAt(turn)
      expect(two.texts()).toEqual(texts())
      expect(two.kept.quarantined).toEqual([])
      expect(kept.outbox).toEqual([])
      // Two edits of one note may have gone together.
      expect([many, many + 1]).toContain(site.server.held.records.length)
    }
  })

  test('seals the next batch while one is on its way, and never the same edit twice', async () => {
    const { site, one } = await replicas()
    for (const name of names) one.edit(name, () => name)
    const server = site.server.as(one.device.id)
    const asked = vi.spyOn(one.store, 'outbox')
    const atPost: number[] = []
    const post: SyncTransport['post'] = async (records) => {
      await untilHolds(() => expect(asked.mock.calls.length).toBeGreaterThan(atPost.length))
      atPost.push(asked.mock.calls.length)
      return server.post(records)
    }
    const { sent } = await startEngine(one.device, one.store, { ...server, post }, undefined, atOnce).exchange()
    expect([sent, site.server.held.records.length]).toEqual([many, many])
    expect(atPost).toEqual([2, 3, 3])
  })
})

describe('two replicas', () => {
  test('have each other’s edits after an exchange, and nothing is sent twice', async () => {
    const { site, one, two } = await replicas()
    one.edit('note/1', () => 'hello')
    two.edit('note/2', () => 'world')
    expect(await one.engine.exchange()).toMatchObject({ sent: 1, received: 0, quarantined: [], missing: [] })
    expect(await two.engine.exchange()).toMatchObject({ sent: 1, received: 1 })
    expect(await one.engine.exchange()).toMatchObject({ sent: 0, received: 1 })
    expect(one.texts()).toEqual({ 'note/1': 'hello', 'note/2': 'world' })
    expect(two.texts()).toEqual(one.texts())
    expect(site.server.held.position).toBe(2)
  })

  test('go on where they were when one has forgotten all but its notes, and still compact', async () => {
    const { site, one, two } = await replicas(3)
    one.edit('note/1', () => 'before')
    await one.engine.exchange()
    two.edit('note/2', () => 'seen')
    await two.engine.exchange()
    await one.engine.exchange()
    const again = site.start(one.device)
    for (const [name, updates] of one.kept.documents) again.kept.documents.set(name, updates)
    expect(await again.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    for (let at = 0; at < 6; at += 1) {
      again.edit('note/3', (body) => `${body}${at}`)
      await again.engine.exchange()
    }
    expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(two.texts()).toEqual({ 'note/1': 'before', 'note/2': 'seen', 'note/3': '012345' })
    const third = site.start(await site.account.add('Three'))
    await site.publish()
    await third.engine.exchange()
    expect(third.texts()).toEqual(two.texts())
  })

  test('merge what both wrote into one note at once', async () => {
    const { one, two } = await replicas()
    one.edit('note/1', () => 'middle')
    await one.engine.exchange()
    await two.engine.exchange()
    one.edit('note/1', (body) => `left ${body}`)
    two.edit('note/1', (body) => `${body} right`)
    for (const replica of [one, two, one]) await replica.engine.exchange()
    expect(one.texts()).toEqual({ 'note/1': 'left middle right' })
    expect(two.texts()).toEqual(one.texts())
  })

  test('go on under a new key when a device was removed, and the removed one is out', async () => {
    const { site, one, two } = await replicas()
    two.edit('note/2', () => 'before')
    await two.engine.exchange()
    await one.engine.exchange()
    const head = { device: two.device.id, seq: 1, hash: two.kept.memory?.hash ?? new Uint8Array(32) }
    await site.account.act({ type: 'revoke', last: head })
    expect(site.account.log().isRotationDue).toBe(true)
    await site.account.rotate()
    await site.publish()
    one.edit('note/1', () => 'after')
    expect(await one.engine.exchange()).toMatchObject({ sent: 1, quarantined: [] })
    two.edit('note/2', () => 'too late')
    expect(await faultOf(two.engine.exchange())).toBe('EPOCH_UNKNOWN')
    expect(two.texts()).toEqual({ 'note/2': 'too late' })
    const third = site.start(await site.account.add('Three'))
    await site.publish()
    await third.engine.exchange()
    expect(third.texts()).toEqual({ 'note/1': 'after', 'note/2': 'before' })
  })
})

test('many records of a note become one, and a new device has all of it', async () => {
  const { site, one, two } = await replicas(5)
  for (let time = 0; time < 12; time += 1) {
    one.edit('note/1', (body) => `${body}${time};`)
    await one.engine.exchange()
    if (time === 6) await two.engine.exchange()
  }
  expect(site.server.held.records.length).toBeLessThan(10)
  expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
  const third = site.start(await site.account.add('Three'))
  await site.publish()
  expect(await third.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
  expect(third.texts()).toEqual(one.texts())
  expect(two.texts()).toEqual(one.texts())
})

test('two devices that compact at once lose nothing', async () => {
  const { one, two } = await replicas(2)
  for (let time = 0; time < 6; time += 1) {
    one.edit('note/1', (body) => `${body}a${time};`)
    two.edit('note/1', (body) => `b${time};${body}`)
    await Promise.all([one.engine.exchange(), two.engine.exchange()])
  }
  for (const replica of [one, two, one]) expect((await replica.engine.exchange()).missing).toEqual([])
  expect(one.texts()).toEqual(two.texts())
  for (let time = 0; time < 6; time += 1) expect(one.texts()['note/1']).toContain(`a${time};`)
})

describe('a server that lost records', () => {
  test('is named, loses nothing here, and gets everything again when the person says so', async () => {
    const { site, one, two } = await replicas()
    one.edit('note/1', () => 'one')
    await one.engine.exchange()
    const { log, wraps } = site.server.held
    const before = {
      ...site.server.held,
      records: [...site.server.held.records],
      heads: new Map(site.server.held.heads),
    }
    one.edit('note/1', (body) => `${body} two`)
    one.edit('note/2', () => 'other')
    await one.engine.exchange()
    Object.assign(site.server.held, before, { log, wraps })
    one.edit('note/1', (body) => `${body} three`)
    expect(await faultOf(one.engine.exchange())).toBe('ROLLED_BACK')
    expect(one.texts()).toEqual({ 'note/1': 'one two three', 'note/2': 'other' })
    await one.engine.uploadMine()
    expect(await one.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(two.texts()).toEqual(one.texts())
  })
})

test('a file that was cut in the middle goes on with the rest, and comes as it was', async () => {
  const { site, one } = await replicas()
  const keyring = await site.account.keyring()
  const bytes = new Uint8Array(2.5 * chunkSize).map((_, at) => at % 251)
  const read = async (from: number, to: number) => bytes.slice(from, to)
  const file = { name: 'file/1', size: bytes.length, about: utf8('{}'), read }
  const transport = site.server.as(one.device.id)
  let left = 1
  const cut = {
    ...transport,
    putChunk: async (...given: Parameters<typeof transport.putChunk>) => {
      left -= 1
      if (left < 0) throw new TransportError({ type: 'unavailable' })
      return transport.putChunk(...given)
    },
  }
  await expect(uploadFile(cut, keyring, 1, file)).rejects.toThrow(TransportError)
  const manifest = await uploadFile(transport, keyring, 1, file)
  expect(site.server.held.puts).toBe(3)
  const parts: Bytes[] = []
  for await (const part of downloadFile(transport, keyring, 'file/1', decodeManifest(manifest))) parts.push(part)
  expect(await sha256(...parts)).toEqual(await sha256(bytes))
})

describe('the runner', () => {
  const start = (run: () => Promise<number>) => {
    const states: RunState<number>[] = []
    const timers: { act: () => void; milliseconds: number }[] = []
    const later = (act: () => void, milliseconds: number) => {
      timers.push({ act, milliseconds })
      return () => undefined
    }
    const runner = createRunner({ run, random: () => 0.5, later, changed: (state) => states.push(state) })
    return { runner, states, timers }
  }

  test('does one at a time, and one more for all who asked meanwhile', async () => {
    let [now, most, count] = [0, 0, 0]
    const { runner } = start(async () => {
      now += 1
      count += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return count
    })
    await Promise.all([runner.request(), runner.request(), runner.request()])
    expect([most, count]).toEqual([1, 2])
  })

  test('waits longer each time the server is not there, and not at all for what does not pass', async () => {
    let problem: 'unavailable' | 'removed' = 'unavailable'
    const { runner, states, timers } = start(() => Promise.reject(new TransportError({ type: problem })))
    for (let time = 0; time < 12; time += 1) await runner.request()
    const waits = timers.map(({ milliseconds }) => milliseconds)
    expect(waits.slice(0, 4)).toEqual([750, 1500, 3000, 6000])
    expect(Math.max(...waits)).toBe(225_000)
    problem = 'removed'
    await runner.request()
    expect(states.at(-1)).toMatchObject({ type: 'failed', wait: undefined })
  })
})
