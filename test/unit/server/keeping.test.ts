import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser } from './support/browser.ts'
import { createClient, newPerson, signedIn } from './support/client.ts'
import { contentsOf, rowsOf } from './support/database.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())
afterEach(() => {
  vi.useRealTimers()
})

describe('the database', () => {
  test('holds nothing that can be presented: no token, code, cookie, request or password', async () => {
    const browser = createBrowser()
    const client = await createClient(server, browser)
    const person = newPerson()
    await client.begin()
    const early = browser.cookies()
    const answer = client.answerOf(await client.createAccount(person))
    const tokens = await client.exchange(answer)
    const next = await client.refresh(tokens.refresh)
    const again = await createClient(server, browser)
    await again.begin({ prompt: 'login' })
    const cookies = [...early, ...browser.cookies()].map(({ value }) => value)
    const secrets = [
      answer.get('code') ?? '',
      ...Object.values(tokens),
      ...Object.values(next),
      ...cookies,
      person.password,
    ]
    const kept = await contentsOf(server.config)
    expect(kept).toContain(person.email)
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(kept.includes(secret)).toBe(false)
    }
  })

  test('holds passwords as Argon2id with its parameters', async () => {
    const { person } = await signedIn(server)
    const account = await server.store.accounts.findByEmail(person.email)
    expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('forgets what has expired', async () => {
    await createClient(server).then((client) => client.begin())
    const { client, tokens } = await signedIn(server)
    const kept = async () =>
      (await rowsOf(server.config, 'select distinct model from oidc_records')).map(({ model }) => model)
    expect(await kept()).toEqual(expect.arrayContaining(['Interaction', 'AuthorizationCode', 'RefreshToken', 'Grant']))
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3600_000 })
    await server.store.oidcRecords.removeExpired()
    expect(await kept()).not.toContain('Interaction')
    expect(await kept()).not.toContain('AuthorizationCode')
    expect((await client.refresh(tokens.refresh)).refresh).not.toBe('')
    vi.setSystemTime(Date.now() + 91 * 86_400_000)
    await server.store.oidcRecords.removeExpired()
    expect(await kept()).toEqual([])
  })
})

describe('the secrets of the server', () => {
  test('are in a folder and a file that only their owner can read', async () => {
    expect((await stat(server.data)).mode & 0o777).toBe(0o700)
    expect((await stat(join(server.data, 'secrets.json'))).mode & 0o777).toBe(0o600)
  })

  test('are never replaced where they cannot be read', async () => {
    const own = await startTestServer()
    const file = join(own.data, 'secrets.json')
    await own.close()
    await writeFile(file, '{"sealKeys":["canary"]}')
    await expect(own.restart()).rejects.toThrow(/secrets\.json/)
    await expect(own.restart()).rejects.not.toThrow(/canary/)
    expect(await readFile(file, 'utf8')).toContain('canary')
  })
})

describe('the log', () => {
  test('has a line for each request, and no secret and no person in it', async () => {
    const { client, tokens, person } = await signedIn(server)
    const answer = await client.call(tokens.access, '/auth/status?canary=1')
    const { user } = await answer.json()
    await client.refresh(tokens.refresh)
    const log = server.logged()
    expect(log).toContain(answer.headers.get('x-request-id'))
    expect(log).toContain('/auth/status')
    for (const route of ['/token', '/interaction/:uid']) expect(log).toContain(route)
    const cookies = client.browser.cookies().map(({ value }) => value)
    for (const secret of [...Object.values(tokens), ...cookies, person.email, person.password, user.email, 'canary']) {
      expect(log.includes(secret)).toBe(false)
    }
  })
})
