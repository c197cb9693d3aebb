import { workerOnlyPaths } from '../src/protocol/sync-paths.ts'
import { aiOrigins, aiResources } from './ai.ts'
import { apiAudience, type Config, callbackPath, desktopClient, extensionClient, webClient } from './config.ts'

/** What a client has to know of the provider that people sign in at. */
export type ClientConfig = {
  readonly issuer: string
  readonly clients: {
    readonly web: string
    readonly extension: string | null
    readonly desktop: string | null
  }
  readonly scope: string
  /** Sent as `resource` (RFC 8707); null: it is not sent. */
  readonly resource: string | null
}

const ownScope = 'openid profile email offline_access'

/** Where people sign in, and as which client: at our own provider, or at someone else's. */
export const clientConfigOf = (config: Config): ClientConfig => {
  const { external, idUrl: issuer } = config
  if (external === undefined) {
    const clients = { web: webClient, extension: extensionClient, desktop: desktopClient }
    return { issuer, clients, scope: ownScope, resource: apiAudience(config) }
  }
  const { web, extension = null, desktop = null } = external.clients
  const { scope, resource = null } = external
  return { issuer: external.issuer, clients: { web, extension, desktop }, scope, resource }
}

const providerOf = (config: Config) => {
  const { issuer, clients, scope, resource } = clientConfigOf(config)
  const { external } = config
  return {
    id: 'main',
    issuer,
    clientId: clients.web,
    scope,
    responseMode: external?.responseMode ?? 'form_post',
    // Where the provider can: its discovery document says so.
    dpop: true,
    devices: apiAudience(config),
    ...(resource === null ? {} : { resource }),
    ...(external?.prompt === undefined ? {} : { prompt: external.prompt }),
  }
}

/** The configuration of the app's worker, as it reads it: see src/sw/config.ts. */
export const workerConfig = (config: Config) => ({
  callbackPath,
  providers: [providerOf(config)],
  resources: [
    {
      provider: 'main',
      origin: config.appUrl,
      paths: ['/api/v1/'],
      except: workerOnlyPaths.map((path) => `/api/v1${path}`),
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    },
    ...aiResources(config.ai),
  ],
})

/** The origins that the app's worker talks to, besides its own. */
export const workerOrigins = (config: Config): readonly string[] => {
  const { issuer } = clientConfigOf(config)
  return [...new Set([new URL(issuer).origin, ...(config.external?.origins ?? []), ...aiOrigins(config.ai)])]
}
