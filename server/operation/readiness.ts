import type { RequestListener } from 'node:http'
import type { Store } from '../store/store.ts'

/** Answers `/readyz`, on either origin: 200 while the database answers, else 503. A proxy asks it where to send requests. */
export const withReadiness =
  (listener: RequestListener, store: Store): RequestListener =>
  (incoming, outgoing) => {
    if (incoming.url !== '/readyz') return listener(incoming, outgoing)
    const answer = (status: number, text: string) => {
      outgoing.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      outgoing.end(JSON.stringify({ status: text }))
    }
    store.ping().then(
      () => answer(200, 'ready'),
      () => answer(503, 'database away'),
    )
  }
