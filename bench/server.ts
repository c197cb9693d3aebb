import { spawn } from 'node:child_process'
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { exportJWK, SignJWT } from 'jose'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/store/database.ts'
import { freePorts } from '../test/support/free-ports.ts'
import { createPostgresDatabase, startPostgres } from '../test/support/postgres.ts'
import { type ServerProcess, startProcess } from '../test/support/server-process.ts'
import { type Site, signedIn } from '../test/unit/server/support/client.ts'
import { summaryOf } from './figures.ts'
import { at, lanes, rateOf, type Served, servedAt } from './server/rates.ts'
import { hashes, signIns } from './server/sign-ins.ts'

// The server as `npm start` runs it, in a process of its own, asked by this one, on both databases. Each figure stands beside
// what the bare thing under it does in the same run: a Hono handler, an Argon2 hash, a transaction.

type SignedIn = Awaited<ReturnType<typeof signedIn>>

const proofFor = async ({ client, tokens }: SignedIn, htm: string, htu: string, isBound: boolean): Promise<string> => {
  const ath = isBound ? { ath: createHash('sha256').update(tokens.access).digest('base64url') } : {}
  const jwk = await exportJWK(client.pair.publicKey)
  return new SignJWT({ htm, htu, jti: crypto.randomUUID(), ...ath })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(client.pair.privateKey)
}

/** Everybody with proofs that nobody has seen, made before the clock starts: making one costs as much as to verify it. */
const withProofs = (people: readonly SignedIn[], count: number, make: (one: SignedIn) => Promise<string>) =>
  Promise.all(
    people.map(async (one) => ({
      refresh: one.tokens.refresh,
      access: one.tokens.access,
      proofs: await Promise.all(Array.from({ length: count }, () => make(one))),
    })),
  )

const refreshes = async (site: Site, pid: number, people: readonly SignedIn[]): Promise<Served> => {
  const url = `${site.idUrl}/token`
  const each = await withProofs(people, 300, (one) => proofFor(one, 'POST', url, false))
  return servedAt(url, pid, async (line, lane) => {
    const one = at(each, lane)
    const dpop = one.proofs.pop()
    if (dpop === undefined) return false
    const form = { grant_type: 'refresh_token', client_id: 'web', refresh_token: one.refresh }
    const headers = { dpop, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await line.ask({ method: 'POST', headers, body: String(new URLSearchParams(form)) })
    one.refresh = String(JSON.parse(answer).refresh_token)
    return true
  })
}

const requests = async (site: Site, pid: number, people: readonly SignedIn[]): Promise<Served> => {
  const url = `${site.appUrl}/api/v1/auth/status`
  const each = await withProofs(people, 1200, (one) => proofFor(one, 'GET', url, true))
  return servedAt(url, pid, async (line, lane) => {
    const { access, proofs } = at(each, lane)
    const dpop = proofs.pop()
    if (dpop === undefined) return false
    await line.ask({ method: 'GET', headers: { authorization: `DPoP ${access}`, dpop } })
    return true
  })
}

const bareHandler = async (): Promise<Served> => {
  const [port = 0] = await freePorts(1)
  const child = spawn(process.execPath, [new URL('server/bare.ts', import.meta.url).pathname, String(port)])
  await once(child.stdout, 'data')
  const served = await servedAt(`http://127.0.0.1:${port}/`, child.pid ?? 0, async (line) => {
    await line.ask({ method: 'GET', headers: {} })
    return true
  })
  child.kill()
  await once(child, 'close')
  return served
}

/** What it takes of a processor to verify one signature of ES256 and nothing else, in microseconds. */
const verifying = (): number => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const data = Buffer.alloc(300)
  const signature = sign('sha256', data, privateKey)
  const count = 2000
  const before = process.cpuUsage()
  for (let index = 0; index < count; index += 1) verify('sha256', data, publicKey, signature)
  return process.cpuUsage(before).user / count
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
const served = ({ perSecond, cost }: Served): string => `${rate(perSecond)} (${cost.toFixed(0)} µs of a processor each)`
const part = (number: number, of: number): string => `ratio ${(number / of).toFixed(3)}`

/** What is measured, in this order; `node bench/server.ts sqlite refreshes` measures that alone. */
const parts = ['refreshes', 'requests', 'sign-ins', 'rest'] as const
const [wantedDatabase, ...wantedParts] = process.argv.slice(2)
const isWanted = (part: (typeof parts)[number]): boolean => wantedParts.length === 0 || wantedParts.includes(part)

type Subject = {
  readonly site: ReturnType<typeof readConfig>
  readonly variables: Record<string, string>
  readonly server: ServerProcess
}

const tellRefreshes = async ({ site, variables, server }: Subject, people: readonly SignedIn[]): Promise<void> => {
  const transactions = await bareTransaction(variables)
  const refreshed = await refreshes(site, server.pid, people)
  tell(
    'refreshes',
    served(refreshed),
    refreshed.perSecond >= 500,
    '500 a second',
    `a bare transaction ${rate(transactions)}, ${part(refreshed.perSecond, transactions)}`,
  )
}

const tellRequests = async ({ site, server }: Subject, people: readonly SignedIn[]): Promise<void> => {
  const handled = await bareHandler()
  const answered = await requests(site, server.pid, people)
  tell(
    'API requests with DPoP',
    served(answered),
    answered.perSecond >= 2500,
    '2500 a second',
    `a bare handler ${served(handled)}, a signature verified ${verifying().toFixed(0)} µs, ${part(answered.perSecond, handled.perSecond)}`,
  )
}

const tellSignIns = async ({ site, server }: Subject): Promise<void> => {
  const hashed = await hashes()
  const signed = await signIns(site, server.pid)
  tell(
    'sign-ins',
    served(signed),
    signed.perSecond >= 60 || signed.perSecond >= 0.85 * hashed.perSecond,
    '60 a second or 85 % of the hash',
    `the hash alone ${served(hashed)}, ${part(signed.perSecond, hashed.perSecond)}`,
  )
}

/** The middle of three, each from the first to the line that says so. */
const startTime = async (variables: Record<string, string>): Promise<number> => {
  const times: number[] = []
  for (const _ of [1, 2, 3]) {
    const began = performance.now()
    const server = await startProcess(variables)
    times.push(performance.now() - began)
    await server.end('SIGTERM')
  }
  return summaryOf(times).median
}

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
  const started = isWanted('rest') ? await startTime(variables) : 0
  const server = await startProcess(variables)
  try {
    await pause(3000)
    const idle = memoryOf(server)
    const subject = { site: readConfig(variables), variables, server }
    const people = await Promise.all(Array.from({ length: lanes }, () => signedIn(subject.site)))
    if (isWanted('refreshes')) await tellRefreshes(subject, people)
    if (isWanted('requests')) await tellRequests(subject, people)
    if (isWanted('sign-ins')) await tellSignIns(subject)
    if (!isWanted('rest')) return
    const afterLoad = `after load ${memoryOf(server).toFixed(0)} MiB`
    tell('idle memory', `${idle.toFixed(0)} MiB`, idle < 120, '120 MiB', afterLoad)
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

if (wantedDatabase !== 'postgresql') await measure('SQLite')
if (wantedDatabase !== 'sqlite') {
  // As safe as it is used: every commit is on the disk before it is acknowledged.
  const postgres = await startPostgres({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })
  try {
    await measure('PostgreSQL', (await createPostgresDatabase(postgres.url)).url)
  } finally {
    await postgres.stop()
  }
}
