import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDevice, type TestDevice } from './support/device.ts'
import { type Operation, type Property, readOperations } from './support/operations.ts'
import { createTestApi, type TestApi, type TestPerson } from './support/test-api.ts'

let api: TestApi
let operations: readonly Operation[]
/** Whose things the others try to reach. */
let owner: TestPerson
let device: TestDevice
let pairing: string
const blob = 'b'.repeat(22)
const chunk = createHash('sha256').update('of the owner').digest('base64url')
beforeAll(async () => {
  api = await createTestApi()
  operations = await readOperations(api)
  owner = await api.person()
  device = await addDevice(owner)
  pairing = (await (await owner.call('/pairings', { method: 'POST' })).json()).id
})
afterAll(() => api.dispose())

/** An id of the owner's for every address that has one. A new one has to be added here. */
const ownersIds: Readonly<Record<string, () => Promise<string>>> = {
  '/devices/{id}': async () => device.id,
  '/pairings/{id}': async () => pairing,
  '/pairings/{id}/answer': async () => pairing,
  '/pairings/{id}/approve': async () => pairing,
  '/blobs/{id}': async () => blob,
  '/blobs/{id}/{chunk}': async () => `${blob}/${chunk}`,
  '/downloads/{ticket}': async () => `chrome.9999999999999.${'A'.repeat(43)}`,
}

const concrete = async (path: string): Promise<string> => {
  if (!path.includes('{')) return path
  const idOf = ownersIds[path]
  if (idOf === undefined) throw new Error(`Say what id of somebody else ${path} can be asked with.`)
  return path.replace(/\{\w+\}(\/\{\w+\})?/, await idOf())
}

/** Someone new for every request, because some end the session or the account. */
const send = async ({ method, path }: Operation, body?: unknown, headers: Record<string, string> = {}) => {
  const eve = await api.person()
  // Each from elsewhere, for there are limits to what comes from one address.
  const from = { address: randomUUID() }
  return eve.call(await concrete(path), { method, headers, ...from, ...(method === 'GET' ? {} : { body }) })
}

const expectRefused = async (operation: Operation, response: Response, allowed: readonly number[]) => {
  const { id, statuses } = operation
  expect(allowed, `${id} answered ${response.status}: ${await response.clone().text()}`).toContain(response.status)
  if (response.status >= 400) {
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String) }, requestId: expect.any(String) })
    // Each has this; the document names what a route itself refuses with.
    if (response.status !== 405) expect(statuses).toContain(String(response.status))
  }
}

/** What the owner has, as the owner sees it. */
const everythingOf = async (person: TestPerson) => {
  const readable = operations.filter(({ method, path, isOpen }) => method === 'GET' && !isOpen && !path.includes('{'))
  const answers = await Promise.all(
    readable
      .filter(({ id }) => !volatile.has(id))
      .map(async ({ path }) => [path, await (await person.call(path)).json()]),
  )
  return Object.fromEntries(answers)
}
/** These answer something new each time. */
const volatile = new Set(['getUserEvents', 'getUserExport', 'getSyncEvents', 'getSyncBackup'])

const withBody = () => operations.filter(({ body }) => body !== undefined)
const wrong = ({ type }: Property): unknown => (type === 'string' || type === undefined ? { no: 7 } : 'no')
const filled = ({ body }: Operation, value: (property: Property) => unknown) =>
  Object.fromEntries(Object.entries(body?.properties ?? {}).map(([name, property]) => [name, value(property)]))

const refusals = [400, 401, 403, 404, 405, 409, 410, 413, 415, 429]
const isHarmless = [...refusals, 200, 201]

