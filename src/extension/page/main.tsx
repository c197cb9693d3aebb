import { startApp } from '../../app/start.tsx'
import { readServer } from '../package/server.ts'
import { connectBackground } from '../session/connect-background.ts'

const notebook = '/app.html'

// The popup names the note to open; from then on the history knows it, as in the web app.
const note = new URLSearchParams(location.search).get('note')
if (note !== null) history.replaceState({ note }, '', notebook)

startApp({
  connect: connectBackground,
  paths: { notebook, settings: `${notebook}?settings` },
  serverStatus: `${readServer().appUrl}/api/v1/auth/status`,
  accountPage: `${readServer().idUrl}/account`,
  isInstallable: false,
  reachesAi: false,
})
