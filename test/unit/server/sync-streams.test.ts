import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { mostStreams } from '../../../server/sync/streams.ts'
import { createSyncService } from '../../../server/sync/sync.ts'
import { toBase64url } from '../../../src/base/bytes.ts'
import { writeLogEntry } from '../../../src/crypto/device-log.ts'
import { waitFor } from '../../support/deadline.ts'
import { newAccount } from '../sync/support/account.ts'
import { signedIn } from './support/client.ts'
import { addDevice } from './support/device.ts'
import { follow } from './support/follow.ts'
import { type Nodes, startNodes } from './support/nodes.ts'
import { createTestApi, type TestApi } from './support/test-api.ts'

const second = 1000

describe('streams of one node', () => {
  let api: TestApi
  beforeEach(async () => {
    api = await createTestApi()
  })
  afterEach(async () => {
    vi.useRealTimers()
    await api.dispose()
  })

  test('end when the device is removed, and the others of the account go on', async () => {
    const one = await api.person()
    const other = { ...(await api.signIn(one.accountId)), email: one.email }
    const device = await addDevice(other)
    const [mine, theirs] = [follow(await one.call('/sync/events')), follow(await other.call('/sync/events'))]
    await waitFor(() => theirs.text.includes('data: '), 'the stream begins')
    expect((await one.call(`/devices/${device.id}`, { method: 'DELETE' })).status).toBe(200)
    await waitFor(() => theirs.isOver, 'the stream of the removed device ends', 5 * second)
    expect(mine.isOver).toBe(false)
  })

  test('are so many of an account: of one session the oldest gives way, another one is told to wait', async () => {
    const one = await api.person()
    const other = await api.signIn(one.accountId)
    const told: ReturnType<typeof follow>[] = []
    for (let count = 0; count < mostStreams; count += 1) told.push(follow(await one.call('/sync/events')))
    const refused = await other.call('/sync/events')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    told.push(follow(await one.call('/sync/events')))
    await waitFor(() => told[0]?.isOver, 'the oldest one ends')
    expect(told.filter(({ isOver }) => isOver)).toHaveLength(1)
    expect((await (await api.person()).call('/sync/events')).status).toBe(200)
  })

  test('are not opened by HEAD, and not kept by who has gone', async () => {
    const person = await api.person()
    const head = await person.call('/sync/events', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), head.body]).toEqual([200, 'text/event-stream', null])
    expect(api.streams.count()).toBe(0)
    const response = await person.call('/sync/events')
    expect(api.streams.count()).toBe(1)
    await response.body?.cancel()
    expect(api.streams.count()).toBe(0)
  })

  test('beat while nothing happens, and end after a quarter of an hour', async () => {
    const person = await api.person()
    vi.useFakeTimers({ toFake: ['Date'] })
    const told = follow(await person.call('/sync/events'))
    await waitFor(() => told.text.includes('data: '), 'the stream begins')
    vi.setSystemTime(Date.now() + 16 * second)
    await waitFor(() => told.text.endsWith('\n\n:\n\n'), 'a sign of life', 5 * second)
    vi.setSystemTime(Date.now() + 900 * second)
    await waitFor(() => told.isOver, 'the stream ends', 5 * second)
  })

  test('that nobody reads end before they fill the memory', async () => {
    const person = await api.person()
    const account = await newAccount()
    const service = createSyncService({ store: api.store, quota: 1e6, announce: api.streams.announce })
    await service.append(person.accountId, toBase64url(account.entries[0] ?? new Uint8Array()), [])
    await person.call('/sync/events')
    for (let count = 1; api.streams.count() > 0 && count < 200; count += 1) {
      await api.store.sync.change(person.accountId, async (state) => ({
        state: { ...state, position: count },
        told: undefined,
      }))
      api.streams.announce(person.accountId)
    }
    expect(api.streams.count()).toBe(0)
  })
})

describe('of two nodes', () => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes()
  })
  afterAll(() => nodes.dispose())

  test('one tells what came to the other, and ends with a session that was ended there', async () => {
    nodes.use('first')
    const { client, tokens, person } = await signedIn(nodes.first)
    const found = await nodes.first.store.accounts.findByEmail(person.email)
    const accountId = found?.id ?? ''
    // What another process does: its own service on its own connection, which knows nothing of the streams.
    const { store } = nodes.first
    const service = createSyncService({ store, quota: 1e6, announce: () => undefined })
    nodes.use('second')
    const told = follow(await client.call(tokens.access, '/sync/events'))
    await waitFor(() => told.text.includes('"logLength":0'), 'the stream begins')
    const account = await newAccount()
    await service.append(accountId, toBase64url(account.entries[0] ?? new Uint8Array()), [])
    await waitFor(() => told.text.includes('"logLength":1'), 'the other node tells of the log')
    const rename = { type: 'rename', device: account.first.id, name: 'Another name' } as const
    await service.append(accountId, toBase64url(await writeLogEntry(account.log(), rename, account.first, 1)), [])
    await waitFor(() => told.text.includes('"logLength":2'), 'the other node tells of the next entry')
    nodes.use('first')
    await client.revoke(tokens.refresh)
    await waitFor(() => told.isOver, 'the stream at the other node ends', 5 * second)
  })
})
