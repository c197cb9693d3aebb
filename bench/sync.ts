import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/store/database.ts'
import { createStore } from '../server/store/store.ts'
import { createSyncService } from '../server/sync/sync.ts'
import { toBase64url, utf8 } from '../src/base/bytes.ts'
import { createPostgresDatabase, startPostgres } from '../test/support/postgres.ts'
import { startSite } from '../test/unit/sync/support/site.ts'
import { measureBrowsers } from './sync/browser.ts'

// Sealing and opening on this device, keeping records on the server, and all of it in browsers, each beside the bare thing under it in the
// same run: AES-GCM over the same bytes, and inserts of the same rows.

// node bench/sync.ts 2000 browsers     so many notes, and that part alone (after a build); `server`: without browsers
const [count = '10000', part = 'all'] = process.argv.slice(2)
const notes = Number(count)
const noteSize = 2000
const batch = 100

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}
const rate = (count: number, time: number): string => `${(count / time).toFixed(0)} a second`
const tell = (what: string, figure: string, isMet: boolean, bar: string, beside: string): void =>
  console.log(`  ${what}: ${figure}; ${beside}; ${isMet ? 'meets' : 'does NOT meet'} ${bar}`)

const text = (at: number): string => `Note ${at} `.repeat(Math.ceil(noteSize / 10)).slice(0, noteSize)

/** AES-256-GCM alone, over as many bytes, there and back. */
const bareCrypto = async (): Promise<number> => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const plain = utf8(text(1))
  return seconds(async () => {
    for (let at = 0; at < notes; at += 1) {
      const algorithm = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) }
      await crypto.subtle.decrypt(algorithm, key, await crypto.subtle.encrypt(algorithm, key, plain))
    }
  })
}

/** Seals and opens on this device, without a network and without a database. */
const measureDevice = async () => {
  console.log(`This device: ${notes} notes of ${noteSize} bytes`)
  const site = await startSite(['One', 'Two'])
  const [first, second] = site.devices
  if (first === undefined || second === undefined) throw new Error('There are two devices.')
  const [one, two] = [site.start(first), site.start(second)]
  for (let at = 0; at < notes; at += 1) one.edit(`note/${at}`, () => text(at))
  const bare = await bareCrypto()
  const sealing = await seconds(() => one.engine.exchange())
  const opening = await seconds(() => two.engine.exchange())
  if (Object.keys(two.texts()).length !== notes) throw new Error('Not every note has come.')
  const beside = `bare AES-GCM both ways ${bare.toFixed(2)} s`
  tell(
    'first download and decryption',
    `${opening.toFixed(2)} s`,
    opening < 10,
    '10 s',
    `${beside}, ratio ${(opening / bare).toFixed(1)}`,
  )
  console.log(`  sealing all of them: ${sealing.toFixed(2)} s; ${beside}, ratio ${(sealing / bare).toFixed(1)}`)
  one.edit('note/0', (body) => `${body} and more`)
  const edit = await seconds(() => one.engine.exchange())
  tell('one edit sealed and sent', `${(edit * 1000).toFixed(1)} ms`, edit < 0.1, '100 ms', 'a server in this process')
  return { site, first, records: site.server.held.records.map(({ record }) => record) }
}

type Sealed = Awaited<ReturnType<typeof measureDevice>>

const measureServer = async (
  name: string,
  databaseUrl: string | undefined,
  { site, first, records }: Sealed,
): Promise<void> => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const db = await openDatabase({ ...readConfig({ HOLDFAST_DATA: data }), databaseUrl })
  const store = createStore(db)
  try {
    const account = await store.accounts.create('bench@example.com', 'no password')
    if (account === undefined) throw new Error('There is an account.')
    const sessionId = 'bench-session'
    const about = { platform: 'Linux', deviceName: 'Bench', userAgent: 'bench', address: '127.0.0.1' }
    const whose = { id: sessionId, accountId: account.id, clientId: 'web' }
    await store.sessions.create({ ...whose, ...about, providerSession: undefined, authTime: undefined })
    const publicKey = toBase64url(first.device.signKey)
    await store.devices.create('bench-device', { ...whose, sessionId, name: 'Bench', platform: 'Linux', publicKey })
    const session = await store.sessions.find(sessionId)
    if (session === undefined) throw new Error('There is a session.')
    const service = createSyncService({ store, quota: 1024 ** 3, announce: () => undefined })
    await service.append(account.id, toBase64url(site.account.entries[0] ?? new Uint8Array()), [])
    const encoded = records.map(toBase64url)
    const inserted = await seconds(async () => {
      for (let at = 0; at < encoded.length; at += batch) {
        const rows = encoded.slice(at, at + batch).map((value, index) => ({ name: `bench ${at + index}`, value }))
        await db.transaction().execute((within) => within.insertInto('server_facts').values(rows).execute())
      }
    })
    const posted = await seconds(async () => {
      for (let at = 0; at < encoded.length; at += batch) {
        const outcome = await service.post(account.id, session, encoded.slice(at, at + batch))
        if (!('done' in outcome)) throw new Error(`Refused: ${outcome.refused}`)
      }
    })
    tell(
      `records on ${name}, ${batch} at once`,
      rate(encoded.length, posted),
      encoded.length / posted >= 1500,
      '1500 a second',
      `bare inserts ${rate(encoded.length, inserted)}, ratio ${(inserted / posted).toFixed(2)}`,
    )
  } finally {
    await store.close()
    await rm(data, { recursive: true, force: true })
  }
}

const measureServers = async (sealed: Sealed): Promise<void> => {
  console.log('The server')
  await measureServer('SQLite', undefined, sealed)
  const postgres = await startPostgres({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })
  try {
    await measureServer('PostgreSQL', (await createPostgresDatabase(postgres.url)).url, sealed)
  } finally {
    await postgres.stop()
  }
}

if (part !== 'browsers') await measureServers(await measureDevice())
if (part !== 'server') {
  console.log('Two browsers')
  await measureBrowsers(notes, noteSize)
}
