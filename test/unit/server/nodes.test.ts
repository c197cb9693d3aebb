import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../../server/store/store.ts'
import { createClient, newPerson, signedIn, statusOf } from './support/client.ts'
import { newDatabase, openTestStore, rowsOf } from './support/database.ts'
import { type Nodes, startNodes } from './support/nodes.ts'

let nodes: Nodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.dispose())
beforeEach(() => nodes.use('first'))

describe('of two nodes on one database', () => {
  test('either answers who signed in at the other', async () => {
    const { client, tokens } = await signedIn(nodes.first)
    nodes.use('second')
    expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    const next = await client.refresh(tokens.refresh)
    nodes.use('first')
    expect((await client.call(next.access, '/auth/status')).status).toBe(200)
  })

  test('a sign-in may go to one after the other, page by page', async () => {
    nodes.alternate()
    const { client, tokens } = await signedIn(nodes.first)
    for (let time = 0; time < 4; time += 1) {
      expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    }
  })

  test('the other refuses a session at once that was ended at one', async () => {
    const { client, tokens } = await signedIn(nodes.first)
    nodes.use('second')
    expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
    nodes.use('first')
    await client.revoke(tokens.refresh)
    const ended = performance.now()
    nodes.use('second')
    expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
    expect((await client.refreshRaw(tokens.refresh)).status).toBe(400)
    expect(performance.now() - ended).toBeLessThan(5000)
  })

  test('a code that comes to both at once is taken by one, and takes back what it gave', async () => {
    const client = await createClient(nodes.first)
    const answer = client.answerOf(await client.createAccount(newPerson()))
    nodes.alternate()
    const both = await Promise.all([client.exchangeRaw(answer), client.exchangeRaw(answer)])
    expect(both.map(({ status }) => status)).toContain(400)
    for (const response of both.filter(({ ok }) => ok)) {
      expect(await statusOf(client.call((await response.json()).access_token, '/auth/status'))).toBe(401)
    }
  })

  test('guesses count wherever they are made', async () => {
    const { client, person } = await signedIn(nodes.first)
    const other = await createClient(nodes.first)
    nodes.alternate()
    for (let guess = 0; guess < 5; guess += 1) await other.signIn({ ...person, password: 'not this one' })
    const page = await other.signIn(person)
    expect(page.text).toContain('Too many attempts')
    expect(client.browser.cookies()).not.toEqual([])
  })

  test('a request that changes something is done once, though it comes to both', async () => {
    const { client, tokens } = await signedIn(nodes.first)
    const sent: Headers[] = []
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"name":"Ada"}' }
    const real = globalThis.fetch
    globalThis.fetch = async (url, options) => {
      sent.push(new Headers(options?.headers))
      return real(url, options)
    }
    try {
      expect((await client.call(tokens.access, '/user/profile', init)).status).toBe(200)
    } finally {
      globalThis.fetch = real
    }
    const again = { ...init, headers: sent.at(-1) ?? new Headers() }
    nodes.use('second')
    const response = await fetch(`${nodes.first.appUrl}/api/v1/user/profile`, again)
    expect(response.status).toBe(409)
  })
})

describe('a limit', () => {
  test('lets no more through where many attempts come to two nodes at once', async () => {
    const { store, config, dispose } = await openTestStore()
    const other = await openStore(config)
    const limit = { burst: 5, interval: 60_000, longest: 60_000 }
    const waits = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).attempts.take('many', limit)),
    )
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
    await other.close()
    await dispose()
  })
})

describe('an empty database', () => {
  test('is made once by nodes that start at the same instant', async () => {
    const { store, config, dispose } = await openTestStore()
    const { url, drop } = await newDatabase()
    const empty = { ...config, data: `${config.data}-empty`, databaseUrl: url }
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(empty)))
    const names = async (of: typeof config) =>
      (await rowsOf(of, 'select name from kysely_migration order by name')).map(({ name }) => name)
    expect(await names(empty)).toEqual(await names(config))
    for (const one of stores) await one.close()
    expect(await store.facts.claim('kept', 'yes')).toBe('yes')
    await drop()
    await dispose()
  })
})
