import { readConfig } from './config.ts'
import { startServer } from './server.ts'

try {
  const server = await startServer({
    config: readConfig(process.env),
    appFiles: new URL('../dist/app', import.meta.url).pathname,
  })
  const stop = () => void server.close().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Last: whoever waits for this line may end the process the next moment.
  console.log(`Holdfast is ready: app ${server.appUrl}, identity provider ${server.idUrl}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
