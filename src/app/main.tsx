import { connect } from '../kit/client.ts'
import { startApp } from './start.tsx'
import { webPaths } from './state/navigation.ts'

void startApp({
  connect: () => connect({ script: '/sw.js' }),
  paths: webPaths,
  serverStatus: '/api/v1/auth/status',
  hearsServer: true,
  accountPage: '/account',
  isInstallable: true,
  reachesAi: true,
})
