import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { ClientMetadata } from 'oidc-provider'
import { type Logger, pino } from 'pino'
import { createSeal } from '../src/seal/seal.ts'
import { createDownloads, type Downloads } from './accounts/downloads.ts'
import { createPasswordAccounts } from './accounts/sign-in.ts'
import { createApi } from './api/api.ts'
import { createCredentials } from './api/credentials.ts'
import { createRoutes } from './api/routes.ts'
import { createApp } from './app.ts'
import { clientAddress, proxiesOf } from './client-address.ts'
import { clientConfigOf, workerConfig, workerOrigins } from './client-config.ts'
import { type Config, callbackPath } from './config.ts'
import { isLocal } from './config-values.ts'
import { createDeviceService, type DeviceService } from './devices/devices.ts'
import type { Listening } from './listen.ts'
import { createMail, type Mail, smtpDelivery } from './mail/mail.ts'
import { clientsOf } from './oidc/clients.ts'
import { createIssueSession } from './oidc/issue-session.ts'
import { createIdListener } from './oidc/listener.ts'
import { createProvider } from './oidc/provider.ts'
import { checkKeys } from './operation/keys.ts'
import { openSites } from './operation/sites.ts'
import { createPairingService, type PairingService } from './pairing/pairing.ts'
import { loadSecrets, type Secrets } from './secrets.ts'
import { loadApp } from './static-files.ts'
import { openStore, type Store } from './store/store.ts'
import { createSyncStreams, type SyncStreams } from './sync/streams.ts'
import { trustWarning } from './trusted-network.ts'

type Fetch = (request: Request, address: string) => Promise<Response>

export type ServerOptions = {
  readonly config: Config
  /** Folder of the built app. */
  readonly appFiles: string
  /** For tests: what is served instead of the worker's script. */
  readonly mapWorkerSource?: (source: string) => string
  readonly log?: Logger
  /** Clients besides our own; people are asked before these learn anything. */
  readonly clients?: readonly ClientMetadata[]
}

export type RunningServer = {
  readonly appUrl: string
  /** The identity provider that people sign in at. */
  readonly idUrl: string
  readonly store: Store
  /** Ends what is under way within five seconds, then everything. */
  close(): Promise<void>
}

/** Where people change who they are. */
const accountPageOf = ({ external, idUrl }: Config): string => external?.issuer ?? `${idUrl}/account`

type Started = ServerOptions & { readonly log: Logger }
type Services = {
  readonly config: Config
  readonly secrets: Secrets
  readonly store: Store
  readonly devices: DeviceService
  readonly pairing: PairingService | undefined
  readonly downloads: Downloads
  readonly streams: SyncStreams
}

const createAppFetch = async (options: Started, services: Services): Promise<Fetch> => {
  const { config, log, mapWorkerSource = (source: string) => source } = options
  const { secrets, store } = services
  const files = await loadApp(options.appFiles)
  const source = `self.__holdfast_config=${JSON.stringify(workerConfig(config))};\n${files.workerSource}`
  const seal = createSeal({
    keys: secrets.sealKeys,
    worker: { path: '/sw.js', source: mapWorkerSource(source) },
    callbackPath,
    connect: workerOrigins(config),
    // Loopback alone: local AI runs there.
    pageConnect: ['http://127.0.0.1:*', 'http://localhost:*'],
    https: config.appUrl.startsWith('https:'),
  })
  const credentials = createCredentials(config, secrets, store)
  const routes = createRoutes({ ...services, log })
  const app = createApp(
    createApi({ store, credentials, log, routes, readableBy: config.requirePairing ? '*' : config.appUrl }),
    files,
    accountPageOf(config),
  )
  return async (request, address) =>
    seal.protect(request, (await seal.handle(request)) ?? (await app.fetch(request, { address })))
}

const minute = 60_000
const hour = 60 * minute

/** Deletes what has expired now and then. Answers how to stop that. */
const keepTidy = (store: Store, log: Logger): (() => void) => {
  const tidy = () =>
    Promise.all([
      store.oidcRecords.removeExpired(),
      store.attempts.removeOld(),
      store.proofs.removeExpired(),
      store.challenges.removeOlder(minute),
      store.tickets.removeExpired(),
      store.pairings.removeOld(),
      store.backups.removeAbandoned(),
      store.blobs.removeDeleted(),
      store.outbox.removeOlder(30 * 24 * hour),
      store.usage.removeOlder(90 * 24 * hour),
    ])
  const timer = setInterval(() => void tidy().catch(() => log.error('tidying failed')), hour)
  timer.unref()
  return () => clearInterval(timer)
}

/** What people sign in at, where it is our own. */
const createOwnProvider = (options: Started, secrets: Secrets, store: Store, mail: Mail) => {
  const { config, log } = options
  const clients = clientsOf(config, options.clients ?? [])
  const provider = createProvider({ config, secrets, store, clients, mail })
  const accounts = createPasswordAccounts(store)
  return {
    issueSession: createIssueSession(provider, config),
    listener: createIdListener({ config, provider, store, secrets, accounts, mail, log, clients }),
  }
}

type Parts = { readonly secrets: Secrets; readonly store: Store; readonly mail: Mail; readonly streams: SyncStreams }

const listenOnAll = async (options: Started, { secrets, store, mail, streams }: Parts): Promise<Listening[]> => {
  const { config } = options
  const own = config.external === undefined ? createOwnProvider(options, secrets, store, mail) : undefined
  const issuing = { store, serverKey: secrets.identityKey.x }
  const devices = createDeviceService({ ...issuing, issueSession: own?.issueSession })
  const pairing =
    own === undefined
      ? undefined
      : createPairingService({
          ...issuing,
          devices,
          issueSession: own.issueSession,
          needsApproval: config.requirePairing,
        })
  // The build puts the packages of the extension beside the app.
  const downloads = createDownloads(join(options.appFiles, '..'), secrets.nonceSecret)
  const respond = await createAppFetch(options, { config, secrets, store, devices, pairing, downloads, streams })
  const behindProxy = !isLocal(config.appUrl)
  const isProxy = proxiesOf(config.trustedProxies)
  const app = getRequestListener((request, { incoming }) =>
    respond(request, clientAddress(incoming, behindProxy, isProxy)),
  )
  return openSites(config, { store, streams }, { app, id: own?.listener })
}

/** Lines of the log go out many at a time, a tenth of a second late at most; those that are left when the process ends, then. */
const together = { sync: false, minLength: 4096, periodicFlush: 100 }

/** Starts all listeners and resolves when they answer. Rejects with a plain sentence where that cannot be. */
export const startServer = async (given: ServerOptions): Promise<RunningServer> => {
  const options = { ...given, log: given.log ?? pino({ level: 'info' }, pino.destination(together)) }
  const { config, log } = options
  const secrets = await loadSecrets(config.data, config.secretsFile)
  const store = await openStore(config)
  const mail = createMail(store, smtpDelivery({ url: config.smtpUrl, from: config.mailFrom }), log)
  const streams = createSyncStreams(store, config.databaseUrl)
  const listening = await checkKeys(store, secrets, config)
    .then(() => listenOnAll(options, { secrets, store, mail, streams }))
    .catch(async (error) => {
      await streams.close()
      await mail.close()
      await store.close()
      throw error
    })
  if (!config.requirePairing) log.warn(trustWarning)
  const stopTidying = keepTidy(store, log)
  return {
    appUrl: config.appUrl,
    idUrl: clientConfigOf(config).issuer,
    store,
    async close() {
      stopTidying()
      await streams.close()
      await Promise.all(listening.map((one) => one.close()))
      await mail.close()
      await store.close()
    },
  }
}
