import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { newWords, readWords, writeWords } from '../../../server/pairing/words.ts'
import { pairingStatement } from '../../../src/protocol/device-statement.ts'
import { createClient, signedIn } from './support/client.ts'
import { newDeviceKey, signed } from './support/device.ts'
import { startTestServer } from './support/running-server.ts'
import { createTestApi, type TestApi, type TestPerson } from './support/test-api.ts'

let api: TestApi
let serverKey: string
beforeAll(async () => {
  api = await createTestApi()
  serverKey = api.secrets.identityKey.x
})
afterAll(() => api.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const random = () => randomBytes(32).toString('base64url')
const post = (path: string, body: unknown, address: string = randomUUID()) =>
  api.ask(path, { method: 'POST', body, address })
const jsonOf = async (response: Promise<Response>) => (await response).json()
const codeOf = async (response: Promise<Response>) => (await jsonOf(response)).error.code

const begin = async (person: TestPerson): Promise<{ id: string; words: string; expiresAt: string }> =>
  jsonOf(person.call('/pairings', { method: 'POST' }))

const newDevice = () => {
  const { key, publicKey } = newDeviceKey()
  const about = { clientId: 'web', name: 'New one', platform: 'macOS', publicKey }
  return { key, publicKey, redemption: { ...about, exchangeKey: random(), commitment: random() } }
}

const redeem = (lookUp: string, device = newDevice(), address: string = randomUUID()) =>
  post('/pairings/redeem', { lookUp, ...device.redemption }, address)

/** A pairing as far as the old device can approve it. */
const opened = async (person: TestPerson) => {
  const { id, words } = await begin(person)
  const device = newDevice()
  const { ticket } = await jsonOf(redeem(words, device))
  await person.call(`/pairings/${id}/answer`, { method: 'POST', body: { key: random(), nonce: random() } })
  await post('/pairings/open', { ticket, opening: random() })
  return { id, words, ticket, device }
}
const approve = (person: TestPerson, id: string, body: unknown = {}) =>
  person.call(`/pairings/${id}/approve`, { method: 'POST', body })

describe('the words', () => {
  test('are two short words and a number, and are read however they are written', () => {
    for (let time = 0; time < 200; time += 1) {
      const made = newWords()
      const text = writeWords(made)
      expect(text).toMatch(/^[A-Z]{3,5}-[A-Z]{3,5}-\d\d$/)
      for (const written of [text, text.toLowerCase(), ` ${text.replaceAll('-', ' ')} `]) {
        expect(readWords(written)).toEqual(made)
      }
    }
    for (const none of ['', 'SWIFT', 'SWIFT-EAGLE', 'SWIFT-EAGLE-4', 'SWIFT-EAGLE-421', '1-2-42', 'SWIFT EAGLE 42 !']) {
      expect(readWords(none)).toBeUndefined()
    }
  })
})

describe('a pairing', () => {
  test('brings a device in: words, keys before the numbers, consent, and a session for the key', async () => {
    const person = await api.person()
    const { id, words, expiresAt } = await begin(person)
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(290_000)
    expect(await jsonOf(person.call(`/pairings/${id}`))).toMatchObject({ stage: 'waiting', device: null })
    const device = newDevice()
    const { ticket } = await jsonOf(redeem(words, device))
    const seen = await jsonOf(person.call(`/pairings/${id}`))
    expect(seen).toMatchObject({
      stage: 'redeemed',
      device: { name: 'New one', platform: 'macOS', publicKey: device.publicKey },
      commitment: device.redemption.commitment,
      opening: null,
    })
    const answer = { key: random(), nonce: random() }
    await person.call(`/pairings/${id}/answer`, { method: 'POST', body: answer })
    const answered = await jsonOf(api.ask(`/pairings/${ticket}`))
    expect(answered).toMatchObject({ stage: 'answered', answerKey: answer.key, answerNonce: answer.nonce })
    const opening = random()
    expect(await jsonOf(post('/pairings/open', { ticket, opening }))).toMatchObject({ stage: 'opened' })
    expect(await jsonOf(person.call(`/pairings/${id}`))).toMatchObject({ opening })
    expect((await approve(person, id, { wrappedKey: 'sealed', logEntry: 'entry' })).status).toBe(200)
    const jkt = random()
    const signature = signed(device.key, pairingStatement(id, serverKey, jkt))
    const finished = await jsonOf(post('/pairings/finish', { ticket, jkt, signature }))
    expect(finished).toMatchObject({ wrappedKey: 'sealed', logEntry: 'entry', refreshToken: expect.any(String) })
    const { devices } = await jsonOf(person.call('/devices'))
    expect(devices).toMatchObject([{ id: finished.deviceId, name: 'New one', platform: 'macOS', isThis: false }])
    const { events } = await jsonOf(person.call('/user/events'))
    const types = events.map(({ type }: { type: string }) => type)
    for (const type of ['pairing.created', 'pairing.redeemed', 'pairing.approved', 'device.added']) {
      expect(types).toContain(type)
    }
  })

  test('is found by its id too, as a QR code has it', async () => {
    const { id } = await begin(await api.person())
    expect((await redeem(id)).status).toBe(201)
  })

  test('is begun after a recent sign-in alone', async () => {
    const person = await api.person()
    pass(5 * 60_000 + 1)
    expect(await codeOf(person.call('/pairings', { method: 'POST' }))).toBe('recent_sign_in_required')
  })

  test('keeps its order: no key before the commitment, no opening before the answer, no consent before both', async () => {
    const person = await api.person()
    const { id, words } = await begin(person)
    const answer = { method: 'POST', body: { key: random(), nonce: random() } }
    const outOfStep = async (response: Promise<Response>) => expect(await codeOf(response)).toBe('pairing_out_of_step')
    await outOfStep(person.call(`/pairings/${id}/answer`, answer))
    await outOfStep(approve(person, id))
    const device = newDevice()
    const { ticket } = await jsonOf(redeem(words, device))
    await outOfStep(post('/pairings/open', { ticket, opening: random() }))
    await outOfStep(approve(person, id))
    await person.call(`/pairings/${id}/answer`, answer)
    await outOfStep(person.call(`/pairings/${id}/answer`, answer))
    await outOfStep(approve(person, id))
    const jkt = random()
    const signature = signed(device.key, pairingStatement(id, serverKey, jkt))
    await outOfStep(post('/pairings/finish', { ticket, jkt, signature }))
  })

  test('is approved by its own account alone', async () => {
    const person = await api.person()
    const { id } = await opened(person)
    const eve = await api.person()
    expect((await approve(eve, id)).status).toBe(404)
    expect((await eve.call(`/pairings/${id}`)).status).toBe(404)
    expect((await api.ask(`/pairings/${id}`)).status).toBe(404)
    expect((await approve(person, id)).status).toBe(200)
  })

  test('gives its session to the key that was shown, and for one DPoP key', async () => {
    const person = await api.person()
    const { id, ticket, device } = await opened(person)
    await approve(person, id)
    const jkt = random()
    const wrong = [
      signed(newDeviceKey().key, pairingStatement(id, serverKey, jkt)),
      signed(device.key, pairingStatement(id, serverKey, random())),
      signed(device.key, pairingStatement(id, random(), jkt)),
      signed(device.key, pairingStatement(random(), serverKey, jkt)),
    ]
    for (const signature of wrong) {
      expect(await codeOf(post('/pairings/finish', { ticket, jkt, signature }))).toBe('pairing_out_of_step')
    }
    const signature = signed(device.key, pairingStatement(id, serverKey, jkt))
    expect((await post('/pairings/finish', { ticket, jkt, signature })).status).toBe(200)
  })

  test('that was called off is over for both', async () => {
    const person = await api.person()
    const { id, ticket } = await opened(person)
    expect((await person.call(`/pairings/${id}`, { method: 'DELETE' })).status).toBe(200)
    expect(await codeOf(approve(person, id))).toBe('pairing_out_of_step')
    expect(await jsonOf(api.ask(`/pairings/${ticket}`))).toMatchObject({ stage: 'burned' })
  })
})

describe('case 77', () => {
  test('replay: words and consent are good once, and what is asked for again is one device and one session', async () => {
    const person = await api.person()
    const { id, words, ticket, device } = await opened(person)
    expect((await redeem(words)).status).toBe(404)
    expect((await redeem(id)).status).toBe(404)
    expect((await approve(person, id)).status).toBe(200)
    expect((await approve(person, id)).status).toBe(409)
    const jkt = random()
    const finish = { ticket, jkt, signature: signed(device.key, pairingStatement(id, serverKey, jkt)) }
    const both = await Promise.all([post('/pairings/finish', finish), post('/pairings/finish', finish)])
    for (const { status } of both) expect([200, 409]).toContain(status)
    expect((await post('/pairings/finish', finish)).status).toBe(200)
    const { devices } = await jsonOf(person.call('/devices'))
    expect(devices.map(({ id: one }: { id: string }) => one)).toEqual([id])
    const { sessions } = await jsonOf(person.call('/user/sessions'))
    expect(sessions.filter(({ revokedAt }: { revokedAt: string | null }) => revokedAt === null)).toHaveLength(2)
    const thief = signed(newDeviceKey().key, pairingStatement(id, serverKey, jkt))
    expect((await post('/pairings/finish', { ...finish, signature: thief })).status).toBe(409)
  })

  test('a device that was removed meanwhile gets nothing by asking again', async () => {
    const person = await api.person()
    const { id, ticket, device } = await opened(person)
    await approve(person, id)
    const jkt = random()
    const finish = { ticket, jkt, signature: signed(device.key, pairingStatement(id, serverKey, jkt)) }
    expect((await post('/pairings/finish', finish)).status).toBe(200)
    await person.call(`/devices/${id}`, { method: 'DELETE' })
    expect((await post('/pairings/finish', finish)).status).toBe(409)
    pass(300_001)
    expect((await post('/pairings/finish', finish)).status).toBe(404)
  })

  test('a server that ends between the last step and its device goes on with it', async () => {
    const person = await api.person()
    const { id, ticket, device } = await opened(person)
    await approve(person, id)
    await api.store.pairings.advance(id, 'approved', 'finished')
    const jkt = random()
    const signature = signed(device.key, pairingStatement(id, serverKey, jkt))
    expect((await post('/pairings/finish', { ticket, jkt, signature })).status).toBe(200)
    expect((await jsonOf(person.call('/devices'))).devices).toMatchObject([{ id, name: 'New one' }])
  })

  test('two new devices at once: one is taken', async () => {
    const { words } = await begin(await api.person())
    const both = await Promise.all([redeem(words), redeem(words)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 404])
  })

  test('the fifth wrong number burns it: the right one comes too late, wherever the guesses came from', async () => {
    const person = await api.person()
    const { id, words } = await begin(person)
    const stem = words.slice(0, -2)
    const wrong = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))
      .filter((number) => !words.endsWith(number))
      .slice(0, 5)
    for (const number of wrong) expect((await redeem(stem + number)).status).toBe(404)
    expect((await redeem(words)).status).toBe(404)
    expect(await jsonOf(person.call(`/pairings/${id}`))).toMatchObject({ stage: 'burned' })
    const { events } = await jsonOf(person.call('/user/events'))
    expect(events.map(({ type }: { type: string }) => type)).toContain('pairing.burned')
  })

  test('the sixth guess from one address waits', async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 6; guess += 1) {
      statuses.push((await redeem(writeWords(newWords()), newDevice(), '198.51.100.66')).status)
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429])
  })

  test('at 5:01 it is over, at every step', async () => {
    const person = await api.person()
    const early = await begin(person)
    const late = await opened(person)
    const approved = await opened(person)
    await approve(person, approved.id)
    pass(300_000 + 1000)
    expect((await redeem(early.words)).status).toBe(404)
    expect((await approve(person, late.id)).status).toBe(404)
    const jkt = random()
    const signature = signed(approved.device.key, pairingStatement(approved.id, serverKey, jkt))
    expect((await post('/pairings/finish', { ticket: approved.ticket, jkt, signature })).status).toBe(404)
  })
})

