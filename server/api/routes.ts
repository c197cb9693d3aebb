import type { Logger } from 'pino'
import type { Downloads } from '../accounts/downloads.ts'
import { clientConfigOf } from '../client-config.ts'
import type { Config } from '../config.ts'
import type { DeviceService } from '../devices/devices.ts'
import { createGateway } from '../gateway/gateway.ts'
import type { PairingService } from '../pairing/pairing.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import type { SyncStreams } from '../sync/streams.ts'
import { createSyncService } from '../sync/sync.ts'
import type { Route } from './route.ts'
import { accountRoutes } from './routes/account.ts'
import { authRoutes } from './routes/auth.ts'
import { backupRoutes } from './routes/backups.ts'
import { blobRoutes } from './routes/blobs.ts'
import { desktopRoutes } from './routes/desktop.ts'
import { deviceRoutes } from './routes/devices.ts'
import { downloadRoutes } from './routes/downloads.ts'
import { extractRoutes } from './routes/extract.ts'
import { pairingRoutes } from './routes/pairing.ts'
import { profileRoutes } from './routes/profile.ts'
import { serverRoutes } from './routes/server.ts'
import { syncRoutes } from './routes/sync.ts'

export type RouteDeps = {
  readonly config: Config
  readonly store: Store
  readonly secrets: Secrets
  readonly devices: DeviceService
  /** Undefined where people sign in at someone else's provider: no session can be made for a device that does not. */
  readonly pairing: PairingService | undefined
  readonly downloads: Downloads
  readonly log: Logger
  readonly streams: SyncStreams
}

/** What this server can do, in the words of `/server`. */
const featuresOf = ({ upstream, external, gateway }: Config): readonly string[] => [
  'devices',
  'sync',
  ...(external === undefined ? ['password', 'pairing', 'totp', 'passkey'] : ['external-provider']),
  ...(upstream === undefined ? [] : ['upstream']),
  ...(gateway === undefined ? [] : ['extract']),
]

/** Where no model is configured, there is no such route. */
const gatewayRoutes = ({ config: { gateway }, store, log }: RouteDeps): readonly Route[] => {
  if (gateway === undefined) return []
  const noteFailure = (error: unknown) =>
    log.error({ kind: error instanceof Error ? error.message : 'unknown' }, 'the model did not answer')
  return extractRoutes(store, createGateway(gateway), noteFailure)
}

/** Every route of the API, in one list: the server answers these, and the OpenAPI document describes them. */
export const createRoutes = (deps: RouteDeps): readonly Route[] => {
  const { config, store, secrets, devices, pairing, downloads, streams } = deps
  const { syncQuota: quota } = config
  return [
    ...authRoutes(store),
    ...(config.external === undefined ? desktopRoutes(config, store) : []),
    ...deviceRoutes(store, devices),
    ...profileRoutes(store),
    ...accountRoutes(store),
    ...(pairing === undefined
      ? []
      : pairingRoutes(pairing, async (id) => (await store.sessions.find(id))?.revokedAt === null)),
    ...downloadRoutes(store, downloads, config.appUrl),
    ...gatewayRoutes(deps),
    ...syncRoutes(store, createSyncService({ store, quota, announce: streams.announce }), streams),
    ...blobRoutes(store, quota),
    ...backupRoutes(store, quota),
    ...serverRoutes({
      secrets,
      ...clientConfigOf(config),
      features: featuresOf(config),
      trustsNetwork: !config.requirePairing,
    }),
  ]
}
