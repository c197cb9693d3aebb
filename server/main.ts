import { returnMemory } from './operation/memory.ts'

try {
  const { loadConfig } = await import('./config.ts')
  const { startServer } = await import('./server.ts')
  const server = await startServer({
    config: loadConfig(process.env),
    appFiles: new URL('../dist/app', import.meta.url).pathname,
  })
  // A terminal and npm may both pass a signal on; after the first, the rest are heard and change nothing.
  const stop = () => void server.close().then(() => process.exit(0))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, stop)
    process.on(signal, () => undefined)
  }
  // Last: whoever waits for this line may end the process the next moment.
  console.log(`Holdfast is ready: app ${server.appUrl}, identity provider ${server.idUrl}`)
  setTimeout(returnMemory, 1000).unref()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
