import { startExample } from './example.ts'

const example = await startExample({ ports: { page: 8797, id: 8798, api: 8799 }, dpop: true, accessTokenTtl: 300 })
process.stdout.write(`The example is ready: ${example.page} (provider ${example.issuer}, API ${example.api})\n`)
const stop = () => void example.close().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
