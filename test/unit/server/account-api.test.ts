import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { version } from '../../../server/version.ts'
import { toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { contentsOf, rowsOf } from './support/database.ts'
import { addDevice } from './support/device.ts'
import { openedIn, post, writer } from './support/sync.ts'
import { createTestApi, type TestApi } from './support/test-api.ts'

let api: TestApi
const zip = new TextEncoder().encode('the package for Chromium')
beforeAll(async () => {
  api = await createTestApi()
  await writeFile(join(api.config.data, `holdfast-${version}-chrome.zip`), zip)
})
afterAll(() => api.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const json = async (response: Promise<Response>) => (await response).json()

test('a profile says where the account is used: first and last sign-in, sessions and devices of each platform', async () => {
  const person = await api.person()
  const before = await json(person.call('/user/profile'))
  expect(before).toMatchObject({ status: { downloadedAt: null, onboardedAt: null }, platforms: [{ sessions: 1 }] })
  pass(60_000)
  await api.signIn(person.accountId)
  await addDevice(person)
  const after = await json(person.call('/user/profile'))
  expect(after).toMatchObject({
    email: person.email,
    status: { onboardedAt: expect.stringMatching(/Z$/), lastActiveAt: expect.stringMatching(/Z$/) },
    platforms: [{ platform: 'Linux', sessions: 2, devices: ['Firefox'] }],
  })
  const [linux] = after.platforms
  expect(Date.parse(linux.lastSignInAt) - Date.parse(linux.firstSignInAt)).toBeGreaterThanOrEqual(60_000)
})

test('sessions are listed, those that are over too, and every event of them is written down', async () => {
  const person = await api.person()
  const other = await api.signIn(person.accountId)
  await other.call('/auth/logout', { method: 'POST' })
  const { sessions } = await json(person.call('/user/sessions'))
  expect(sessions).toHaveLength(2)
  expect(sessions.find(({ isThis }: { isThis: boolean }) => isThis)).toMatchObject({
    id: person.sessionId,
    platform: 'Linux',
    address: '192.0.2.1',
    userAgent: 'test',
    revokedAt: null,
  })
  expect(sessions.find(({ id }: { id: string }) => id === other.sessionId).revokedAt).toMatch(/Z$/)
  const { events } = await json(person.call('/user/events'))
  expect(events.map(({ type }: { type: string }) => type).sort()).toEqual([
    'session.created',
    'session.created',
    'session.revoked',
  ])
})

test('signing out everywhere ends every session and no device comes back by its key', async () => {
  const person = await api.person()
  const other = { ...(await api.signIn(person.accountId)), email: person.email }
  const stranger = await api.person()
  const device = await addDevice(other)
  const done = await json(person.call('/auth/logout', { method: 'POST', body: { allDevices: true } }))
  expect(done).toEqual({ loggedOut: true, allDevices: true })
  for (const { call } of [person, other]) expect((await call('/auth/status')).status).toBe(401)
  const challenge = await api.ask('/auth/challenge', { method: 'POST', body: { deviceId: device.id } })
  expect(challenge.status).toBe(403)
  expect((await stranger.call('/auth/status')).status).toBe(200)
})

const tablesOfSync = [
  ...['sync_accounts', 'sync_log', 'sync_wraps', 'sync_heads', 'sync_records', 'blob_chunks', 'sync_backups'],
  'sync_backup_parts',
]

/** An account with something in every table of sync. */
const filledIn = async (of: TestApi) => {
  const { person, account } = await openedIn(of)
  await post(person, '/sync/records', { records: [await writer(account)('one')] })
  const chunk = createHash('sha256').update('chunk').digest('base64url')
  await person.call(`/blobs/${'f'.repeat(22)}/${chunk}`, { method: 'PUT', body: 'chunk' })
  const file = Buffer.concat([Buffer.from('holdfast backup\n\x01'), account.log().account, Buffer.alloc(1000, 'x')])
  await person.call('/sync/backup', { method: 'PUT', body: file })
  return { person, account }
}

describe('case 35: an account', () => {
  test('gives out everything that is held of it, and nothing that opens anything', async () => {
    const person = await api.person()
    const device = await addDevice(person)
    const { account } = await json(person.call('/user/export'))
    expect(account.profile).toMatchObject({ email: person.email, hasPassword: true })
    expect(account.sessions).toMatchObject([{ id: person.sessionId, address: '192.0.2.1' }])
    expect(account.devices).toMatchObject([{ id: device.id, publicKey: device.publicKey }])
    expect(account.events.length).toBeGreaterThan(1)
    expect(JSON.stringify(account)).not.toMatch(/no password|passwordHash/)
  })

  test('gives out all that sync holds of it, as it came, and of nobody else', async () => {
    const [{ person, account: own }, stranger] = [await openedIn(api), await openedIn(api)]
    const write = writer(own)
    const records = [await write('one'), await write('two')]
    await post(person, '/sync/records', { records })
    const blob = 'f'.repeat(22)
    const chunk = createHash('sha256').update('chunk').digest('base64url')
    await person.call(`/blobs/${blob}/${chunk}`, { method: 'PUT', body: 'chunk' })
    const file = Buffer.concat([Buffer.from('holdfast backup\n\x01'), own.log().account, Buffer.alloc(1_500_000, 'x')])
    await person.call('/sync/backup', { method: 'PUT', body: file })
    const { sync } = (await json(person.call('/user/export'))).account
    expect(sync).toMatchObject({
      genesis: toBase64url(own.log().account),
      position: 2,
      log: own.entries.map(toBase64url),
      wraps: [{ epoch: 1 }],
      heads: [{ seq: 2 }],
      records: records.map((record, at) => ({ position: at + 1, record })),
      chunks: [{ blob, deletedAt: null, chunk, bytes: toBase64url(utf8('chunk')) }],
      backups: [{ size: file.length }],
    })
    const parts: readonly { readonly bytes: string }[] = sync.backupParts
    expect(Buffer.concat(parts.map(({ bytes }) => Buffer.from(bytes, 'base64url'))).equals(file)).toBe(true)
    expect((await json(stranger.person.call('/user/export'))).account.sync.records).toEqual([])
  })

  test('is deleted after a recent sign-in alone', async () => {
    const person = await api.person()
    pass(5 * 60_000 + 1)
    const refused = await person.call('/user', { method: 'DELETE' })
    expect(refused.status).toBe(403)
    expect((await refused.json()).error.code).toBe('recent_sign_in_required')
    expect((await person.call('/user/profile')).status).toBe(200)
  })

  test('is deleted with all its rows; everybody on it is out, and nobody else', async () => {
    const person = await api.person()
    const other = await api.signIn(person.accountId)
    const stranger = await api.person()
    const device = await addDevice(person)
    expect((await person.call('/user', { method: 'DELETE' })).status).toBe(200)
    for (const { call } of [person, other]) expect((await call('/auth/status')).status).toBe(401)
    const asked = await api.ask('/auth/challenge', { method: 'POST', body: { deviceId: device.id } })
    expect(asked.status).toBe(404)
    const again = await api.store.accounts.create(person.email, 'another')
    expect(again?.id).not.toBe(person.accountId)
    expect((await stranger.call('/auth/status')).status).toBe(200)
  })

  test('leaves no trace in the tables', async () => {
    const own = await createTestApi()
    const person = await own.person()
    await addDevice(person)
    await person.call('/user', { method: 'DELETE' })
    const rows = await Promise.all([
      own.store.sessions.list(person.accountId),
      own.store.devices.list(person.accountId),
      own.store.audit.list(person.accountId, 10),
    ])
    expect(rows).toEqual([[], [], []])
    await own.dispose()
  })

  test('leaves nothing of what sync held: no record, no chunk, no backup, no log, no wrapped key; others keep theirs', async () => {
    const own = await createTestApi()
    const [one, other] = [await filledIn(own), await filledIn(own)]
    const held = () => Promise.all(tablesOfSync.map((table) => rowsOf(own.config, `select * from ${table}`)))
    const before = await held()
    for (const [at, rows] of before.entries()) expect(rows.length, tablesOfSync[at]).toBeGreaterThanOrEqual(2)
    expect((await one.person.call('/user', { method: 'DELETE' })).status).toBe(200)
    const left = await held()
    expect(left.map(({ length }) => length)).toEqual(before.map(({ length }) => length / 2))
    expect(JSON.stringify(left)).not.toContain(one.person.accountId)
    for (const path of ['/sync/log', '/sync/records', '/sync/backup']) {
      expect((await one.person.call(path)).status, path).toBe(401)
      expect((await other.person.call(path)).status, path).toBe(200)
    }
    await own.dispose()
  })
})

describe("the extension's package", () => {
  test('is behind a link that is good for ten minutes, and is what the link says', async () => {
    const person = await api.person()
    const { packages } = await json(person.call('/user/download-link'))
    expect(packages).toHaveLength(1)
    const [{ url, size, sha256, expiresAt, browser }] = packages
    expect(browser).toBe('chrome')
    const path = url.replace(`${api.config.appUrl}/api/v1`, '')
    const response = await api.ask(path)
    expect(response.headers.get('content-disposition')).toContain(`holdfast-${version}-chrome.zip`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(bytes.length).toBe(size)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect((await api.ask(path.replace('chrome', 'firefox'))).status).toBe(404)
    expect((await api.ask(path.replace(/\.\d+\./, `.${Date.parse(expiresAt) + 1000}.`))).status).toBe(404)
    pass(600_001)
    expect((await api.ask(path)).status).toBe(404)
  })

  test('is counted when it was downloaded', async () => {
    const person = await api.person()
    const tracked = { method: 'POST', body: { browser: 'firefox' } }
    expect((await person.call('/user/download-tracked', tracked)).status).toBe(200)
    expect((await person.call('/user/download-tracked', { ...tracked, body: { browser: 'x' } })).status).toBe(400)
    const { status } = await json(person.call('/user/profile'))
    expect(status.downloadedAt).toMatch(/Z$/)
  })
})

test('what is kept holds no credential of anybody in the open', async () => {
  const person = await api.person()
  await person.call('/user/profile')
  expect(await contentsOf(api.config)).not.toContain(person.token)
})
