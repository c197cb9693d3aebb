import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { chunkSize, decodeManifest } from '../../../src/crypto/blob.ts'
import { sha256 } from '../../../src/crypto/primitives.ts'
import { registrationStatement } from '../../../src/protocol/device-statement.ts'
import { downloadFile, uploadFile } from '../../../src/sync/files.ts'
import { createHttpTransport } from '../../../src/sync/http-transport.ts'
import { TransportError } from '../../../src/sync/ports.ts'
import { property } from '../property/support/property.ts'
import { history, live, startReplicas } from '../property/support/replicas.ts'
import { newAccount, type TestDevice } from '../sync/support/account.ts'
import { wrapsOf } from '../sync/support/site.ts'
import { createTestApi, type TestApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await createTestApi()
})
afterAll(() => api.dispose())

type SignedIn = Awaited<ReturnType<TestApi['signIn']>>

const transportOf = (person: SignedIn) =>
  createHttpTransport((path, { method, body }) =>
    person.call(path, { method, ...(body === undefined ? {} : { body }) }),
  )

const register = async (person: SignedIn, { device, sign }: TestDevice): Promise<void> => {
  const publicKey = toBase64url(device.signKey)
  const signature = toBase64url(await sign(utf8(registrationStatement(publicKey, person.jkt))))
  expect((await person.call('/devices', { method: 'POST', body: { publicKey, signature } })).status).toBe(201)
}

/** An account on the real server, with so many devices, each with a session of its own. */
const startAccount = async (count: number) => {
  const account = await newAccount()
  const devices = [account.first]
  for (let at = 1; at < count; at += 1) devices.push(await account.add(`Device ${at}`))
  const { accountId } = await api.person()
  const people: SignedIn[] = []
  for (const device of devices) {
    const person = await api.signIn(accountId)
    await register(person, device)
    people.push(person)
  }
  const transports = people.map(transportOf)
  const [first] = transports
  if (first === undefined) throw new Error('There is a device.')
  const wraps = await wrapsOf(account)
  for (const [at, entry] of account.entries.entries()) {
    await first.addToLog(entry, at === account.entries.length - 1 ? wraps : [])
  }
  return { account, devices, people, transport: (at: number) => transports[at] ?? first }
}

property(
  'replicas on the real server, with calls lost and doubled and workers killed, end alike, with every letter',
  [fc.integer({ min: 2, max: 5 }), history],
  async (count, steps) => {
    const { devices, transport } = await startAccount(count)
    await live(startReplicas(devices, transport), steps)
  },
  { oneIn: 30, atLeast: 200, number: 80 },
)

test('case 32: an upload that is cut after any part of it goes on there, and no part goes twice', async () => {
  const { account, transport } = await startAccount(1)
  const keyring = await account.keyring()
  const whole = transport(0)
  const size = 3.5 * chunkSize
  const bytes = new Uint8Array(size).map((_, at) => (at * 7) % 251)
  for (const after of [0, 1, 2, 3]) {
    const name = `file/${after}`
    const source = { name, size, about: utf8('{}'), read: async (from: number, to: number) => bytes.slice(from, to) }
    let puts = 0
    const counted = (most: number) => ({
      ...whole,
      putChunk: async (...given: Parameters<typeof whole.putChunk>) => {
        if (puts === most) throw new TransportError({ type: 'unavailable' })
        puts += 1
        return whole.putChunk(...given)
      },
    })
    await expect(uploadFile(counted(after), keyring, 1, source)).rejects.toThrow(TransportError)
    expect(puts).toBe(after)
    const manifest = decodeManifest(await uploadFile(counted(Number.POSITIVE_INFINITY), keyring, 1, source))
    expect(puts).toBe(4)
    const parts: Uint8Array[] = []
    for await (const part of downloadFile(whole, keyring, name, manifest)) parts.push(part)
    expect(await sha256(...parts)).toEqual(await sha256(bytes))
  }
})

test('a file goes up and comes down through the server', async () => {
  const { account, transport } = await startAccount(1)
  const item = account.first.id
  const bytes = crypto.getRandomValues(new Uint8Array(2000))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const { chunks, putChunk, getChunk } = transport(0)
  expect(await chunks(item)).toEqual([])
  await putChunk(item, hash, bytes)
  expect(await chunks(item)).toEqual([hash])
  expect(await getChunk(item, hash)).toEqual(bytes)
})
