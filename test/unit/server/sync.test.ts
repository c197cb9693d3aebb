import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { fromBase64url, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { memoryOf, writeLogEntry } from '../../../src/crypto/device-log.ts'
import { recordKinds } from '../../../src/sync/wire/record.ts'
import { newAccount } from '../sync/support/account.ts'
import { contentsOf } from './support/database.ts'
import { codeOf, openedIn, post, register, writer } from './support/sync.ts'
import { createTestApi, type TestApi, type TestPerson } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await createTestApi({ syncQuota: 50_000 })
})
afterAll(() => api.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const opened = () => openedIn(api)

const page = v.object({
  records: v.array(v.object({ position: v.number(), record: v.string() })),
  position: v.number(),
  isLast: v.boolean(),
  heads: v.array(v.object({ device: v.string(), seq: v.number(), hash: v.string() })),
})
const read = async (person: TestPerson, query = '') =>
  v.parse(page, await (await person.call(`/sync/records${query}`)).json())

describe('the device log', () => {
  test('is kept as it came, with the keys that are wrapped', async () => {
    const { person, account } = await opened()
    const second = await account.add('Second')
    const add = toBase64url(account.entries[1] ?? new Uint8Array())
    expect(await (await post(person, '/sync/log', { entry: add })).json()).toEqual({ logLength: 2 })
    expect(await (await post(person, '/sync/log', { entry: add })).json()).toEqual({ logLength: 2 })
    const { entries, wraps } = await (await person.call('/sync/log')).json()
    expect(entries).toEqual(account.entries.map(toBase64url))
    expect(wraps).toMatchObject([{ epoch: 1 }])
    expect((await (await person.call('/sync/log?after=1')).json()).entries).toEqual([add])
    expect((await (await person.call('/sync')).json()).account).toBe(toBase64url(account.log().account))
    expect(second.id.length).toBe(16)
  })

  test('takes no entry that does not follow, or is not signed by who may', async () => {
    const { person, account } = await opened()
    const stranger = await newAccount()
    await stranger.add('Injected')
    for (const entry of stranger.entries) {
      expect((await post(person, '/sync/log', { entry: toBase64url(entry) })).status).toBe(409)
    }
    await account.add('Second')
    const changed = (account.entries[1] ?? new Uint8Array()).slice()
    changed[100] = (changed[100] ?? 0) ^ 1
    expect((await post(person, '/sync/log', { entry: toBase64url(changed) })).status).toBeGreaterThanOrEqual(400)
    expect(await codeOf(await post(person, '/sync/log', { entry: 'AAAA' }))).toBe('sync_refused')
  })

  test('of two entries that are added at once one is told to read first', async () => {
    const { person, account } = await opened()
    const entries = await Promise.all(
      ['One', 'Two'].map((name) =>
        writeLogEntry(account.log(), { type: 'rename', device: account.first.id, name }, account.first, 1),
      ),
    )
    const answers = await Promise.all(entries.map((entry) => post(person, '/sync/log', { entry: toBase64url(entry) })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await (await person.call('/sync')).json()).logLength).toBe(2)
  })
})

describe('records', () => {
  test('get dense positions, and the same batch again has one effect', async () => {
    const { person, account } = await opened()
    const write = writer(account)
    const batch = [await write('one'), await write('two'), await write('three')]
    expect(await (await post(person, '/sync/records', { records: batch })).json()).toEqual({
      positions: [1, 2, 3],
      position: 3,
    })
    expect(await (await post(person, '/sync/records', { records: batch })).json()).toEqual({
      positions: [1, 2, 3],
      position: 3,
    })
    const longer = [...batch.slice(1), await write('four')]
    expect(await (await post(person, '/sync/records', { records: longer })).json()).toEqual({
      positions: [2, 3, 4],
      position: 4,
    })
    const all = await read(person)
    expect(all.records.map(({ position }) => position)).toEqual([1, 2, 3, 4])
    expect(all.heads).toMatchObject([{ device: toBase64url(account.first.id), seq: 4 }])
    expect(await read(person, '?after=1&limit=2')).toMatchObject({
      records: [{ position: 2 }, { position: 3 }],
      isLast: false,
    })
    expect(await read(person, '?after=4')).toMatchObject({ records: [], position: 4, isLast: true })
    expect((await person.call('/sync/records?after=-1')).status).toBe(400)
  })

  test('of two batches at once each gets its own positions', async () => {
    const { person, account } = await opened()
    const second = await account.add('Second')
    await post(person, '/sync/log', { entry: toBase64url(account.entries[1] ?? new Uint8Array()) })
    const other = { ...(await api.signIn(person.accountId)), email: '' }
    await register(other, second)
    const [one, two] = [writer(account), writer(account, second)]
    const send = async (who: TestPerson, write: typeof one) => {
      for (let time = 0; time < 10; time += 1) {
        expect((await post(who, '/sync/records', { records: [await write('x'), await write('y')] })).status).toBe(200)
      }
    }
    await Promise.all([send(person, one), send(other, two)])
    const { records, position } = await read(person)
    expect(position).toBe(40)
    expect(records.map((one) => one.position)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
  })

  test('that leave one out, are of somebody else, or were changed are not taken', async () => {
    const { person, account } = await opened()
    const write = writer(account)
    const [one, two, three] = [await write('one'), await write('two'), await write('three')]
    expect(await codeOf(await post(person, '/sync/records', { records: [two] }))).toBe('sync_conflict')
    expect((await post(person, '/sync/records', { records: [one] })).status).toBe(200)
    const gap = await post(person, '/sync/records', { records: [three] })
    expect(await gap.json()).toMatchObject({ error: { code: 'sync_conflict', details: { head: { seq: 1 } } } })
    const fork = await writer(account)('another one')
    expect(await codeOf(await post(person, '/sync/records', { records: [fork] }))).toBe('sync_conflict')
    const bytes = fromBase64url(two) ?? new Uint8Array()
    bytes[200] = (bytes[200] ?? 0) ^ 1
    expect(await codeOf(await post(person, '/sync/records', { records: [toBase64url(bytes)] }))).toBe('sync_refused')
    const stranger = await opened()
    expect(await codeOf(await post(stranger.person, '/sync/records', { records: [one] }))).toBe('sync_refused')
    const keyless = await api.person()
    expect(await codeOf(await post(keyless, '/sync/records', { records: [one] }))).toBe('device_key_required')
    expect((await read(person)).records.length).toBe(1)
  })

  test('that were superseded go, after a checkpoint and never before, and are not asked for again', async () => {
    const { person, account } = await opened()
    const write = writer(account)
    const old = [await write('one'), await write('two')]
    await post(person, '/sync/records', { records: old })
    const refused = await post(person, '/sync/compact', { checkpoint: 2, superseded: [[1, 1]] })
    expect(await codeOf(refused)).toBe('sync_refused')
    await post(person, '/sync/records', { records: [await write('both'), await write('1-2', recordKinds.checkpoint)] })
    const before = (await (await person.call('/sync')).json()).bytes
    const compacted = await post(person, '/sync/compact', { checkpoint: 4, superseded: [[1, 9]] })
    expect(await compacted.json()).toEqual({ removed: 3 })
    expect((await read(person)).records.map(({ position }) => position)).toEqual([4])
    expect((await (await person.call('/sync')).json()).bytes).toBeLessThan(before)
    expect(await (await post(person, '/sync/records', { records: old })).json()).toEqual({
      positions: [null, null],
      position: 4,
    })
    expect((await post(person, '/sync/records', { records: [await write('five')] })).status).toBe(200)
  })

  test('may leave numbers out at a checkpoint alone: that is how a device says what the server lost', async () => {
    const { person, account } = await opened()
    const write = writer(account)
    await post(person, '/sync/records', { records: [await write('one')] })
    const records = [await write('all of it', recordKinds.checkpoint, 5), await write('next')]
    expect((await post(person, '/sync/records', { records })).status).toBe(200)
  })

  test('are answered in pages of so many bytes, and one whatever its size', async () => {
    const { accountId } = await api.person()
    const { sync } = api.store
    const sizes = [10, 10, 10, 99, 10]
    const records = sizes.map((size, at) => ({
      ...{ device: 'd', hash: 'h', kind: 1, record: 'cg' },
      size,
      seq: at + 1,
    }))
    await sync.change(accountId, async (state, locked) => {
      await locked.addRecords(records.map((record, at) => ({ ...record, position: at + 1 })))
      return { state: { ...state, position: sizes.length }, told: undefined }
    })
    const page = async (after: number, limit: number, bytes: number) => {
      const { records, isLast } = await sync.records(accountId, [after, sizes.length], limit, bytes)
      return [records.map(({ position }) => position), isLast]
    }
    expect(await page(0, 9, 25)).toEqual([[1, 2], false])
    expect(await page(2, 9, 25)).toEqual([[3], false])
    expect(await page(3, 9, 25)).toEqual([[4], false])
    expect(await page(4, 9, 25)).toEqual([[5], true])
    expect(await page(5, 9, 25)).toEqual([[], true])
    expect(await page(0, 5, 1000)).toEqual([[1, 2, 3, 4, 5], false])
    expect(await page(0, 6, 1000)).toEqual([[1, 2, 3, 4, 5], true])
  })

  test('are not taken over the quota, and are when there is room', async () => {
    const { person, account } = await opened()
    const write = writer(account)
    const first = await write('x'.repeat(45_000))
    expect((await post(person, '/sync/records', { records: [first] })).status).toBe(200)
    const more = await write('x'.repeat(9000))
    const refused = await post(person, '/sync/records', { records: [more] })
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'quota_exceeded'])
    expect((await read(person)).records.length).toBe(1)
  })
})

