import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/base/bytes.ts'
import { Secret } from '../../../src/base/secret.ts'
import { HoldfastError } from '../../../src/protocol/errors.ts'
import type { PairingState } from '../../../src/protocol/messages.ts'
import { createDeviceApi } from '../../../src/sw/device-api.ts'
import type { Keeper } from '../../../src/sw/keeper.ts'
import type { Wire } from '../../../src/sw/oidc/wire.ts'
import { createPairing, type Pairing } from '../../../src/sw/pairing.ts'
import { createMemoryStore, type Store } from '../../../src/sw/store.ts'
import { openVault } from '../../../src/sw/vault.ts'
import { createTestApi, type TestApi, type TestPerson } from '../server/support/test-api.ts'

let api: TestApi
let person: TestPerson
beforeAll(async () => {
  api = await createTestApi()
})
afterAll(() => api.dispose())

const base = 'http://localhost:8787/api/v1'
const code = (thrown: unknown) => (thrown instanceof HoldfastError ? thrown.code : thrown)

/** The number of a request whose reply is lost, counted over both devices; none where it is undefined. */
type Losing = { left: number | undefined }

/** Requests arrive at the real API; the answer to one of them does not come back. */
const losing = (losses: Losing, send: (url: string, init: RequestInit) => Promise<Response>) => {
  return async (url: string | URL, init: RequestInit): Promise<Response> => {
    const response = await send(String(url).slice(base.length), init)
    if (losses.left === undefined) return response
    losses.left -= 1
    if (losses.left !== 0) return response
    losses.left = undefined
    throw new TypeError('The network is gone.')
  }
}

const toSent = ({ method, body }: RequestInit) => ({
  method: method ?? 'GET',
  address: randomUUID(),
  ...(body === null || body === undefined
    ? {}
    : { body: String(body), headers: { 'content-type': 'application/json' } }),
})

type Place = { readonly store: Store; readonly signedIn: boolean }

/** A worker that has just been started on what is stored. */
const start = async ({ store, signedIn }: Place, losses: Losing): Promise<Pairing> => {
  const vault = await openVault(store, new Secret(utf8('share')), 'isolated')
  const ask = losing(losses, (path, init) => person.call(path, toSent(init)))
  const open = losing(losses, (path, init) => api.ask(path, toSent(init)))
  const wire = { fetch: open } as Partial<Wire> as Wire
  const keeper = {
    provider: { id: 'main', clientId: 'web' },
    live: () => (signedIn ? {} : undefined),
  } as Partial<Keeper> as Keeper
  return createPairing({
    vault,
    clock: () => Date.now(),
    api: createDeviceApi(base, wire, ask),
    keeper,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    finish: async () => ({ stage: 'done', side: 'new' }),
    admit: async () => null,
  })
}

const devices = () => ({
  old: { store: createMemoryStore(), signedIn: true },
  fresh: { store: createMemoryStore(), signedIn: false },
})

/** Each look is a worker of its own. A question that failed for the network is simply asked again. */
const look = async (place: Place, losses: Losing): Promise<PairingState | undefined> => {
  try {
    return await (await start(place, losses)).look()
  } catch (thrown) {
    if (code(thrown) === 'PROVIDER_UNAVAILABLE') return undefined
    throw thrown
  }
}

/** From the offer to the end, as two people would do it. */
const pairAll = async (losses: Losing, byCode: boolean) => {
  const { old, fresh } = devices()
  const offered = await (await start(old, losses)).offer()
  if (offered.stage !== 'offered') throw new Error('Nothing is offered.')
  await (await start(fresh, losses)).join(byCode ? offered.qr : offered.words)
  const numbers: Record<string, unknown> = {}
  for (let turn = 0; turn < 12; turn += 1) {
    const one = await look(old, losses)
    if (one?.stage === 'comparing') {
      numbers.old = one.numbers
      // A person says yes when both show their numbers.
      if (numbers.new !== undefined) await (await start(old, losses)).approve().catch(() => undefined)
    }
    const other = await look(fresh, losses)
    if (other?.stage === 'comparing') numbers.new = other.numbers
    if (other?.stage === 'done') return numbers
    if (other?.stage === 'ended' || one?.stage === 'ended') return { one, other }
  }
  return { never: true }
}

describe('the pairing of a worker', () => {
  beforeAll(async () => {
    person = await api.person()
  })

  test.each([false, true])('comes to its end though every step is another worker (by QR code: %s)', async (byCode) => {
    const numbers = await pairAll({ left: undefined }, byCode)
    expect(numbers).toEqual({ old: expect.any(Array), new: expect.any(Array) })
    expect(numbers).toMatchObject({ old: Reflect.get(numbers, 'new') })
  })

  test('comes to its end whichever reply is lost after it has begun', async () => {
    // Four requests begin it: each device asks for the server's key, one offers and one redeems.
    for (let lost = 5; lost <= 16; lost += 1) {
      person = await api.person()
      const numbers = await pairAll({ left: lost }, true)
      expect([lost, numbers]).toEqual([lost, { old: expect.any(Array), new: expect.any(Array) }])
    }
  })

  test('tells what is no code, of another server, unknown or used, and lets nobody do what is not theirs', async () => {
    person = await api.person()
    const { old, fresh } = devices()
    const losses = { left: undefined }
    const joining = await start(fresh, losses)
    const refusal = (text: string) => joining.join(text).catch(code)
    expect(await refusal('')).toBe('PAIRING_CODE_INVALID')
    expect(await refusal('holdfast:pair?v=1')).toBe('PAIRING_CODE_INVALID')
    expect(await refusal('ABLE-ZOO-00')).toBe('PAIRING_UNKNOWN')
    const offered = await (await start(old, losses)).offer()
    const qr = offered.stage === 'offered' ? offered.qr : ''
    expect(await refusal(qr.replace('localhost', 'other.localhost'))).toBe('PAIRING_OTHER_SERVER')
    expect(await (await start(old, losses)).join('ABLE-ZOO-00').catch(code)).toBe('SIGNED_IN_ALREADY')
    expect(await (await start(fresh, losses)).offer().catch(code)).toBe('SESSION_EXPIRED')
    expect(await (await start(old, losses)).approve().catch(code)).toBe('PAIRING_OUT_OF_STEP')
    expect(await (await start(old, losses)).cancel()).toEqual({ stage: 'none' })
    expect(await refusal(qr)).toBe('PAIRING_USED')
  })

  test('that either side calls off is over for the other one', async () => {
    for (const quitter of ['old', 'fresh'] as const) {
      person = await api.person()
      const places = devices()
      const losses = { left: undefined }
      const offered = await (await start(places.old, losses)).offer()
      await (await start(places.fresh, losses)).join(offered.stage === 'offered' ? offered.words : '')
      await look(places.old, losses)
      await (await start(places[quitter], losses)).cancel()
      const left = quitter === 'old' ? places.fresh : places.old
      expect(await look(left, losses)).toMatchObject({
        stage: 'ended',
        reason: quitter === 'old' ? 'refused' : 'left',
      })
      expect(await look(left, losses)).toEqual({ stage: 'none' })
    }
  })

  test('keeps nothing readable at rest', async () => {
    person = await api.person()
    const { old } = devices()
    const offered = await (await start(old, { left: undefined })).offer()
    const stored = await old.store.read('records', 'pairing/main')
    const text = Buffer.from(stored as Uint8Array).toString('latin1')
    expect(offered).toMatchObject({ stage: 'offered' })
    expect(text).not.toContain(offered.stage === 'offered' ? offered.words : '')
    expect(text).not.toContain('secret')
  })
})
