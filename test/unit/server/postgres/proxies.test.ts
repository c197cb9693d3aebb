import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concat, toBase64url, utf8 } from '../../../../src/base/bytes.ts'
import { registrationStatement } from '../../../../src/protocol/device-statement.ts'
import { waitFor } from '../../../support/deadline.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { makeCertificate, proxies, type Sites, startProxy } from '../../../support/proxies.ts'
import { type ServerProcess, startProcess } from '../../../support/server-process.ts'
import { newAccount } from '../../sync/support/account.ts'
import { type Client, signedIn, statusOf, type Tokens } from '../support/client.ts'
import { newDatabase } from '../support/database.ts'
import { follow } from '../support/follow.ts'

// Two nodes as processes on one PostgreSQL, behind a proxy with TLS as docs/deploy has it.

let certificate: Awaited<ReturnType<typeof makeCertificate>>
let sites: Sites
let data: string
let drop: () => Promise<unknown>
let start: (node: number) => Promise<ServerProcess>
const nodes: ServerProcess[] = []
const site = () => ({ appUrl: `https://localhost:${sites.app}`, idUrl: `https://localhost:${sites.id}` })

beforeAll(async () => {
  certificate = await makeCertificate()
  data = await mkdtemp(join(tmpdir(), 'holdfast-nodes-'))
  const database = await newDatabase()
  drop = database.drop
  const [app = 0, id = 0, plain = 0, oneApp = 0, oneId = 0, otherApp = 0, otherId = 0] = await freePorts(7)
  sites = {
    app,
    id,
    plain,
    nodes: [
      { app: oneApp, id: oneId },
      { app: otherApp, id: otherId },
    ],
  }
  start = (node) =>
    startProcess({
      HOLDFAST_APP_PORT: String(sites.nodes[node]?.app),
      HOLDFAST_ID_PORT: String(sites.nodes[node]?.id),
      HOLDFAST_APP_URL: site().appUrl,
      HOLDFAST_ID_URL: site().idUrl,
      HOLDFAST_DATA: data,
      DATABASE_URL: database.url ?? '',
    })
  nodes.push(...(await Promise.all([start(0), start(1)])))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGTERM')))
  await drop()
  await certificate.remove()
  await rm(data, { recursive: true, force: true })
})

const json = { 'content-type': 'application/json' }

/** Asks again and again until told to stop, each request once more where it fails. Answers what failed twice. */
const load = (client: Client, tokens: Tokens) => {
  let isOver = false
  let count = 0
  const init = (turn: number) => (turn % 2 === 0 ? {} : { method: 'PUT', headers: json, body: `{"name":"${turn}"}` })
  const attempt = (turn: number) => statusOf(client.call(tokens.access, '/user/profile', init(turn))).catch(() => 0)
  const run = async (): Promise<number[]> => {
    const lost: number[] = []
    while (!isOver) {
      count += 1
      if ((await attempt(count)) === 200) continue
      const again = await attempt(count)
      if (again !== 200) lost.push(again)
    }
    return lost
  }
  const running = run()
  return {
    count: () => count,
    async stop() {
      isOver = true
      return running
    },
  }
}

describe.each(proxies)('behind %s with TLS', (kind) => {
  let proxy: Awaited<ReturnType<typeof startProxy>>
  beforeAll(async () => {
    proxy = await startProxy(kind, certificate.folder, sites)
  })
  afterAll(() => proxy.stop())

  const served = () => nodes.map((node) => node.output().split('"route":"/api/v1/auth/status","status":200').length - 1)

  test('who signs in is answered by both nodes, and by neither once signed out', async () => {
    const before = served()
    const { client, tokens } = await signedIn(site())
    for (let time = 0; time < 6; time += 1) {
      expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    }
    // The log is a tenth of a second late.
    await waitFor(
      () => served().every((count, index) => count > (before[index] ?? 0)),
      'both nodes have answered',
      1000,
    )
    const { refresh } = await client.refresh(tokens.refresh)
    const ended = performance.now()
    await client.revoke(refresh)
    for (let time = 0; time < 6; time += 1) expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
    expect(performance.now() - ended).toBeLessThan(5000)
  })

  test('the app is served with its headers, its cookies are for https, and the body of a note may be large', async () => {
    const page = await fetch(`${site().appUrl}/`, {
      headers: { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
    })
    expect(page.status).toBe(200)
    expect(page.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const { client } = await signedIn(site())
    expect(client.browser.cookies().map(({ name }) => name)).toContain('__Host-holdfast-session')
    const tooLarge = await fetch(`${site().appUrl}/api/v1/auth/logout`, {
      method: 'POST',
      headers: json,
      body: 'x'.repeat(2 ** 21),
    })
    expect(tooLarge.status).toBe(413)
    expect(await tooLarge.json()).toMatchObject({ error: { code: 'too_large' } })
  })

  test('changes are told at once, and a backup may be larger than anything else', async () => {
    const { client, tokens } = await signedIn(site())
    const account = await newAccount()
    const publicKey = toBase64url(account.first.device.signKey)
    const jkt = await calculateJwkThumbprint(await exportJWK(client.pair.publicKey))
    const signature = toBase64url(await account.first.sign(utf8(registrationStatement(publicKey, jkt))))
    const post = (path: string, body: unknown) =>
      client.call(tokens.access, path, { method: 'POST', headers: json, body: JSON.stringify(body) })
    expect((await post('/devices', { publicKey, signature })).status).toBe(201)
    const told = follow(await client.call(tokens.access, '/sync/events'))
    await waitFor(() => told.text.includes('"logLength":0'), 'the stream begins', 5000)
    expect((await post('/sync/log', { entry: toBase64url(account.entries[0] ?? new Uint8Array()) })).status).toBe(201)
    await waitFor(() => told.text.includes('"logLength":1'), 'the stream tells of the log', 5000)
    const head = concat(utf8('holdfast backup\n'), new Uint8Array([1]), account.log().account)
    const body = concat(head, new Uint8Array(33 * 2 ** 20))
    const headers = { 'content-type': 'application/octet-stream' }
    const kept = await client.call(tokens.access, '/sync/backup', { method: 'PUT', headers, body })
    expect([kept.status, (await kept.json()).size]).toEqual([201, body.length])
    const again = await client.call(tokens.access, '/sync/backup')
    expect(Buffer.from(await again.arrayBuffer()).equals(body)).toBe(true)
  })

  test('a node that is killed under load loses no request that is retried once', async () => {
    const people = await Promise.all([signedIn(site()), signedIn(site())])
    const loads = people.map(({ client, tokens }) => load(client, tokens))
    const counted = () => loads.reduce((sum, one) => sum + one.count(), 0)
    const reach = async (more: number) => {
      const goal = counted() + more
      while (counted() < goal) await new Promise((resolve) => setImmediate(resolve))
    }
    await reach(40)
    await nodes[1]?.end('SIGKILL')
    await reach(80)
    expect((await Promise.all(loads.map((one) => one.stop()))).flat()).toEqual([])
    nodes[1] = await start(1)
  })
})