describe('files', () => {
  const nameOf = (bytes: string) => createHash('sha256').update(bytes).digest('base64url')
  const put = (person: TestPerson, name: string, body: string) =>
    person.call(`/blobs/${'f'.repeat(22)}/${name}`, { method: 'PUT', body })

  test('are stored in chunks by their hashes, once each, and given back as they were', async () => {
    const person = await api.person()
    expect((await put(person, nameOf('one'), 'one')).status).toBe(200)
    expect((await put(person, nameOf('one'), 'one')).status).toBe(200)
    expect((await put(person, nameOf('one'), 'two')).status).toBe(400)
    const path = `/blobs/${'f'.repeat(22)}`
    expect(await (await person.call(path)).json()).toEqual({ chunks: [nameOf('one')] })
    expect(await (await person.call(`${path}/${nameOf('one')}`)).text()).toBe('one')
    expect((await (await person.call('/sync')).json()).bytes).toBe(3)
    const stranger = await api.person()
    expect((await stranger.call(`${path}/${nameOf('one')}`)).status).toBe(404)
    expect((await put(person, nameOf('x'.repeat(50_000)), 'x'.repeat(50_000))).status).toBe(413)
    expect(await (await person.call(path, { method: 'DELETE' })).json()).toEqual({ removed: true })
    expect((await (await person.call('/sync')).json()).bytes).toBe(0)
    expect((await person.call(path)).status).toBe(404)
  })

  test('that were removed are there for 30 days, for a device that needs one still, and are back with one chunk', async () => {
    const person = await api.person()
    const path = `/blobs/${'f'.repeat(22)}`
    const [one, two] = [nameOf('one'), nameOf('two')]
    await put(person, one, 'one')
    await put(person, two, 'two')
    const remove = async () => (await person.call(path, { method: 'DELETE' })).status
    expect([await remove(), await remove()]).toEqual([200, 404])
    expect((await person.call(path)).status).toBe(404)
    expect(await (await person.call(`${path}/${two}`)).text()).toBe('two')
    const bytes = async () => (await (await person.call('/sync')).json()).bytes
    expect(await bytes()).toBe(0)
    expect((await put(person, one, 'one')).status).toBe(200)
    expect((await (await person.call(path)).json()).chunks).toEqual([one, two].sort())
    expect(await bytes()).toBe(6)
    await remove()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29 * 86_400_000 })
    await api.store.blobs.removeDeleted()
    expect(await api.store.blobs.find(person.accountId, 'f'.repeat(22), two)).toBeDefined()
    vi.setSystemTime(Date.now() + 2 * 86_400_000)
    await api.store.blobs.removeDeleted()
    expect(await api.store.blobs.find(person.accountId, 'f'.repeat(22), two)).toBeUndefined()
    vi.useRealTimers()
    expect((await put(person, one, 'one')).status).toBe(200)
    expect(await bytes()).toBe(3)
  })

  test('that were removed take no more of the disk than may be had, and are not back where there is no room', async () => {
    const person = await api.person()
    const content = (letter: string) => letter.repeat(30_000)
    const path = (letter: string) => `/blobs/${letter.repeat(22)}`
    const put = (letter: string) =>
      person.call(`${path(letter)}/${nameOf(content(letter))}`, { method: 'PUT', body: content(letter) })
    const status = async (letter: string) => (await person.call(`${path(letter)}/${nameOf(content(letter))}`)).status
    for (const letter of ['a', 'b']) {
      expect((await put(letter)).status).toBe(200)
      expect((await person.call(path(letter), { method: 'DELETE' })).status).toBe(200)
    }
    expect([await status('a'), await status('b')]).toEqual([404, 200])
    expect((await put('c')).status).toBe(200)
    expect((await put('b')).status).toBe(413)
    expect([await status('b'), (await person.call(path('b'))).status]).toEqual([200, 404])
    expect((await (await person.call('/sync')).json()).bytes).toBe(30_000)
  })
})

