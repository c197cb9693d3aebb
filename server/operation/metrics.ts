import type { RequestListener } from 'node:http'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Store } from '../store/store.ts'
import type { SyncStreams } from '../sync/streams.ts'

type Totals = Awaited<ReturnType<Store['sync']['totals']>>

const addSync = (registry: Registry, store: Store, streams: SyncStreams): void => {
  const registers = [registry]
  new Gauge({
    name: 'holdfast_sync_streams',
    help: 'Streams of changes that are open at this node',
    registers,
    collect() {
      this.set(streams.count())
    },
  })
  const add = (name: keyof Totals, help: string) =>
    new Gauge({
      name: `holdfast_sync_${name}`,
      help,
      registers,
      async collect() {
        const totals = await store.sync.totals().catch(() => undefined)
        if (totals !== undefined) this.set(totals[name])
      },
    })
  add('accounts', 'Accounts that sync')
  add('records', 'Records that were ever taken, of all accounts')
  add('bytes', 'Bytes that count against quotas, of all accounts: records, files and backups')
}

/** Figures for Prometheus. Their labels are few and fixed: no address, no person, nothing that a client can write. */
export const createMetrics = (store: Store, streams: SyncStreams) => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'holdfast_request_seconds',
    help: 'Time until the answer was out, by origin, method and status',
    labelNames: ['site', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  new Gauge({
    name: 'holdfast_database_up',
    help: '1 while the database answers',
    registers: [registry],
    async collect() {
      this.set(
        await store.ping().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
  addSync(registry, store, streams)

  /** The same listener, with its answers counted. */
  const observe =
    (site: string, listener: RequestListener): RequestListener =>
    (incoming, outgoing) => {
      const end = requests.startTimer({ site, method: incoming.method ?? '' })
      outgoing.once('finish', () => end({ status: outgoing.statusCode }))
      return listener(incoming, outgoing)
    }

  const serveMetrics: RequestListener = (incoming, outgoing) => {
    if (incoming.url !== '/metrics') return void outgoing.writeHead(404).end()
    registry.metrics().then(
      (text) => outgoing.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => outgoing.writeHead(500).end(),
    )
  }
  return { observe, serveMetrics }
}
