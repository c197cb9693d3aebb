import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { exportJWK, SignJWT } from 'jose'
import { hashPassword } from '../server/accounts/password.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/store/database.ts'
import { freePorts } from '../test/support/free-ports.ts'
import { createPostgresDatabase, startPostgres } from '../test/support/postgres.ts'
import { type ServerProcess, startProcess } from '../test/support/server-process.ts'
import { formTo } from '../test/unit/server/support/browser.ts'
import { createClient, newPerson, type Site, signedIn } from '../test/unit/server/support/client.ts'
import { type Line, openLine } from './server/line.ts'

// The server as `npm start` runs it, in a process of its own, asked by this one, on both databases. Each figure stands beside
// what the bare thing under it does in the same run: a Hono handler, an Argon2 hash, a transaction.

const lanes = 16
const duration = 4000
/** As long is asked before anything is counted, so that what is measured has been compiled. */
const warmUp = 2000

/** Of all its threads, in microseconds; the system counts in hundredths of a second. */
const processorTime = (pid: number): number => {
  const [user = 0, system = 0] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10_000
}

type Task = (lane: number) => Promise<boolean>

const runFor = async (time: number, task: Task, width: number) => {
  const began = performance.now()
  let count = 0
  const run = async (lane: number) => {
    while (performance.now() - began < time) {
      if (!(await task(lane))) return
      count += 1
    }
  }
  await Promise.all(Array.from({ length: width }, (_, lane) => run(lane)))
  return { count, perSecond: count / ((performance.now() - began) / 1000) }
}

/** How often a second `task` is done, in `width` lanes at once, until the time is over or `task` answers false. */
const rateOf = async (task: Task, width = lanes): Promise<number> => {
  await runFor(warmUp, task, width)
  return (await runFor(duration, task, width)).perSecond
}

const at = <T>(list: readonly T[], index: number): T => {
  const [one] = list.slice(index, index + 1)
  if (one === undefined) throw new Error('There is one for each lane.')
  return one
}

type Served = {
  readonly perSecond: number
  /** What one costs the process that answers, in microseconds of its processor time. */
  readonly cost: number
}

/** The same with a connection for each lane to the process `pid`. */
const servedAt = async (
  url: string,
  pid: number,
  task: (line: Line, lane: number) => Promise<boolean>,
): Promise<Served> => {
  const lines = Array.from({ length: lanes }, () => openLine(url))
  const once = (lane: number) => task(at(lines, lane), lane)
  await runFor(warmUp, once, lanes)
  const before = processorTime(pid)
  const { count, perSecond } = await runFor(duration, once, lanes)
  for (const line of lines) line.close()
  return { perSecond, cost: (processorTime(pid) - before) / count }
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

const signIns = async (site: Site): Promise<number> => {
  const person = newPerson()
  await (await createClient(site)).createAccount(person)
  const pages = await Promise.all(
    Array.from({ length: 500 }, async () => {
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
    const transactions = await bareTransaction(variables)
    const handled = await bareHandler()
    const hashes = await rateOf(async () => (await hashPassword('a good long password')) !== '', 4)
    const refreshed = await refreshes(site, server.pid, people)
    tell(
      'refreshes',
      served(refreshed),
      refreshed.perSecond >= 500,
      '500 a second',
      `a bare transaction ${rate(transactions)}, ${part(refreshed.perSecond, transactions)}`,
    )
    const answered = await requests(site, server.pid, people)
    tell(
      'API requests with DPoP',
      served(answered),
      answered.perSecond >= 2500,
      '2500 a second',
      `a bare handler ${served(handled)}, ${part(answered.perSecond, handled.perSecond)}`,
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
}
