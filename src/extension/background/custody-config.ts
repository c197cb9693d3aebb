import { workerOnlyPaths } from '../../protocol/sync-paths.ts'
import type { CustodyConfig } from '../../sw/config.ts'
import type { Server } from '../package/differences.ts'

/** The provider of the bundled server, as the popup asks for it. */
export const PROVIDER = 'main'

/** The path of the redirect address: nothing of ours is there, the browser hands the address over itself. */
const callbackPath = '/'

const resourceOf = (appUrl: string, external: Server['external']) => {
  const resource = external === undefined ? `${appUrl}/api/v1` : external.resource
  return resource === null ? {} : { resource }
}

/** The custody of this extension: one provider, by `query`, and the API of its server. */
export const custodyConfig = ({ appUrl, idUrl, external }: Server): CustodyConfig => ({
  callbackPath,
  providers: [
    {
      id: PROVIDER,
      issuer: idUrl,
      clientId: external?.clientId ?? 'extension',
      scope: external?.scope ?? 'openid profile email offline_access',
      // launchWebAuthFlow gives an address back, and no body.
      responseMode: 'query',
      dpop: true,
      ...resourceOf(appUrl, external),
      devices: `${appUrl}/api/v1`,
    },
  ],
  resources: [
    {
      provider: PROVIDER,
      origin: appUrl,
      paths: ['/api/v1'],
      except: workerOnlyPaths.map((path) => `/api/v1${path}`),
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    },
  ],
})
