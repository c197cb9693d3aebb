import * as v from 'valibot'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { registrationStatement, renewalStatement } from '../protocol/device-statement.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { Keeper } from './keeper.ts'
import type { Wire } from './oidc/wire.ts'
import type { Records } from './records.ts'
import type { Vault } from './vault.ts'

/** What the key of a device is good for once the refresh token is no more. */
export type Renewal =
  | { readonly kind: 'renewed'; readonly refresh: Secret }
  /** Somebody has taken this device off the account; when, where the server says so. */
  | { readonly kind: 'removed'; readonly at: number | undefined }
  /** There is no such device, or its session was ended for everyone. */
  | { readonly kind: 'refused' }

/** This browser as a device of the account: its Ed25519 key, which the vault keeps and the server knows (D5, D6). */
export type Device = {
  /** Tells the server the key, where it does not know it yet of this session. Never rejects. */
  ensure(): Promise<void>
  /** A refresh token by challenge and response. Rejects with PROVIDER_UNAVAILABLE where no answer came. */
  renew(wire: Wire): Promise<Renewal>
}

export type DeviceDeps = {
  readonly vault: Vault
  readonly clock: Clock
  /** A request of the worker's own, with the credentials of the session. */
  readonly ask: (url: URL, init: RequestInit) => Promise<Response>
}

/** Between tries where the server did not take the key. */
const pause = 60_000

const registeredSchema = v.object({ device: v.object({ id: v.string() }), serverKey: v.string() })
const challengeSchema = v.object({ challenge: v.string(), time: v.number() })
const renewedSchema = v.object({ refreshToken: v.string() })
const errorSchema = v.object({
  error: v.object({ code: v.string(), details: v.optional(v.object({ removedAt: v.optional(v.string()) })) }),
})

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const readAs = async <T>(response: Response, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> => {
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined))
  return parsed.success ? parsed.output : undefined
}

/** For providers without devices. */
export const noDevice: Device = { ensure: async () => undefined, renew: async () => ({ kind: 'refused' }) }

/** `base`: the address of the API that keeps the devices. */
export const createDevice = ({ vault, clock, ask }: DeviceDeps, keeper: Keeper, base: string): Device => {
  const provider = keeper.provider.id
  let known: string | undefined
  /** The last try: for which session, and when. */
  let tried = { jkt: '', at: 0 }
  let running: Promise<void> | undefined

  const address = (path: string) => new URL(base + path)
  const store = (value: Records['device'] | undefined) => vault.commit([{ kind: 'device', provider, value }])
  const read = async (): Promise<Records['device'] | undefined> => {
    const found = await vault.read('device', provider)
    return found.at === 'here' ? found.value : undefined
  }
  const make = async (): Promise<Records['device']> => ({
    key: await vault.createDeviceKey(),
    exchange: null,
    logs: [],
    sealed: [],
    registered: null,
  })

  const register = async (record: Records['device'], jkt: string): Promise<'taken' | 'used' | 'later'> => {
    const publicKey = vault.publicKeyOf(record.key)
    const signature = await vault.signAsDevice(record.key, registrationStatement(publicKey, jkt))
    const response = await ask(address('/devices'), post({ publicKey, signature }))
    if (response.status === 409) {
      const refusal = await readAs(response, errorSchema)
      return refusal?.error.code === 'key_in_use' ? 'used' : 'later'
    }
    const answer = response.status === 201 ? await readAs(response, registeredSchema) : undefined
    // Signed out meanwhile: nothing is left here that the key could be for.
    if (answer === undefined || keeper.live() === undefined) return 'later'
    const registered = { id: answer.device.id, serverKey: answer.serverKey, jkt }
    await vault.reviseDevice(provider, (now) => ({ ...now, registered }))
    known = jkt
    return 'taken'
  }

  const run = async (jkt: string): Promise<void> => {
    const found = await read()
    if (found?.registered?.jkt === jkt) {
      known = jkt
      return
    }
    const record = found ?? (await make())
    // Before it is told: a worker that is killed here comes again with the same key.
    if (found === undefined) await store(record)
    if ((await register(record, jkt)) !== 'used') return
    const another = await make()
    await store(another)
    await register(another, jkt)
  }

  /** The answer to a question without credentials; undefined where the server refuses it for good. */
  const question = async <T>(wire: Wire, path: string, body: unknown, schema: v.GenericSchema<unknown, T>) => {
    const response = await wire.fetch(address(path).href, post(body))
    if (response.status >= 500 || response.status === 429) throw new HoldfastError('PROVIDER_UNAVAILABLE')
    if (response.ok) return { answer: await readAs(response, schema), code: undefined, removedAt: undefined }
    const error = (await readAs(response, errorSchema))?.error
    const at = Date.parse(error?.details?.removedAt ?? '')
    return { answer: undefined, code: error?.code, removedAt: Number.isNaN(at) ? undefined : at }
  }

  return {
    async ensure() {
      const jkt = await keeper.proofs()?.thumbprint()
      if (keeper.live() === undefined || jkt === undefined || known === jkt) return
      if (running !== undefined) return running
      if (tried.jkt === jkt && clock() - tried.at < pause) return
      tried = { jkt, at: clock() }
      running = run(jkt)
        .catch(() => undefined)
        .finally(() => {
          running = undefined
        })
      return running
    },

    async renew(wire) {
      const record = await read()
      const jkt = await keeper.proofs()?.thumbprint()
      if (record === undefined || record.registered === null || jkt === undefined) return { kind: 'refused' }
      const { id: deviceId, serverKey } = record.registered
      const asked = await question(wire, '/auth/challenge', { deviceId }, challengeSchema)
      if (asked.code === 'device_removed') {
        await store(undefined)
        return { kind: 'removed', at: asked.removedAt }
      }
      if (asked.answer === undefined) return { kind: 'refused' }
      const { challenge, time } = asked.answer
      const statement = renewalStatement({ challenge, deviceId, serverKey, jkt, time })
      const signature = await vault.signAsDevice(record.key, statement)
      const { answer } = await question(wire, '/auth/verify', { deviceId, challenge, signature, jkt }, renewedSchema)
      return answer === undefined ? { kind: 'refused' } : { kind: 'renewed', refresh: new Secret(answer.refreshToken) }
    },
  }
}
