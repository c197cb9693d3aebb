import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { loadSecrets } from '../../../server/secrets.ts'
import { startServer } from '../../../server/server.ts'
import { openStore } from '../../../server/store/store.ts'
import { freePorts } from '../../support/free-ports.ts'
import { createBrowser } from './support/browser.ts'
import { createClient, signedIn } from './support/client.ts'
import { startTestServer } from './support/running-server.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lifetime-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777

describe('the keys of the server', () => {
  const file = () => join(folder, 'secrets.json')

  test('are made once', async () => {
    const made = await loadSecrets(folder)
    const text = await readFile(file(), 'utf8')
    expect(await loadSecrets(folder)).toEqual(made)
    expect(await readFile(file(), 'utf8')).toBe(text)
  })

  test('are the same for two servers that start at the same instant', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => loadSecrets(folder)))
    for (const other of others) expect(other).toEqual(first)
  })

  test('are different in another folder', async () => {
    const [one, two] = await Promise.all([loadSecrets(join(folder, 'one')), loadSecrets(join(folder, 'two'))])
    expect(one.cookieKeys).not.toEqual(two.cookieKeys)
    expect(one.tokenKey.d).not.toBe(two.tokenKey.d)
    expect(one.sealKeys[0]?.secret).not.toBe(two.sealKeys[0]?.secret)
  })

  test('are taken back from everyone else who may read them', async () => {
    await loadSecrets(folder)
    await chmod(file(), 0o644)
    await loadSecrets(folder)
    expect(await modeOf(file())).toBe(0o600)
  })

  test.each([
    ['is empty', () => ''],
    ['breaks off', (text: string) => text.slice(0, -20)],
    ['is no JSON', () => 'canary'],
    ['lacks a key', (text: string) => JSON.stringify({ ...JSON.parse(text), nonceSecret: undefined })],
    ['has a key that is too short', (text: string) => JSON.stringify({ ...JSON.parse(text), nonceSecret: 'canary' })],
    ['has no seal', (text: string) => JSON.stringify({ ...JSON.parse(text), sealKeys: [] })],
  ])('are refused, and left as they are, where their file %s', async (_what, damage) => {
    await loadSecrets(folder)
    const damaged = damage(await readFile(file(), 'utf8'))
    await writeFile(file(), damaged)
    await expect(loadSecrets(folder)).rejects.toThrow(file())
    await expect(loadSecrets(folder)).rejects.not.toThrow(/canary/)
    expect(await readFile(file(), 'utf8')).toBe(damaged)
  })
})

test('the database is for its owner alone, also in a folder that was there before', async () => {
  const data = join(folder, 'open')
  await mkdir(data, { mode: 0o755 })
  const store = await openStore(readConfig({ HOLDFAST_DATA: data }))
  await store.accounts.create('ada@example.com', 'hash')
  for (const name of ['holdfast.sqlite', 'holdfast.sqlite-wal', 'holdfast.sqlite-shm']) {
    expect(await modeOf(join(data, name))).toBe(0o600)
  }
  await store.close()
})

describe('the end of a server', () => {
  test('leaves both ports to others', async () => {
    const server = await startTestServer()
    await server.dispose()
    for (const port of [server.config.appPort, server.config.idPort]) {
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
      for (const host of ['127.0.0.1', '::1']) {
        const probe = createServer().listen(port, host)
        await once(probe, 'listening')
        await once(probe.close(), 'close')
      }
    }
  })

  test('lets what is under way end first', async () => {
    const server = await startTestServer()
    const headers = { 'content-type': 'application/json', 'content-length': '2', expect: '100-continue' }
    const upload = request(`${server.appUrl}/api/v1/auth/logout`, { method: 'POST', headers })
    const answered = once(upload, 'response')
    upload.flushHeaders()
    // The server has the request in hand, and asks for its body.
    await once(upload, 'continue')
    const ended = server.dispose()
    upload.end('{}')
    const [answer] = await answered
    expect(answer.statusCode).toBe(401)
    answer.resume()
    await ended
  })

  test('is survived by the sign-in at the provider', async () => {
    const server = await startTestServer()
    const browser = createBrowser()
    await signedIn(server, browser)
    const restarted = await server.restart()
    const client = await createClient(restarted, browser)
    expect(client.answerOf(await client.begin()).has('code')).toBe(true)
    await restarted.dispose()
  })

  test('is survived by a sign-in that was under way', async () => {
    const server = await startTestServer()
    const { person } = await signedIn(server)
    const client = await createClient(server)
    const page = await client.begin()
    const restarted = await server.restart()
    const form = { action: `${page.url}/sign-in`, fields: {} }
    expect(client.answerOf(await client.browser.submit(form, person)).has('code')).toBe(true)
    await restarted.dispose()
  })
})

describe('a port that is taken', () => {
  test.each(['appPort', 'idPort'] as const)('is named in plain words: %s', async (which) => {
    const server = await startTestServer()
    const [free = 0] = await freePorts(1)
    const other = which === 'appPort' ? 'idPort' : 'appPort'
    const secretsFile = join(server.data, 'secrets.json')
    const config = { ...server.config, [other]: free, data: folder, secretsFile }
    const starting = startServer({ config, appFiles: join(server.data, '../app') })
    const name = which === 'appPort' ? 'app' : 'identity provider'
    await expect(starting).rejects.toThrow(`Port ${server.config[which]}, wanted for the ${name}, is taken.`)
    await server.dispose()
  })
})
