import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { backupsKept } from '../../../server/store/backups.ts'
import { concat, utf8 } from '../../../src/base/bytes.ts'
import { waitFor } from '../../support/deadline.ts'
import type { TestAccount } from '../sync/support/account.ts'
import { rowsOf } from './support/database.ts'
import { codeOf, openedIn } from './support/sync.ts'
import { createTestApi, type TestApi, type TestPerson } from './support/test-api.ts'

const mebibyte = 1024 * 1024
const quota = 12 * mebibyte

let api: TestApi
beforeEach(async () => {
  api = await createTestApi({ syncQuota: quota })
})
afterEach(async () => {
  vi.useRealTimers()
  await api.dispose()
})

/** What begins as a backup of this account does. */
const fileOf = (account: TestAccount, size: number): Uint8Array<ArrayBuffer> => {
  const head = concat(utf8('holdfast backup\n'), new Uint8Array([1]), account.log().account)
  return concat(head, new Uint8Array(randomBytes(size - head.length)))
}
const put = (person: TestPerson, body: unknown, headers = {}) =>
  person.call('/sync/backup', { method: 'PUT', body, headers })
const about = v.object({
  backups: v.array(v.object({ id: v.string(), size: v.number(), createdAt: v.string(), device: v.string() })),
})
const backupsOf = async (person: TestPerson) =>
  v.parse(about, await (await person.call('/sync/backup/about')).json()).backups
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())
const room = async (person: TestPerson) => (await (await person.call('/sync')).json()).bytes

describe('backups', () => {
  test('are given back as they came, the newest or one of those before it, and so many are kept', async () => {
    const { person, account } = await openedIn(api)
    const files = [5, 2.5 * mebibyte, 100, mebibyte].map((more) => fileOf(account, 100 + more))
    for (const file of files) expect((await put(person, file)).status).toBe(201)
    const kept = await backupsOf(person)
    expect(kept.map(({ size }) => size)).toEqual(
      files
        .slice(-backupsKept)
        .reverse()
        .map((file) => file.length),
    )
    for (const { device } of kept) expect(device).toBe(Buffer.from(account.first.id).toString('base64url'))
    expect(await bytesOf(await person.call('/sync/backup'))).toEqual(files[3])
    expect(await bytesOf(await person.call(`/sync/backup?id=${kept[2]?.id}`))).toEqual(files[1])
    expect(await room(person)).toBe(kept.reduce((sum, { size }) => sum + size, 0))
    const head = await person.call('/sync/backup', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, String(files[3]?.length), null])
    expect((await person.call(`/sync/backup?id=${'x'.repeat(22)}`)).status).toBe(404)
  })

  test('are of one account: nobody else reads one, and none is kept that is of another', async () => {
    const [one, other] = [await openedIn(api), await openedIn(api)]
    await put(one.person, fileOf(one.account, 200))
    const [{ id } = { id: '' }] = await backupsOf(one.person)
    expect((await other.person.call('/sync/backup')).status).toBe(404)
    expect((await other.person.call(`/sync/backup?id=${id}`)).status).toBe(404)
    expect(await codeOf(await put(other.person, fileOf(one.account, 200)))).toBe('sync_refused')
    expect(await (await other.person.call('/sync/backup', { method: 'DELETE' })).json()).toEqual({ removed: 0 })
    const keyless = await api.person()
    expect(await codeOf(await put(keyless, fileOf(one.account, 200)))).toBe('device_key_required')
    expect(await backupsOf(one.person)).toHaveLength(1)
  })

  test.each([
    ['is empty', () => ''],
    ['is something else', () => 'x'.repeat(3 * mebibyte)],
    ['is of a later version', (file: Uint8Array) => file.with(16, 2)],
    ['is shorter than its head', (file: Uint8Array) => file.subarray(0, 40)],
  ])('that %s is refused, and nothing of it stays', async (_what, change) => {
    const { person, account } = await openedIn(api)
    expect(await codeOf(await put(person, change(fileOf(account, 300))))).toBe('sync_refused')
    expect(await backupsOf(person)).toEqual([])
    expect(await room(person)).toBe(0)
    expect(await rowsOf(api.config, 'select * from sync_backup_parts')).toEqual([])
  })

  test('count against the quota: older ones give way, and the newest never does', async () => {
    const { person, account } = await openedIn(api)
    for (const size of [3, 3, 4]) await put(person, fileOf(account, size * mebibyte))
    expect((await put(person, fileOf(account, 7 * mebibyte))).status).toBe(201)
    expect((await backupsOf(person)).map(({ size }) => size / mebibyte)).toEqual([7, 4])
    for (const headers of [{}, { 'content-length': String(7 * mebibyte) }]) {
      const refused = await put(person, fileOf(account, 7 * mebibyte), headers)
      expect([refused.status, await codeOf(refused)]).toEqual([413, 'quota_exceeded'])
    }
    expect((await backupsOf(person)).map(({ size }) => size / mebibyte)).toEqual([7, 4])
    expect(await room(person)).toBe(11 * mebibyte)
    expect(await (await person.call('/sync/backup', { method: 'DELETE' })).json()).toEqual({ removed: 2 })
    expect(await room(person)).toBe(0)
  })

  test('that are not as long as they said take the place of none', async () => {
    const { person, account } = await openedIn(api)
    await put(person, fileOf(account, 200))
    const broken = await put(person, fileOf(account, 2 * mebibyte), { 'content-length': String(3 * mebibyte) })
    expect(await codeOf(broken)).toBe('bad_request')
    expect((await backupsOf(person)).map(({ size }) => size)).toEqual([200])
    expect(await room(person)).toBe(200)
  })

  test('that break off on their way leave nothing behind, and one that is large passes', async () => {
    const { person, account } = await openedIn(api)
    const server = createServer(getRequestListener(api.fetch)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const send = async (length: number) => {
      const own = await person.credentials('PUT', '/sync/backup')
      const headers = { ...own, host: new URL(api.config.appUrl).host, 'content-length': length }
      return request({ port, method: 'PUT', path: '/api/v1/sync/backup', headers })
    }
    const file = fileOf(account, 6 * mebibyte)
    const broken = await send(file.length)
    broken.on('error', () => undefined)
    broken.write(file.subarray(0, 2.5 * mebibyte))
    await waitFor(async () => (await room(person)) === 2 * mebibyte, 'two parts are there')
    broken.destroy()
    await waitFor(async () => (await room(person)) === 0, 'nothing is left of it')
    expect(await backupsOf(person)).toEqual([])
    const whole = await send(file.length)
    whole.end(file)
    const [{ statusCode }] = await once(whole, 'response')
    expect(statusCode).toBe(201)
    expect(await bytesOf(await person.call('/sync/backup'))).toEqual(file)
    server.closeAllConnections()
    server.close()
  })

  test('whose node died half way are removed an hour later, and not before', async () => {
    const { person, account } = await openedIn(api)
    const { backups } = api.store
    const place = { accountId: person.accountId, id: await backups.begin(person.accountId, 'device') }
    expect(await backups.add(place, 0, Buffer.from(fileOf(account, 500)), quota)).toBe(true)
    await backups.removeAbandoned()
    expect([await backupsOf(person), await room(person)]).toEqual([[], 500])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_700_000 })
    await backups.removeAbandoned()
    vi.useRealTimers()
    expect(await room(person)).toBe(0)
    expect(await backups.finish(place, quota)).toBeUndefined()
  })
})
