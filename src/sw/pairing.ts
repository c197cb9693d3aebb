import * as v from 'valibot'
import type { Clock } from '../base/clock.ts'
import { describeDevice } from '../base/device-name.ts'
import { commitmentOf, keyHash, newNonce } from '../crypto/pairing.ts'
import { joinedState, type NewPairing, stepNew } from '../pairing/new-device.ts'
import { type OldAct, type OldPairing, offeredState, stepOld } from '../pairing/old-device.ts'
import { offeredSchema, redeemedSchema, serverSchema, toldSchema } from '../pairing/told.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { PairingState } from '../protocol/messages.ts'
import { looksLikeWords, readCode, writePairingCode } from '../protocol/pairing-code.ts'
import type { DeviceApi } from './device-api.ts'
import type { Keeper } from './keeper.ts'
import type { FinishPairing } from './pairing-session.ts'
import type { Records } from './records.ts'
import type { SyncPart } from './sync-part.ts'
import type { Vault } from './vault.ts'

/** The pairing of this browser: it lets another device in, or wants in itself. */
export type Pairing = {
  /** Takes the next step, and says how far it is. What page or worker was killed meanwhile makes no difference. */
  look(): Promise<PairingState>
  offer(): Promise<PairingState>
  join(code: string): Promise<PairingState>
  approve(): Promise<PairingState>
  cancel(): Promise<PairingState>
}

export type PairingDeps = {
  readonly vault: Vault
  readonly clock: Clock
  readonly api: DeviceApi
  readonly keeper: Keeper
  readonly userAgent: string
  readonly finish: FinishPairing
  /** What comes before the yes to a device is told: it gets the keys of sync, where there are any. */
  readonly admit: SyncPart['admit']
}

/** As long as the server lets one live, in milliseconds. */
const life = 300_000

const anything = v.unknown()

const codeOf = (thrown: unknown) => (thrown instanceof HoldfastError ? thrown.code : undefined)