test('a record that comes while others are read is of a later answer: none is beyond the position that is told', async () => {
  const { person, account } = await opened()
  const write = await writer(account)
  await post(person, '/sync/records', { records: [await write('one')] })
  const heads = api.store.sync.heads
  const between = vi.spyOn(api.store.sync, 'heads').mockImplementationOnce(async (accountId) => {
    await post(person, '/sync/records', { records: [await write('two')] })
    return heads(accountId)
  })
  const read = async (after: number) => (await person.call(`/sync/records?after=${after}`)).json()
  const page = await read(0)
  between.mockRestore()
  expect([page.position, page.isLast, page.records.map(({ position }: { position: number }) => position)]).toEqual([
    1,
    true,
    [1],
  ])
  expect((await read(1)).records.map(({ position }: { position: number }) => position)).toEqual([2])
})

describe('events', () => {
  test('tell of new records and log entries at once, and end with the session', async () => {
    const { person, account } = await opened()
    const response = await person.call('/sync/events')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let heard = ''
    const hear = async (wanted: string): Promise<void> => {
      while (!heard.includes(wanted)) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) throw new Error(`The stream ended: ${heard}`)
        heard += value
      }
    }
    await hear('data: {"position":0,"logLength":1}')
    await post(person, '/sync/records', { records: [await writer(account)('one')] })
    await hear('data: {"position":1,"logLength":1}')
    await api.store.sessions.signOut(person.sessionId)
    const left = await reader?.read()
    expect(left?.done).toBe(true)
  })
})

test('the database has no word of what was written', async () => {
  const { person, account } = await opened()
  await post(person, '/sync/records', { records: [await writer(account)('a very private sentence')] })
  const kept = await contentsOf(api.config)
  for (const word of ['private', 'sentence', toBase64url(utf8('private')), toBase64url(utf8('a very private'))]) {
    expect(kept.includes(word)).toBe(false)
  }
  expect(kept).toContain(toBase64url(memoryOf(account.log()).head))
})
