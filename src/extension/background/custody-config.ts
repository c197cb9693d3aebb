import type { CustodyConfig } from '../../sw/config.ts'
import type { Server } from '../package/differences.ts'

/** The provider of the bundled server, as the popup asks for it. */
export const PROVIDER = 'main'

/** The path of the redirect address: nothing of ours is there, the browser hands the address over itself. */
const callbackPath = '/'

/** The custody of this extension: one provider, by `query`, and the API of its server. */
export const custodyConfig = ({ appUrl, idUrl }: Server): CustodyConfig => ({
  callbackPath,
  providers: [
    {
      id: PROVIDER,
      issuer: idUrl,
      clientId: 'extension',
      scope: 'openid profile email offline_access',
      // launchWebAuthFlow gives an address back, and no body.
      responseMode: 'query',
      dpop: true,
      resource: `${appUrl}/api/v1`,
      devices: `${appUrl}/api/v1`,
    },
  ],
  resources: [
    { provider: PROVIDER, origin: appUrl, paths: ['/api/v1'], methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
  ],
})
