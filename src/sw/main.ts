import { installCustody } from '../kit/worker.ts'
import { installPrecache } from './precache.ts'
import { serverConfig } from './server-config.ts'
import { installShareTarget } from './share-target.ts'

installCustody(serverConfig)
installPrecache()
installShareTarget()
