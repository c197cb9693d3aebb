import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../server/config.ts'
import { backup, restore } from '../../../server/operation/backup.ts'
import { openStore } from '../../../server/store/store.ts'
import { freePorts } from '../../support/free-ports.ts'
import { createBrowser, formTo } from './support/browser.ts'
import { createClient, signedIn } from './support/client.ts'
import { newDatabase, rowsOf } from './support/database.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  const [metricsPort] = await freePorts(1)
  server = await startTestServer({ metricsPort })
})
afterAll(() => server.dispose())

describe('a running server', () => {
  test('says on both origins whether its database answers', async () => {
    for (const port of [server.config.appPort, server.config.idPort]) {
      const response = await fetch(`http://localhost:${port}/readyz`)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ status: 'ready' })
    }
  })

  test('has figures on a port of their own, with nothing in them that a client wrote', async () => {
    await fetch(`${server.appUrl}/api/v1/canary?canary=1`)
    const account = await server.store.accounts.create('figures@example.com', 'no password')
    const state = { genesis: null, position: 7, logLength: 0, bytes: 3_000_000_000 }
    await server.store.sync.change(account?.id ?? '', async () => ({ state, told: undefined }))
    const figures = await (await fetch(`http://localhost:${server.config.metricsPort}/metrics`)).text()
    expect(figures).toMatch(/holdfast_request_seconds_count\{site="app",method="GET",status="404"\} \d/)
    expect(figures).toContain('holdfast_database_up 1')
    for (const figure of ['streams 0', 'accounts 1', 'records 7', 'bytes 3000000000'])
      expect(figures.split('\n')).toContain(`holdfast_sync_${figure}`)
    expect(figures).not.toMatch(/canary|figures@/)
    for (const url of [server.appUrl, server.idUrl]) {
      expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('holdfast_request')
    }
  })

  test('writes nothing into its log that a request carries', async () => {
    const canary = 'CANARY-5d1e'
    const { client, tokens, person } = await signedIn(server)
    const headers = {
      authorization: `DPoP ${canary}.${canary}.${canary}`,
      dpop: canary,
      cookie: `holdfast-session=${canary}`,
      referer: `https://example.com/${canary}`,
      'user-agent': canary,
      'x-request-id': canary,
      'x-forwarded-for': canary,
      'content-type': 'application/json',
    }
    const body = JSON.stringify({ name: canary, note: canary })
    for (const path of ['/api/v1/user/profile', `/api/v1/${canary}`, `/${canary}`, '/auth/callback']) {
      await fetch(`${server.appUrl}${path}?${canary}=${canary}`, { method: 'POST', headers, body })
    }
    for (const path of [
      '/token',
      '/request',
      `/auth/${canary}aaaaaaaaaaaa`,
      '/interaction/aaaaaaaaaaaaaaaaaaaaa/sign-in',
    ]) {
      await fetch(`${server.idUrl}${path}?${canary}=${canary}`, { method: 'POST', headers, body })
    }
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: canary }),
    }
    await client.call(tokens.access, '/user/profile', init)
    const other = await createClient(server, createBrowser())
    await other.browser.submit(formTo(await other.begin(), '/sign-in'), { email: person.email, password: canary })
    const log = server.logged()
    for (const line of log.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
    for (const secret of [canary, person.email, person.password, ...Object.values(tokens)])
      expect(log).not.toContain(secret)
  })
})

describe('the configuration', () => {
  const read = (file: unknown, variables = {}) => readConfig(variables, JSON.stringify(file))

  test('comes from a file too, and the environment wins', () => {
    const file = {
      appPort: 9001,
      server: { idPort: 9002, listen: ['0.0.0.0', '::'] },
      databaseUrl: 'postgres://db/holdfast',
    }
    expect(read(file, { HOLDFAST_APP_PORT: '9003' })).toMatchObject({
      appPort: 9003,
      idPort: 9002,
      listen: ['0.0.0.0', '::'],
      databaseUrl: 'postgres://db/holdfast',
    })
  })

  test('names every fault at once, of the environment and of the file', () => {
    const faulty = () =>
      read({ appPort: 'x', listen: 'everywhere' }, { HOLDFAST_ID_URL: 'x', HOLDFAST_TRUSTED_PROXIES: '10.0.0.0/99' })
    for (const name of ['APP_PORT', 'LISTEN', 'ID_URL', 'TRUSTED_PROXIES']) expect(faulty).toThrow(`HOLDFAST_${name}`)
    expect(() =>
      read({ idPort: 'x' }, { HOLDFAST_APP_URL: 'https://a.example', HOLDFAST_ID_URL: 'https://a.example' }),
    ).toThrow(/HOLDFAST_ID_PORT[\s\S]*must differ/)
  })

  test.each([
    ['what is no setting', { appPrt: 1 }, 'appPrt'],
    ['what has no form', { server: { appPort: null } }, 'server.appPort'],
    ['a list', [], 'one object'],
  ])('refuses a file with %s', (_what, file, name) => {
    expect(() => read(file)).toThrow(name)
  })

  test('refuses a file that is no JSON, and does not show it', () => {
    expect(() => readConfig({}, '{ canary')).toThrow(/cannot be read as JSON/)
    expect(() => readConfig({}, '{ canary')).not.toThrow(/canary/)
  })
})

