import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request as send } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { exportJWK, SignJWT } from 'jose'
import { hashPassword } from '../server/accounts/password.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/store/database.ts'
import { freePorts } from '../test/support/free-ports.ts'
import { createPostgresDatabase, startPostgres } from '../test/support/postgres.ts'
import { type ServerProcess, startProcess } from '../test/support/server-process.ts'
import { formTo } from '../test/unit/server/support/browser.ts'
import { createClient, newPerson, type Site, signedIn } from '../test/unit/server/support/client.ts'

// The server as `npm start` runs it, in a process of its own, asked by this one, on both databases. Each figure stands beside
// what the bare thing under it does in the same run: a Hono handler, an Argon2 hash, a transaction.

const lanes = 16
const duration = 4000
const agent = new Agent({ keepAlive: true, maxSockets: lanes })

type Call = { readonly method: string; readonly headers: Record<string, string>; readonly body?: string }

const ask = async (url: string, { method, headers, body = '' }: Call): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const length = { 'content-length': Buffer.byteLength(body) }
  const request = send(url, { method, agent, headers: { ...headers, ...length } }, async (response) => {
    let text = ''
    for await (const part of response) text += String(part)
    if (response.statusCode === 200) resolve(text)
    else reject(new Error(`${method} ${new URL(url).pathname} was answered ${response.statusCode}: ${text}`))
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

/** How often a second `once` is done, in `width` lanes at once, until the time is over or `once` answers false. */
const rateOf = async (once: (lane: number) => Promise<boolean>, width = lanes): Promise<number> => {
  const began = performance.now()
  let count = 0
  const run = async (lane: number) => {
    while (performance.now() - began < duration) {
      if (!(await once(lane))) return
      count += 1
    }
  }
  await Promise.all(Array.from({ length: width }, (_, lane) => run(lane)))
  return count / ((performance.now() - began) / 1000)
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>

const proofFor = async ({ client, tokens }: SignedIn, htm: string, htu: string, isBound: boolean): Promise<string> => {
  const ath = isBound ? { ath: createHash('sha256').update(tokens.access).digest('base64url') } : {}
  const jwk = await exportJWK(client.pair.publicKey)
  return new SignJWT({ htm, htu, jti: crypto.randomUUID(), ...ath })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(client.pair.privateKey)
}

const refreshes = async (site: Site, people: readonly SignedIn[]): Promise<number> => {
  const url = `${site.idUrl}/token`
  const each = await Promise.all(
    people.map(async (one) => ({ refresh: one.tokens.refresh, dpop: await proofFor(one, 'POST', url, false) })),
  )
  return rateOf(async (lane) => {
    const one = each[lane]
    if (one === undefined) throw new Error('There is someone in each lane.')
    const body = String(
      new URLSearchParams({ grant_type: 'refresh_token', client_id: 'web', refresh_token: one.refresh }),
    )
    const headers = { dpop: one.dpop, 'content-type': 'application/x-www-form-urlencoded' }
    one.refresh = String(JSON.parse(await ask(url, { method: 'POST', headers, body })).refresh_token)
    return true
  })
}

const requests = async (site: Site, people: readonly SignedIn[]): Promise<number> => {
  const url = `${site.appUrl}/api/v1/auth/status`
  const one = people[0]
  if (one === undefined) throw new Error('There is someone.')
  const proofs = await Promise.all(Array.from({ length: 12_000 }, () => proofFor(one, 'GET', url, true)))
  return rateOf(async () => {
    const dpop = proofs.pop()
    if (dpop === undefined) return false
    await ask(url, { method: 'GET', headers: { authorization: `DPoP ${one.tokens.access}`, dpop } })
    return true
  })
}

const signIns = async (site: Site): Promise<number> => {
  const person = newPerson()
  await (await createClient(site)).createAccount(person)
  const pages = await Promise.all(
    Array.from({ length: 300 }, async () => {
      const client = await createClient(site)
      return { client, page: await client.begin() }
    }),
  )
  return rateOf(async () => {
    const one = pages.pop()
    if (one === undefined) return false
    one.client.answerOf(await one.client.browser.submit(formTo(one.page, '/sign-in'), person))
    return true
  }, 4)
}

const bareHandler = async (): Promise<number> => {
  const app = new Hono().get('/', (c) => c.json({ isAuthenticated: true }))
  const [port = 0] = await freePorts(1)
  const server = createServer(getRequestListener(app.fetch)).listen(port, '127.0.0.1')
  const rate = await rateOf(async () => {
    await ask(`http://127.0.0.1:${port}/`, { method: 'GET', headers: {} })
    return true
  })
  server.closeAllConnections()
  server.close()
  return rate
}

const bareTransaction = async (variables: Record<string, string>): Promise<number> => {
  const db = await openDatabase(readConfig(variables))
  const rate = await rateOf(async (lane) => {
    await db.transaction().execute(async (within) => {
      const row = { name: `bench ${lane}`, value: crypto.randomUUID() }
      await within
        .insertInto('server_facts')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: row.value }))
        .execute()
    })
    return true
  })
  await db.destroy()
  return rate
}

