import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Logger, pino } from 'pino'
import { createSeal } from '../src/seal/seal.ts'
import { createPasswordAccounts } from './accounts/sign-in.ts'
import { createCredentials } from './api/credentials.ts'
import { createApi } from './api/routes.ts'
import { createApp } from './app.ts'
import { apiAudience, type Config, callbackPath, webClient } from './config.ts'
import { createIdListener } from './oidc/listener.ts'
import { loadSecrets, type Secrets } from './secrets.ts'
import { loadApp } from './static-files.ts'
import { openStore, type Store } from './store/store.ts'

type Fetch = (request: Request) => Promise<Response>

export type ServerOptions = {
  readonly config: Config
  /** Folder of the built app. */
  readonly appFiles: string
  /** For tests: what stands between the socket and the app, the provider, and the worker's script. */
  readonly wrapApp?: (next: Fetch) => Fetch
  readonly wrapId?: (next: RequestListener) => RequestListener
  readonly mapWorkerSource?: (source: string) => string
  readonly log?: Logger
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
    connect: [config.idUrl],
    // Loopback alone: local AI runs there.
    pageConnect: ['http://127.0.0.1:*', 'http://localhost:*'],
    https: config.appUrl.startsWith('https:'),
  })
  const credentials = createCredentials(config, secrets, store)
  const app = createApp(createApi({ store, secrets, credentials, log }), files)
  const wrap = options.wrapApp ?? ((next: Fetch) => next)
  const respond = wrap(async (request) => app.fetch(request))
  return async (request) => seal.protect(request, (await seal.handle(request)) ?? (await respond(request)))
}

const listen = async (listener: RequestListener, port: number, name: string): Promise<Server[]> => {
  const open = (host: string): Promise<Server | undefined> => {
    const server = createServer({ requestTimeout: 60_000 }, listener)
    const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (host === '::1' && error.code !== 'EADDRINUSE') resolve(undefined)
      else if (error.code === 'EADDRINUSE') reject(new Error(`Port ${port}, wanted for the ${name}, is taken.`))
      else reject(error)
    })
    server.listen(port, host, () => resolve(server))
    return promise
  }
  const first = await open('127.0.0.1')
  // Browsers may try either of the addresses that localhost has.
  const second = await open('::1').catch((error) => {
    first?.close()
    throw error
  })
  return [first, second].filter((server) => server !== undefined)
}

const closeServer = (server: Server): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const force = setTimeout(() => server.closeAllConnections(), 5000)
  server.close(() => {
    clearTimeout(force)
    resolve()
  })
  server.closeIdleConnections()
  return promise
}

const hour = 3600_000

/** Starts both listeners and resolves when they answer. Rejects with a plain sentence where that cannot be. */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const { config } = options
  const log = options.log ?? pino({ level: 'info' })
  const secrets = await loadSecrets(config.data)
  const store = await openStore(config.data)
  const respond = await createAppFetch(options, secrets, store, log)
  const accounts = createPasswordAccounts(store)
  const wrapId = options.wrapId ?? ((next: RequestListener) => next)
  const servers = [
    ...(await listen(getRequestListener(respond), config.appPort, 'app')),
    ...(await listen(
      wrapId(createIdListener({ config, secrets, store, accounts, log })),
      config.idPort,
      'identity provider',
    )),
  ]
  const tidy = () => Promise.all([store.oidcRecords.removeExpired(), store.attempts.removeOld()])
  const tidying = setInterval(() => void tidy().catch(() => log.error('tidying failed')), hour)
  tidying.unref()
  return {
    appUrl: config.appUrl,
    idUrl: config.idUrl,
    store,
    async close() {
      clearInterval(tidying)
      await Promise.all(servers.map(closeServer))
      await store.close()
    },
  }
}
