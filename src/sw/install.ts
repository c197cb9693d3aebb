import { Secret } from '../base/secret.ts'
import type { Grade } from '../protocol/messages.ts'
import { isAlias, routeRequest } from '../session/resource.ts'
import { SYNC_TAG } from './background-sync.ts'
import { answerCallback, checkCallback, isCallback } from './callback-route.ts'
import { type CustodyConfig, parseConfig } from './config.ts'
import { judgeGrade } from './grade.ts'
import { busyAt, createWebHost } from './host.ts'
import { createJournal } from './journal.ts'
import { createLifetime } from './lifetime.ts'
import { pageHeaders, prelude } from './prelude.ts'
import { createRotation } from './rotation.ts'
import { createRouter } from './router.ts'
import { isFromOwnWindow } from './senders.ts'
import { createIndexedStore, createMemoryStore, type Store } from './store.ts'
import type { CreateSync } from './sync-part.ts'
import { openVault, type Vault } from './vault.ts'
import { createWorker, type Worker } from './worker.ts'

declare const self: ServiceWorkerGlobalScope

/** Throws unless this is a service worker at exactly its own address and in charge of the whole origin. */
const checkPlace = (): void => {
  const isWorker = typeof ServiceWorkerGlobalScope !== 'undefined' && self instanceof ServiceWorkerGlobalScope
  if (!isWorker) throw new TypeError('Custody runs in a service worker only.')
  const { origin, pathname, href } = self.location
  if (href !== origin + pathname) throw new TypeError('The custody worker has no query in its address.')
  if (self.registration.scope !== `${origin}/`) throw new TypeError('The custody worker needs the scope "/".')
}

const openMemoryVault = (): Promise<Vault> =>
  openVault(createMemoryStore(), new Secret(crypto.getRandomValues(new Uint8Array(32))), 'memory')

/** The vault that this host and this browser allow: never a weaker one than its grade says. */
const openBestVault = async (store: Store): Promise<Vault> => {
  const grade: Grade = await judgeGrade(prelude !== undefined)
  if (grade !== 'sealed' || prelude === undefined) return openMemoryVault()
  try {
    return await openVault(store, prelude.share, grade)
  } catch {
    return openMemoryVault()
  }
}

/** What a worker may have beside custody. */
export type Parts = { readonly createSync?: CreateSync }

/**
 * Makes this service worker the keeper of tokens for `config.resources`. Call it once, in the first turn of the worker
 * script; requests that match no resource and no callback are left alone. Throws HoldfastError CONFIGURATION_INVALID.
 */
export const installCustody = (config: CustodyConfig, { createSync }: Parts = {}): void => {
  checkPlace()
  const checked = parseConfig(config)
  const lifetime = createLifetime()
  const store = createIndexedStore('holdfast-custody')
  const fetch: typeof globalThis.fetch = self.fetch.bind(self)
  const rotation = createRotation(store, fetch, prelude?.install)
  const host = createWebHost(checked.callbackPath)
  const clock = () => Date.now()
  const random = () => Math.random()
  let starting: Promise<Worker> | undefined
  const worker = (): Promise<Worker> => {
    starting ??= openBestVault(store).then((vault) => {
      // Without tokens at rest there is nothing that the next worker could send a request again with.
      const journal = createJournal(vault.grade === 'memory' ? createMemoryStore() : store, fetch, clock)
      return createWorker({
        host,
        config: checked,
        vault,
        rotation,
        journal,
        fetch,
        clock,
        random,
        hold: lifetime.hold,
        createSync,
      })
    })
    // A database that did not answer may do so the next time.
    starting.catch(() => {
      starting = undefined
    })
    return starting
  }

  self.addEventListener('install', (event) => {
    event.waitUntil(rotation.succeeds().then((yes) => (yes ? self.skipWaiting() : undefined)))
  })
  self.addEventListener('activate', (event) => {
    event.waitUntil(Promise.all([rotation.takeCharge(), checkCallback(checked.callbackPath, fetch)]))
  })
  self.addEventListener('message', (event) => {
    const answered = worker().then(({ handlers }) => createRouter(handlers, busyAt(host))(event))
    event.waitUntil(answered.then(lifetime.idle))
  })
  self.addEventListener('fetch', (event) => {
    const { request } = event
    const url = new URL(request.url)
    if (request.mode === 'navigate') {
      if (!isCallback(request, url, checked.callbackPath)) return
      event.respondWith(worker().then(({ signIn }) => answerCallback(signIn, request, url)))
    } else if (request.mode === 'cors' || request.mode === 'same-origin') {
      const route = routeRequest(checked.resources, url, request.method, host.origin)
      if (isAlias(url, host.origin) && (route === undefined || request.destination !== '')) {
        // What a script asked for may be read by it; as a script, style or image of our own origin it would be believed.
        event.respondWith(new Response(null, { status: 404, headers: pageHeaders }))
        return
      }
      if (route === undefined) return
      const answer = async () => (await worker()).respond(request, route, await isFromOwnWindow(event.clientId))
      event.respondWith(answer())
    } else return
    event.waitUntil(worker().then(lifetime.idle))
  })
  self.addEventListener('sync', (event: Event) => {
    if (!(event instanceof ExtendableEvent) || Reflect.get(event, 'tag') !== SYNC_TAG) return
    event.waitUntil(worker().then((ready) => ready.online()))
  })
}
