import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { type NewPairing, transcriptOf } from '../pairing/new-device.ts'
import { finishedSchema } from '../pairing/told.ts'
import { pairingStatement } from '../protocol/device-statement.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { PairingState } from '../protocol/messages.ts'
import type { DeviceApi } from './device-api.ts'
import type { Keeper } from './keeper.ts'
import type { Discovery } from './oidc/discovery.ts'
import { createProofs } from './oidc/proofs.ts'
import { firstTokens } from './oidc/tokens.ts'
import type { Wire } from './oidc/wire.ts'
import type { Records } from './records.ts'
import { newSession } from './session-record.ts'
import type { SyncPart } from './sync-part.ts'
import type { Vault } from './vault.ts'

export type PairingSessionDeps = {
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly api: DeviceApi
  readonly discovery: Discovery
  readonly keeper: Keeper
  readonly userAgent: string
  readonly openAnchor: SyncPart['openAnchor']
}

/** Fetches the session of a new device that was let in, and keeps it as a sign-in's session is kept. */
export type FinishPairing = (record: Records['pairing'], own: NewPairing) => Promise<PairingState>

const finishLimit = 14_000

export const createFinishPairing = (deps: PairingSessionDeps): FinishPairing => {
  const { vault, wire, clock, api, discovery, keeper, userAgent, openAnchor } = deps
  const provider = keeper.provider.id
  const store = async (value: Records['pairing']): Promise<Records['pairing']> => {
    await vault.commit([{ kind: 'pairing', provider, value }])
    return value
  }

  /** The DPoP key is there before it is told, and what it brought before it is used. */
  const fetched = async (record: Records['pairing'], own: NewPairing, jkt: string) => {
    if (record.finished !== null) return record.finished
    if (record.device === null) throw new HoldfastError('PAIRING_OUT_OF_STEP')
    const signature = await vault.signAsDevice(record.device, pairingStatement(own.id, own.serverKey, jkt))
    const body = { ticket: own.ticket, jkt, signature }
    const { refreshToken, deviceId, logEntry } = await api.open('POST', '/pairings/finish', finishedSchema, body)
    const finished = { refresh: new Secret(refreshToken), deviceId, logEntry }
    await store({ ...record, finished })
    return finished
  }

  /** What the other device has said of the device log: without it no log that names this device is believed. */
  const logsOf = async ({ exchange }: Records['pairing'], own: NewPairing, logEntry: string | null, sub: string) => {
    const transcript = await transcriptOf(own)
    if (logEntry === null || transcript === undefined) return []
    const anchor = await openAnchor(await vault.unwrapExchangeKey(exchange), transcript, logEntry)
    return anchor === undefined ? [] : [{ sub, ...anchor }]
  }

  return async (record, own) => {
    const server = await discovery(keeper.provider)
    const dpop = record.dpop ?? (await vault.createDpopKey(server.dpop_signing_alg_values_supported ?? []))
    const ready = record.dpop === null ? await store({ ...record, dpop }) : record
    const proofs = createProofs(await vault.unwrapDpopKey(dpop), clock, wire.skew)
    const jkt = await proofs.thumbprint()
    const { refresh, deviceId, logEntry } = await fetched(ready, own, jkt)
    const call = { provider: keeper.provider, server, proofs, wire: wire.within(finishLimit), clock }
    const { tokens, account } = await firstTokens(call, refresh)
    const session = newSession({ account, tokens, dpop, userAgent, provider: keeper.provider, server })
    const { device: key, exchange } = record
    const registered = { id: deviceId, serverKey: own.serverKey, jkt }
    const device =
      key === null
        ? undefined
        : { key, exchange, logs: await logsOf(record, own, logEntry, account.sub), sealed: [], registered }
    await keeper.keep(session, { type: 'signed-in', account, life: tokens.life }, [
      { kind: 'pairing', provider, value: undefined },
      ...(device === undefined ? [] : [{ kind: 'device' as const, provider, value: device }]),
    ])
    return { stage: 'done', side: 'new' }
  }
}
