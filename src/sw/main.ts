import { installCustody } from './install.ts'
import { installPrecache } from './precache.ts'
import { serverConfig } from './server-config.ts'
import { installShareTarget } from './share-target.ts'
import { createSync } from './sync/service.ts'

installCustody(serverConfig, { createSync })
installPrecache()
installShareTarget()
