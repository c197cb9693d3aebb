import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { RequestType, SessionState } from '../protocol/messages.ts'
import type { Holder } from './api.ts'
import { createDeviceApi, type DeviceApi } from './device-api.ts'
import { createDevicesList } from './devices-list.ts'
import type { Discovery } from './oidc/discovery.ts'
import type { Wire } from './oidc/wire.ts'
import { createPairing } from './pairing.ts'
import { createFinishPairing } from './pairing-session.ts'
import type { Handlers } from './router.ts'
import { noSync, type SyncHandlers, type SyncPart } from './sync-part.ts'
import type { Vault } from './vault.ts'

export type DeviceHandlersDeps = {
  readonly vault: Vault
  readonly wire: Wire
  readonly clock: Clock
  readonly discovery: Discovery
  readonly holders: ReadonlyMap<string, Holder>
  readonly ask: (holder: Holder, url: URL, init: RequestInit) => Promise<Response>
  readonly describe: () => SessionState
  readonly hold: (work: Promise<unknown>) => void
  /** True where the worker is about to be replaced, and what is stored now would be lost. */
  readonly signOutLeftovers: () => Promise<boolean>
  /** Sync at the same provider. Default: none. */
  readonly sync: (place: { readonly holder: Holder; readonly api: DeviceApi; readonly base: string }) => SyncPart
}

type Names = Extract<RequestType, `devices.${string}` | `pairing.${string}` | 'session.check'>

/** Devices and pairing at the provider that keeps devices; of several, the first of the configuration. */
const createAtProvider = (deps: DeviceHandlersDeps) => {
  const { vault, wire, clock, discovery, holders, ask } = deps
  const holder = [...holders.values()].find(({ keeper }) => keeper.provider.devices !== undefined)
  const base = holder?.keeper.provider.devices
  if (holder === undefined || base === undefined) return undefined
  const { keeper } = holder
  const { userAgent } = navigator
  const api = createDeviceApi(base, wire, (url, init) => ask(holder, url, init))
  const sync = deps.sync({ holder, api, base })
  const { openAnchor } = sync
  const finish = createFinishPairing({ vault, wire, clock, api, discovery, keeper, userAgent, openAnchor })
  const pairing = createPairing({ vault, clock, api, keeper, userAgent, finish, admit: sync.admit })
  return { keeper, pairing, devices: createDevicesList(api), sync }
}

/** What pages ask of devices and pairings. */
export const createDeviceHandlers = (
  deps: DeviceHandlersDeps,
): { readonly handlers: Pick<Handlers, Names> & SyncHandlers; readonly sync: SyncPart } => {
  const place = createAtProvider(deps)
  const there = () => {
    if (place === undefined) throw new HoldfastError('DEVICES_UNAVAILABLE')
    return place
  }
  const sync = place?.sync ?? noSync
  const handlers: Pick<Handlers, Names> & SyncHandlers = {
    ...sync.handlers,
    async 'session.check'() {
      if (place?.keeper.live() !== undefined) await place.devices.check()
      return deps.describe()
    },
    'devices.list': async () => there().devices.list(),
    'devices.rename': async ({ device, name }) => there().devices.rename(device, name),
    async 'devices.remove'({ device }) {
      const key = await there().devices.keyOf(device)
      const left = await there().devices.remove(device)
      if (key !== undefined) deps.hold(sync.expel(key))
      return left
    },
    'pairing.get': async () => there().pairing.look(),
    'pairing.offer': async () => there().pairing.offer(),
    async 'pairing.join'({ code }) {
      if (await deps.signOutLeftovers()) throw new HoldfastError('WORKER_UPDATING')
      return there().pairing.join(code)
    },
    'pairing.approve': async () => there().pairing.approve(),
    'pairing.cancel': async () => there().pairing.cancel(),
  }
  return { handlers, sync }
}
