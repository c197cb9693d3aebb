import type { AnnounceMessage, SessionState } from '../protocol/messages.ts'
import { PROTOCOL } from '../protocol/version.ts'
import { requestSync } from './background-sync.ts'

declare const self: ServiceWorkerGlobalScope

/** Where the custody worker lives: the service worker of an origin, or the background of an extension. */
export type Host = {
  /** The origin of the pages that are served. */
  readonly origin: string
  /** Where the provider hands over its answer (RFC 6749 §3.1.2). */
  readonly redirectUri: string
  /** Tells every page of ours. */
  announce(message: AnnounceMessage): Promise<void>
  /** Takes charge of pages that were loaded without this worker. */
  claim(): Promise<void>
  /** Takes over from the worker before. */
  activate(): Promise<void>
  /** Asks to be started again when the network is back. */
  wakeWhenOnline(): Promise<void>
}

/** The service worker of a web origin. */
export const createWebHost = (callbackPath: string): Host => ({
  origin: self.location.origin,
  redirectUri: self.location.origin + callbackPath,
  async announce(message) {
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    for (const client of windows) client.postMessage(message)
  },
  claim: () => self.clients.claim(),
  activate: () => self.skipWaiting(),
  wakeWhenOnline: requestSync,
})

/** Tells the pages that the question of this id is worked at. */
export const busyAt =
  (host: Pick<Host, 'announce'>) =>
  (id: string): void =>
    void host.announce({ v: PROTOCOL, type: 'worker.busy', id }).catch(() => undefined)

export const announcementOf = (state: SessionState): AnnounceMessage => ({ v: PROTOCOL, type: 'session.state', state })