test('what a pairing gave is refreshed and used as any other session, and ended with its device', async () => {
  const server = await startTestServer()
  const { client: old, tokens } = await signedIn(server)
  const send = (path: string, body: unknown = {}) =>
    old.call(tokens.access, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const open = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(`${server.appUrl}/api/v1${path}`, init)).json()
  }
  const { identityKey } = await (await fetch(`${server.appUrl}/api/v1/server`)).json()
  const { id, words } = await (await send('/pairings')).json()
  const device = newDevice()
  const { ticket } = await open('/pairings/redeem', { lookUp: words, ...device.redemption })
  await send(`/pairings/${id}/answer`, { key: random(), nonce: random() })
  await open('/pairings/open', { ticket, opening: random() })
  await send(`/pairings/${id}/approve`)
  const fresh = await createClient(server)
  const jkt = await fresh.handle.calculateThumbprint()
  const signature = signed(device.key, pairingStatement(id, identityKey.x, jkt))
  const { refreshToken, deviceId } = await open('/pairings/finish', { ticket, jkt, signature })
  const next = await fresh.refresh(refreshToken)
  expect(await (await fresh.call(next.access, '/auth/status')).json()).toMatchObject({ device: { id: deviceId } })
  await old.call(tokens.access, `/devices/${deviceId}`, { method: 'DELETE' })
  await expect(fresh.refresh(next.refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
  await server.dispose()
})

describe('the progress of a pairing as events', () => {
  const events = { headers: { accept: 'text/event-stream' } }

  /** Reads events one by one; undefined at the end. */
  const reader = (response: Response) => {
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    const next = async (): Promise<Record<string, unknown> | undefined> => {
      const data = /^data: (.*)\n\n/m.exec(rest)
      if (data !== null) {
        rest = rest.slice(data.index + data[0].length)
        return JSON.parse(data[1] ?? '')
      }
      const read = await stream?.read()
      if (read === undefined || read.done) return undefined
      rest += read.value
      return next()
    }
    return { next, cancel: async () => stream?.cancel() }
  }

  test('tells both devices each step as it is made, and ends with the last', async () => {
    const person = await api.person()
    const { id, words } = await begin(person)
    const old = reader(await person.call(`/pairings/${id}`, events))
    expect(await old.next()).toMatchObject({ stage: 'waiting' })
    const { ticket } = await jsonOf(redeem(words))
    const fresh = reader(await api.ask(`/pairings/${ticket}`, events))
    expect(await old.next()).toMatchObject({ stage: 'redeemed', device: { name: 'New one' } })
    expect(await fresh.next()).toMatchObject({ stage: 'redeemed' })
    await person.call(`/pairings/${id}`, { method: 'DELETE' })
    expect(await old.next()).toMatchObject({ stage: 'burned' })
    expect(await fresh.next()).toMatchObject({ stage: 'burned' })
    expect(await old.next()).toBeUndefined()
    expect(await fresh.next()).toBeUndefined()
  })

  test('ends with the session that listens, and with the five minutes', async () => {
    const person = await api.person()
    const { id } = await begin(person)
    const ending = reader(await person.call(`/pairings/${id}`, events))
    const other = await api.signIn(person.accountId)
    const late = reader(await other.call(`/pairings/${id}`, events))
    expect(await ending.next()).toMatchObject({ stage: 'waiting' })
    expect(await late.next()).toMatchObject({ stage: 'waiting' })
    await api.store.sessions.signOut(person.sessionId)
    expect(await ending.next()).toBeUndefined()
    pass(300_001)
    expect(await late.next()).toBeUndefined()
  })

  test('looks no more where nobody listens, and is plain JSON or an error as before for everybody else', async () => {
    const person = await api.person()
    const { id } = await begin(person)
    const one = reader(await person.call(`/pairings/${id}`, events))
    await one.next()
    const find = vi.spyOn(api.store.pairings, 'find')
    await one.cancel()
    const plain = await person.call(`/pairings/${id}`, { headers: { accept: 'application/json, */*' } })
    expect(plain.headers.get('content-type')).toMatch(/^application\/json/)
    const calls = find.mock.calls.length
    const nothing = await api.ask(`/pairings/${random()}`, events)
    expect(nothing.status).toBe(404)
    expect(nothing.headers.get('content-type')).toMatch(/^application\/json/)
    const second = reader(await person.call(`/pairings/${id}`, events))
    await second.next()
    await person.call(`/pairings/${id}`, { method: 'DELETE' })
    expect(await second.next()).toMatchObject({ stage: 'burned' })
    // The look of the first one would have come by now.
    expect(find.mock.calls.length - calls).toBeLessThanOrEqual(3)
    find.mockRestore()
  })
})