/** One at a time, in the order of the calls. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

export const createPairing = ({ vault, clock, api, keeper, userAgent, finish, admit }: PairingDeps): Pairing => {
  const provider = keeper.provider.id
  const alone = createTurns()
  /** How the last one ended, for the page that was looking. */
  let outcome: PairingState = { stage: 'none' }

  const read = async (): Promise<Records['pairing'] | undefined> => {
    const found = await vault.read('pairing', provider)
    return found.at === 'here' ? found.value : undefined
  }
  const store = (value: Records['pairing'] | undefined) => vault.commit([{ kind: 'pairing', provider, value }])
  const end = async (state: PairingState): Promise<PairingState> => {
    await store(undefined)
    outcome = state
    return state
  }

  /** Keys that this browser cannot make: nothing can be paired here. */
  const keys = async <T>(make: Promise<T>): Promise<T> =>
    make.catch((cause: unknown) => {
      throw new HoldfastError('DEVICES_UNAVAILABLE', { cause })
    })

  const serverKey = async (): Promise<string> => {
    const device = await vault.read('device', provider)
    const known = device.at === 'here' ? device.value.registered?.serverKey : undefined
    return known ?? (await api.open('GET', '/server', serverSchema)).identityKey.x
  }

  /** Where the server cannot be told, the pairing ends by itself: nobody has said yes. */
  const callOff = async (own: OldPairing | NewPairing): Promise<void> => {
    const asked =
      own.side === 'old'
        ? api.signed('DELETE', `/pairings/${own.id}`, anything)
        : api.open('DELETE', `/pairings/${own.ticket}`, anything)
    await asked.catch(() => undefined)
  }

  const cancel = async (): Promise<PairingState> => {
    const record = await read()
    if (record !== undefined) await callOff(record.own)
    return end({ stage: 'none' })
  }

  const told = (own: OldPairing | NewPairing) =>
    own.side === 'old'
      ? api.signed('GET', `/pairings/${own.id}`, toldSchema)
      : api.open('GET', `/pairings/${own.ticket}`, toldSchema)

  /** A step that was taken before, by a worker that was killed then, is not taken twice. */
  const once = async (step: Promise<unknown>): Promise<void> => {
    await step.catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'PAIRING_OUT_OF_STEP') throw thrown
    })
  }

  const bodyOf = async (exchange: Records['pairing']['exchange'], act: Exclude<OldAct, { type: 'call-off' }>) => {
    if (act.type === 'answer') return { key: act.key, nonce: act.nonce }
    const { transcript, proof } = act
    return { proof, logEntry: await admit(transcript.device, await vault.unwrapExchangeKey(exchange), transcript) }
  }
  const actAsOld = async (
    { exchange }: Records['pairing'],
    own: OldPairing,
    act: OldAct | undefined,
  ): Promise<void> => {
    if (act === undefined) return
    if (act.type === 'call-off') return callOff(own)
    await once(api.signed('POST', `/pairings/${own.id}/${act.type}`, anything, await bodyOf(exchange, act)))
  }

  const lookAsOld = async (record: Records['pairing'], own: OldPairing): Promise<PairingState> => {
    const { next, act, state } = await stepOld(own, await told(own), clock())
    if (next === undefined) {
      await actAsOld(record, own, act)
      return end(state)
    }
    await store({ ...record, own: next })
    await actAsOld(record, next, act)
    return state
  }

  const fetchSession = async (record: Records['pairing'], own: NewPairing): Promise<PairingState> => {
    try {
      return await end(await finish(record, own))
    } catch (thrown) {
      // A server that does not answer is asked again; what it refuses is not to be had any more.
      if (codeOf(thrown) === 'PROVIDER_UNAVAILABLE') throw thrown
      return end({ stage: 'ended', side: 'new', reason: 'interrupted' })
    }
  }

  const lookAsNew = async (record: Records['pairing'], own: NewPairing): Promise<PairingState> => {
    if (record.finished !== null) return fetchSession(record, own)
    const { next, act, state } = await stepNew(own, await told(own))
    if (next === undefined) {
      if (act?.type === 'call-off') await callOff(own)
      return end(state)
    }
    await store({ ...record, own: next })
    if (act?.type === 'open') {
      const { opening, proof } = act
      await once(api.open('POST', '/pairings/open', anything, { ticket: own.ticket, opening, proof }))
    }
    return act?.type === 'finish' ? fetchSession({ ...record, own: next }, next) : state
  }

  const look = async (): Promise<PairingState> => {
    const record = await read()
    if (record === undefined) return outcome
    const { own } = record
    try {
      return await (own.side === 'old' ? lookAsOld(record, own) : lookAsNew(record, own))
    } catch (thrown) {
      const gone = codeOf(thrown) === 'PAIRING_UNKNOWN'
      if (!gone) throw thrown
      // Where the session was asked for, the other device may have been told that this one is in.
      return end({ stage: 'ended', side: own.side, reason: record.dpop === null ? 'expired' : 'interrupted' })
    }
  }

  return {
    look: () => alone(look),
    cancel: () => alone(cancel),
    offer: () =>
      alone(async () => {
        if (keeper.live() === undefined) throw new HoldfastError('SESSION_EXPIRED')
        await cancel()
        const exchange = await keys(vault.createExchangeKey())
        const secret = newNonce()
        const { id, words } = await api.signed('POST', '/pairings', offeredSchema)
        const code = { server: api.origin, id, secret, keyHash: await keyHash(exchange.publicKey) }
        const own: OldPairing = {
          side: 'old',
          id,
          words,
          qr: writePairingCode(code),
          secret,
          serverKey: await serverKey(),
          expiresAt: clock() + life,
          answerKey: exchange.publicKey,
          answerNonce: newNonce(),
          joined: null,
          opening: null,
          approved: false,
        }
        await store({ own, exchange, device: null, dpop: null, finished: null })
        return offeredState(own)
      }),
    join: (text) =>
      alone(async () => {
        if (keeper.live() !== undefined) throw new HoldfastError('SIGNED_IN_ALREADY')
        const code = readCode(text)
        if (code === undefined && !looksLikeWords(text)) throw new HoldfastError('PAIRING_CODE_INVALID')
        if (code !== undefined && code.server !== api.origin) throw new HoldfastError('PAIRING_OTHER_SERVER')
        await cancel()
        const [key, exchange] = await keys(Promise.all([vault.createDeviceKey(), vault.createExchangeKey()]))
        const opening = newNonce()
        const device = {
          ...describeDevice(userAgent),
          publicKey: vault.publicKeyOf(key),
          exchangeKey: exchange.publicKey,
        }
        const known = (await api.open('GET', '/server', serverSchema)).identityKey.x
        const { id, ticket } = await api.open('POST', '/pairings/redeem', redeemedSchema, {
          lookUp: code?.id ?? text.trim(),
          clientId: keeper.provider.clientId,
          ...device,
          commitment: await commitmentOf(device, opening),
        })
        const said = code === undefined ? null : { secret: code.secret, keyHash: code.keyHash }
        const own: NewPairing = { side: 'new', id, ticket, serverKey: known, device, opening, code: said, answer: null }
        await store({ own, exchange, device: key, dpop: null, finished: null })
        return joinedState
      }),
    approve: () =>
      alone(async () => {
        const record = await read()
        if (record?.own.side !== 'old' || record.own.opening === null) throw new HoldfastError('PAIRING_OUT_OF_STEP')
        await store({ ...record, own: { ...record.own, approved: true } })
        return look()
      }),
  }
}