const memoryOf = ({ pid }: ServerProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024

const tell = (what: string, figure: string, isMet: boolean, bar: string, beside: string): void =>
  console.log(`  ${what}: ${figure}; ${beside}; ${isMet ? 'meets' : 'does NOT meet'} ${bar}`)
const rate = (number: number): string => `${number.toFixed(0)} a second`
const part = (number: number, of: number): string => `ratio ${(number / of).toFixed(3)}`

const measure = async (name: string, databaseUrl?: string): Promise<void> => {
  console.log(name)
  const data = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const [appPort, idPort] = await freePorts(2)
  const variables = {
    HOLDFAST_APP_PORT: String(appPort),
    HOLDFAST_ID_PORT: String(idPort),
    HOLDFAST_DATA: data,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  // Once before: the keys are made, and the schema.
  await (await startProcess(variables)).end('SIGTERM')
  const began = performance.now()
  const server = await startProcess(variables)
  const started = performance.now() - began
  await pause(3000)
  const idle = memoryOf(server)
  const site = readConfig(variables)
  try {
    const people = await Promise.all(Array.from({ length: lanes }, () => signedIn(site)))
    const [transactions, handled] = [await bareTransaction(variables), await bareHandler()]
    const hashes = await rateOf(async () => (await hashPassword('a good long password')) !== '', 4)
    const refreshed = await refreshes(site, people)
    tell(
      'refreshes',
      rate(refreshed),
      refreshed >= 500,
      '500 a second',
      `a bare transaction ${rate(transactions)}, ${part(refreshed, transactions)}`,
    )
    const answered = await requests(site, people)
    tell(
      'API requests with DPoP',
      rate(answered),
      answered >= 2500,
      '2500 a second',
      `a bare handler ${rate(handled)}, ${part(answered, handled)}`,
    )
    const signed = await signIns(site)
    tell(
      'sign-ins',
      rate(signed),
      signed >= 60 || signed >= 0.85 * hashes,
      '60 a second or 85 % of the hash',
      `the hash alone ${rate(hashes)}, ${part(signed, hashes)}`,
    )
    tell(
      'idle memory',
      `${idle.toFixed(0)} MiB`,
      idle < 120,
      '120 MiB',
      `after load ${memoryOf(server).toFixed(0)} MiB`,
    )
    tell(
      'start to ready',
      `${started.toFixed(0)} ms`,
      started < 1000,
      '1 s',
      'with built files and an up-to-date schema',
    )
  } finally {
    await server.end('SIGTERM')
    await rm(data, { recursive: true, force: true })
  }
}

await measure('SQLite')
// As safe as it is used: every commit is on the disk before it is acknowledged.
const postgres = await startPostgres({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })
try {
  await measure('PostgreSQL', (await createPostgresDatabase(postgres.url)).url)
} finally {
  await postgres.stop()
  agent.destroy()
}
