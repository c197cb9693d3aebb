import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../server/config.ts'
import { migrate } from '../../../../server/store/migrate.ts'
import type { Tables } from '../../../../server/store/schema.ts'
import { sqliteDialect, sqliteFile, withoutRowLocks } from '../../../../server/store/sqlite.ts'
import { createStore } from '../../../../server/store/store.ts'
import { isUnavailable } from '../../../../server/store/unavailable.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { startProcess } from '../../../support/server-process.ts'
import { createClient, newPerson, signedIn } from '../support/client.ts'

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'holdfast-trouble-'))
})
afterEach(() => rm(data, { recursive: true, force: true }))

test('a full database says so, and goes on when there is room', async () => {
  const db = new Kysely<Tables>({ dialect: sqliteDialect(sqliteFile(data)), plugins: [withoutRowLocks] })
  await migrate(db)
  const store = createStore(db)
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db)
  await sql.raw(`pragma max_page_count = ${rows[0]?.page_count ?? 0}`).execute(db)
  const put = () =>
    store.oidcRecords.put({
      model: 'Interaction',
      id: crypto.randomUUID(),
      payload: { text: 'x'.repeat(20_000) },
      ttl: 60,
    })
  const failure: unknown = await put().then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(isUnavailable(failure)).toBe(true)
  await sql`pragma max_page_count = 100000`.execute(db)
  await put()
  await store.close()
})

test('a disk that takes no more is answered with 503, and is written to again without a restart', async () => {
  const [appPort, idPort] = await freePorts(2)
  const variables = { HOLDFAST_APP_PORT: String(appPort), HOLDFAST_ID_PORT: String(idPort), HOLDFAST_DATA: data }
  const server = await startProcess(variables)
  const site = readConfig(variables)
  const limit = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:unlimited`])
  const { client, tokens } = await signedIn(site)
  limit((await stat(join(data, 'holdfast.sqlite-wal'))).size)
  const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"name":"Ada"}' }
  const response = await client.call(tokens.access, '/user/profile', init)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).not.toBeNull()
  expect((await client.refreshRaw(tokens.refresh)).status).toBe(503)
  limit('unlimited')
  expect((await client.call(tokens.access, '/user/profile', init)).status).toBe(200)
  expect((await client.refresh(tokens.refresh)).refresh).not.toBe('')
  await server.end('SIGTERM')
})

test('two processes on one folder are one server: what one writes the other has, and neither fails', async () => {
  const ports = await freePorts(4)
  const processes = [ports.slice(0, 2), ports.slice(2)].map(([appPort, idPort]) => ({
    HOLDFAST_APP_PORT: String(appPort),
    HOLDFAST_ID_PORT: String(idPort),
    HOLDFAST_DATA: data,
  }))
  const servers = await Promise.all(processes.map((variables) => startProcess(variables)))
  const sites = processes.map((variables) => readConfig(variables))
  const people = await Promise.all(sites.flatMap((site) => [signedIn(site), signedIn(site)]))
  for (const { client, tokens } of people) {
    expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
  }
  const [one, other] = sites
  if (one === undefined || other === undefined) throw new Error('There are two sites.')
  const person = newPerson()
  await (await createClient(one)).createAccount(person)
  const elsewhere = await createClient(other)
  expect(elsewhere.answerOf(await elsewhere.signIn(person)).has('code')).toBe(true)
  expect(await Promise.all(servers.map((server) => server.end('SIGTERM')))).toEqual([0, 0])
})