describe('case 73: every route of the OpenAPI document', () => {
  test('is there, and names its answers', () => {
    expect(operations.length).toBeGreaterThan(4)
    for (const { statuses } of operations) expect(statuses).toEqual(expect.arrayContaining(['400', '413', '500']))
  })

  test('refuses a request without credentials, with wrong ones, and of a session that has ended', async () => {
    for (const operation of operations.filter(({ isOpen }) => !isOpen)) {
      const { method } = operation
      const path = await concrete(operation.path)
      const gone = await api.person()
      await api.store.sessions.signOut(gone.sessionId)
      const answers = [
        await api.ask(path, { method }),
        await api.ask(path, { method, headers: { authorization: 'DPoP a.b.c' } }),
        await api.ask(path, { method, headers: { authorization: `Bearer ${owner.token}` } }),
        await gone.call(path, { method }),
      ]
      for (const answer of answers) await expectRefused(operation, answer, [401])
    }
  })

  test('knows no id of anybody else, and none that is no id', async () => {
    const odd = [
      '%00',
      '%ED%A0%80',
      '..%2f..',
      '__proto__',
      'constructor',
      'x'.repeat(5000),
      "'; drop table accounts; --",
    ]
    for (const operation of operations.filter(({ path }) => path.includes('{'))) {
      await expectRefused(operation, await send(operation, {}), operation.isOpen ? [404] : [400, 404])
      for (const id of odd) {
        const eve = await api.person()
        const path = operation.path.replace(/\{\w+\}/, id)
        const body = operation.method === 'GET' ? {} : { body: {} }
        await expectRefused(operation, await eve.call(path, { method: operation.method, ...body }), [400, 404])
      }
    }
  })

  test('takes nothing from ids in the body', async () => {
    const before = await everythingOf(owner)
    const ids = { id: owner.accountId, accountId: owner.accountId, sub: owner.accountId, sid: owner.sessionId }
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      const body = { ...ids, user: ids, account: ids, session: owner.sessionId, deviceId: owner.sessionId }
      await expectRefused(operation, await send(operation, body), isHarmless)
    }
    expect(await everythingOf(owner)).toEqual(before)
  })

  test('refuses fields of another type', async () => {
    for (const operation of withBody()) {
      await expectRefused(operation, await send(operation, filled(operation, wrong)), [400, 404])
      for (const body of ['[]', 'null', '7', '"text"', '{', '\0', '{"a":}']) {
        await expectRefused(operation, await send(operation, body), [400, 404])
      }
      const plain = await send(operation, '{}', { 'content-type': 'text/plain' })
      await expectRefused(operation, plain, [404, 415])
    }
  })

  test('refuses NUL and half a surrogate pair', async () => {
    for (const operation of withBody()) {
      for (const text of ['\\u0000', 'a\\u0000b', '\\ud800', 'a\\udfffb', '\\u0000'.repeat(43)]) {
        const fields = Object.keys(operation.body?.properties ?? {}).map((name) => `"${name}":"${text}"`)
        if (fields.length === 0) continue
        await expectRefused(operation, await send(operation, `{${fields.join(',')}}`), [400, 401, 404])
      }
    }
  })

  test('takes nothing odd from the query of an address, and bears what it does not know there', async () => {
    const odd = ['-1', '1e9', '9'.repeat(30), '%00', '%ED%A0%80', '__proto__', '1&NAME=2', '', "'; drop table accounts"]
    const withQuery = operations.filter(({ query }) => query.length > 0)
    expect(withQuery.length).toBeGreaterThan(1)
    for (const operation of operations) {
      const path = await concrete(operation.path)
      const names = [...operation.query, '__proto__', 'id', 'accountId']
      for (const value of operation.query.length > 0 ? odd : ['__proto__']) {
        const query = names.map((name) => `${name}=${value.replace('NAME', name)}`).join('&')
        const eve = await api.person()
        const body = operation.method === 'GET' ? {} : { body: {} }
        const answer = await eve.call(`${path}?${query}`, { method: operation.method, ...body, address: randomUUID() })
        // Events have no end that could be waited for.
        const isStream = answer.headers.get('content-type') === 'text/event-stream'
        await (isStream ? answer.body?.cancel() : expectRefused(operation, answer, isHarmless))
      }
    }
  })

  test('refuses a body of 10 MB before it looks at it', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(10_000_000) })
    // A backup is as large as there is room for: this one is of somebody who may not send any.
    const isBackup = ({ path }: Operation) => path === '/sync/backup'
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      await expectRefused(operation, await send(operation, body), isBackup(operation) ? [403, 413] : [413])
    }
  })

  test('bears JSON of 100,000 levels, and names of what every object has', async () => {
    const bodies = [
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `${'{"name":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      '{"__proto__":{"name":"Eve","allDevices":true,"id":"x"},"constructor":{"prototype":{"isAdmin":1}}}',
      '{"toString":1,"hasOwnProperty":1,"valueOf":null}',
    ]
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      for (const body of bodies) await expectRefused(operation, await send(operation, body), isHarmless)
    }
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
  })

  test('has its methods and no other', async () => {
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const own = operations.filter((operation) => operation.path === path)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'BREW']) {
        if (own.some((operation) => operation.method === method)) continue
        const answer = await api.ask(await concrete(path), { method })
        expect(answer.status, `${method} ${path}`).toBe(405)
        for (const { method: known } of own) expect(answer.headers.get('allow')).toContain(known)
      }
    }
  })

  test('is of one version', async () => {
    for (const operation of operations) {
      for (const version of ['v2', 'V1', '1', 'v1, v1']) {
        await expectRefused(operation, await send(operation, {}, { 'api-version': version }), [400])
      }
    }
  })

  test('has failed at nothing of all this', () => {
    expect(api.logged()).not.toContain('request failed')
  })
})

test('a page shows the same routes to people, without any script', async () => {
  const response = await api.ask('/docs')
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(text).toContain("default-src 'none'")
  expect(text).not.toMatch(/<script|\bon\w+=|https?:\/\/(?!localhost)/i)
  for (const { id } of operations) expect(text).toContain(`id="${id}"`)
  expect((await api.ask('/docs.css')).headers.get('content-type')).toContain('text/css')
})