describe('a backup', () => {
  let folder: string
  let empty: Config
  let drop: () => Promise<unknown>
  const file = () => join(folder, 'backup')
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'))
    const database = await newDatabase()
    drop = database.drop
    empty = { ...server.config, metricsPort: undefined, data: join(folder, 'data'), databaseUrl: database.url }
  })
  afterEach(async () => {
    await drop()
    await rm(folder, { recursive: true, force: true })
  })
  /** Something of everything that sync holds, and more chunks than are read at once. */
  const sync = async ({ store }: TestServer, email: string) => {
    const accountId = (await store.accounts.findByEmail(email))?.id ?? ''
    await store.sync.change(accountId, async (state, locked) => {
      await locked.addEntry(0, 'ZW50cnk', [{ epoch: 1, recipient: 'device', wrapped: 'a2V5' }])
      await locked.addRecords([
        { device: 'device', seq: 1, hash: 'hash', kind: 1, size: 4, record: 'cmVj', position: 1 },
      ])
      return { state: { ...state, genesis: 'genesis', position: 1, logLength: 1, bytes: 4 }, told: undefined }
    })
    for (let at = 0; at < 40; at += 1)
      await store.blobs.put(accountId, `blob ${at % 2}`, `${at}`, randomBytes(9e4), 1e9)
    await store.blobs.remove(accountId, 'blob 1', 1e9)
    const place = { accountId, id: await store.backups.begin(accountId, 'device') }
    for (const part of [0, 1]) await store.backups.add(place, part, randomBytes(1000), 1e9)
    await store.backups.finish(place, 1e9)
  }
  const tables = {
    accounts: 'id',
    sync_accounts: 'account_id',
    sync_log: 'account_id',
    sync_wraps: 'account_id',
    sync_heads: 'account_id',
    sync_records: 'account_id',
    blob_chunks: 'account_id, chunk',
    blob_deletions: 'account_id, blob',
    sync_backups: 'account_id, id',
    sync_backup_parts: 'account_id, part',
  }
  const everythingIn = async (config: Config) => {
    const rows = Object.entries(tables).map(async ([table, order]) => [
      table,
      (await rowsOf(config, `select * from ${table} order by ${order}`)).map(numbers),
    ])
    return Object.fromEntries(await Promise.all(rows))
  }
  /** PostgreSQL tells a bigint as text here. */
  const numbers = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]))
  const accountsIn = async (config: Config) =>
    (await rowsOf(config, 'select * from accounts order by id')).map((row) => ({ ...row }))

  test('of a running server brings back everything, for the same devices', async () => {
    const own = await startTestServer()
    const { client, tokens, person } = await signedIn(own)
    await sync(own, person.email)
    const expected = await everythingIn(own.config)
    for (const rows of Object.values(expected)) expect(rows).not.toEqual([])
    await backup(own.config, file())
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    await own.dispose()
    await restore(empty, file())
    expect(await everythingIn(empty)).toEqual(expected)
    const restored = await startTestServer({ ...own.config, data: empty.data, databaseUrl: empty.databaseUrl })
    expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    expect((await client.refresh(tokens.refresh)).refresh).not.toBe('')
    await restored.dispose()
  })

  test('moves a server from one kind of database to the other', async () => {
    const { person } = await signedIn(server)
    await sync(server, person.email)
    await backup(server.config, file())
    const sqlite = { ...empty, data: join(folder, 'embedded'), databaseUrl: undefined }
    await restore(sqlite, file())
    const expected = await everythingIn(server.config)
    expect(await everythingIn(sqlite)).toEqual(expected)
    await backup(sqlite, join(folder, 'back'))
    await restore(empty, join(folder, 'back'))
    expect(await everythingIn(empty)).toEqual(expected)
  })

  test('replaces no file, no account and no keys', async () => {
    await signedIn(server)
    await backup(server.config, file())
    await expect(backup(server.config, file())).rejects.toThrow(/is there already/)
    await expect(restore(server.config, file())).rejects.toThrow(/not empty/)
    const [appPort = 0, idPort = 0] = await freePorts(2)
    const database = await newDatabase()
    const other = await startTestServer({ ...empty, appPort, idPort, databaseUrl: database.url })
    const keys = await readFile(join(other.data, 'secrets.json'), 'utf8')
    await other.close()
    await expect(restore(empty, file())).rejects.toThrow(/keys of another server/)
    expect(await readFile(join(empty.data, 'secrets.json'), 'utf8')).toBe(keys)
    expect(await accountsIn(empty)).toEqual([])
    await database.drop()
  })

  test.each([
    ['breaks off', (text: string) => text.slice(0, text.length / 2)],
    ['lacks a line', (text: string) => text.split('\n').toSpliced(1, 1).join('\n')],
    ['lacks its end', (text: string) => text.trim().split('\n').slice(0, -1).join('\n')],
    ['is something else', () => 'canary'],
    ['is empty', () => ''],
  ])('that %s is refused, and nothing is changed', async (_what, damage) => {
    await backup(server.config, file())
    const text = gunzipSync(await readFile(file())).toString()
    await writeFile(file(), gzipSync(damage(text)))
    await expect(restore(empty, file())).rejects.toThrow(/no whole backup/)
    const store = await openStore(empty)
    await store.close()
    expect(await accountsIn(empty)).toEqual([])
  })
})
