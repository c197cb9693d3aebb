import { startApp } from '../../app/start.tsx'
import { readServer } from '../package/server.ts'
import { connectBackground } from '../session/connect-background.ts'

const notebook = '/app.html'

// The popup names the note to open; from then on the history knows it, as in the web app.
const note = new URLSearchParams(location.search).get('note')
if (note !== null) history.replaceState({ note }, '', notebook)

const { appUrl, idUrl, external } = readServer()

void startApp({
  connect: connectBackground,
  paths: { notebook, settings: `${notebook}?settings` },
  serverStatus: `${appUrl}/api/v1/auth/status`,
  hearsServer: false,
  accountPage: external === undefined ? `${idUrl}/account` : idUrl,
  isInstallable: false,
  reachesAi: false,
})
