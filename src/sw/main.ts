import { installCustody } from '../kit/worker.ts'
import { installPrecache } from './precache.ts'
import { serverConfig } from './server-config.ts'

installCustody(serverConfig)
installPrecache()
