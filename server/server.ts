import { getRequestListener } from '@hono/node-server'
import type { ClientMetadata } from 'oidc-provider'
import { type Logger, pino } from 'pino'
import { createSeal } from '../src/seal/seal.ts'
import { createPasswordAccounts } from './accounts/sign-in.ts'
import { aiOrigins, aiResources } from './ai.ts'
import { createCredentials } from './api/credentials.ts'
import { createApi } from './api/routes.ts'
import { createApp } from './app.ts'
import { apiAudience, type Config, callbackPath, webClient } from './config.ts'
import type { Listening } from './listen.ts'
import { createIdListener } from './oidc/listener.ts'
import { checkKeys } from './operation/keys.ts'
import { openSites } from './operation/sites.ts'
import { loadSecrets, type Secrets } from './secrets.ts'
import { loadApp } from './static-files.ts'
import { openStore, type Store } from './store/store.ts'

type Fetch = (request: Request) => Promise<Response>

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
  readonly idUrl: string
  readonly store: Store
  /** Ends what is under way within five seconds, then everything. */
  close(): Promise<void>
}

/** The configuration of the app's worker, as it reads it: see src/sw/config.ts. */
const workerConfig = (config: Config) => ({
  callbackPath,
  providers: [
    {
      id: 'main',
      issuer: config.idUrl,
      clientId: webClient,
      scope: 'openid profile email offline_access',
      responseMode: 'form_post',
      dpop: true,
      resource: apiAudience(config),
    },
  ],
  resources: [
    {
      provider: 'main',
      origin: config.appUrl,
      paths: ['/api/v1/'],
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    },
    ...aiResources(config.ai),
  ],
})

const createAppFetch = async (options: ServerOptions, secrets: Secrets, store: Store, log: Logger): Promise<Fetch> => {
  const { config, mapWorkerSource = (source: string) => source } = options
  const files = await loadApp(options.appFiles)
  const source = `self.__holdfast_config=${JSON.stringify(workerConfig(config))};\n${files.workerSource}`
  const seal = createSeal({
    keys: secrets.sealKeys,
    worker: { path: '/sw.js', source: mapWorkerSource(source) },
    callbackPath,
    connect: [config.idUrl, ...aiOrigins(config.ai)],
    // Loopback alone: local AI runs there.
    pageConnect: ['http://127.0.0.1:*', 'http://localhost:*'],
    https: config.appUrl.startsWith('https:'),
  })
  const credentials = createCredentials(config, secrets, store)
  const app = createApp(createApi({ store, secrets, credentials, log }), files)
  return async (request) => seal.protect(request, (await seal.handle(request)) ?? (await app.fetch(request)))
}

const hour = 3600_000

/** Deletes what has expired now and then. Answers how to stop that. */
const keepTidy = (store: Store, log: Logger): (() => void) => {
  const tidy = () =>
    Promise.all([store.oidcRecords.removeExpired(), store.attempts.removeOld(), store.proofs.removeExpired()])
  const timer = setInterval(() => void tidy().catch(() => log.error('tidying failed')), hour)
  timer.unref()
  return () => clearInterval(timer)
}

type Started = ServerOptions & { readonly log: Logger }

const listenOnBoth = async (options: Started, secrets: Secrets, store: Store): Promise<Listening[]> => {
  const { config, log, clients = [] } = options
  const respond = await createAppFetch(options, secrets, store, log)
  const accounts = createPasswordAccounts(store)
  const id = createIdListener({ config, secrets, store, accounts, log, clients })
  return openSites(config, store, { app: getRequestListener(respond), id })
}

/** Starts both listeners and resolves when they answer. Rejects with a plain sentence where that cannot be. */
export const startServer = async (given: ServerOptions): Promise<RunningServer> => {
  const options = { ...given, log: given.log ?? pino({ level: 'info' }) }
  const { config, log } = options
  const secrets = await loadSecrets(config.data, config.secretsFile)
  const store = await openStore(config)
  const listening = await checkKeys(store, secrets, config)
    .then(() => listenOnBoth(options, secrets, store))
    .catch(async (error) => {
      await store.close()
      throw error
    })
  const stopTidying = keepTidy(store, log)
  return {
    appUrl: config.appUrl,
    idUrl: config.idUrl,
    store,
    async close() {
      stopTidying()
      await Promise.all(listening.map((one) => one.close()))
      await store.close()
    },
  }
}
