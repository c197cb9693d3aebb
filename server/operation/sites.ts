import type { RequestListener } from 'node:http'
import type { Config } from '../config.ts'
import { type Listening, listen, type Place } from '../listen.ts'
import type { Store } from '../store/store.ts'
import type { SyncStreams } from '../sync/streams.ts'
import { withHostCheck } from '../trusted-network.ts'
import { withReadiness } from './readiness.ts'

/** `id`: of our own provider, where that is the one. */
type Listeners = { readonly app: RequestListener; readonly id: RequestListener | undefined }
type Observed = { readonly store: Store; readonly streams: SyncStreams }
type Opening = { readonly listener: RequestListener; readonly place: Place }

/** Loaded where figures are wanted. */
const loadMetrics = async ({ metricsPort: port, metricsListen: hosts }: Config, { store, streams }: Observed) => {
  if (port === undefined) return undefined
  const { createMetrics } = await import('./metrics.ts')
  return { ...createMetrics(store, streams), place: { hosts, port, name: 'metrics' } }
}

/** Opens every origin, and the figures where they are wanted: all of them, or none. Rejects with a plain sentence. */
export const openSites = async (config: Config, observed: Observed, { app, id }: Listeners): Promise<Listening[]> => {
  const { store } = observed
  const { listen: hosts, appPort, idPort } = config
  const metrics = await loadMetrics(config, observed)
  const watched = (site: string, listener: RequestListener) => {
    const ready = withReadiness(config.requirePairing ? listener : withHostCheck(listener, config), store)
    return metrics === undefined ? ready : metrics.observe(site, ready)
  }
  const openings: Opening[] = [
    { listener: watched('app', app), place: { hosts, port: appPort, name: 'app' } },
    ...(id === undefined
      ? []
      : [{ listener: watched('id', id), place: { hosts, port: idPort, name: 'identity provider' } }]),
    ...(metrics === undefined ? [] : [{ listener: metrics.serveMetrics, place: metrics.place }]),
  ]
  const opened: Listening[] = []
  try {
    for (const { listener, place } of openings) opened.push(await listen(listener, place))
    return opened
  } catch (error) {
    await Promise.all(opened.map((one) => one.close()))
    throw error
  }
}
