import { PrecacheController } from 'workbox-precaching'
import { pageHeaders } from './prelude.ts'

declare const self: ServiceWorkerGlobalScope

type Entry = { readonly url: string; readonly revision: string | null; readonly integrity: string }

/** Written into this script by the build: every file of the app with the hash of its bytes. */
const manifest = self.__WB_MANIFEST as readonly unknown[] as readonly Entry[]
const integrities = new Map(manifest.map(({ url, integrity }) => [new URL(url, self.location.origin).href, integrity]))

const digest = async (body: ArrayBuffer): Promise<string> => {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  return `sha256-${btoa(String.fromCharCode(...hash))}`
}

/**
 * A page can write to Cache Storage, so a cached file is served only where its bytes are those of the build, and with
 * headers that do not come from the cache. Anything else is fetched again.
 */
const checkCached = async (request: Request, cached: Response): Promise<Response | undefined> => {
  const url = new URL(request.url)
  url.search = ''
  const body = await cached.arrayBuffer()
  if ((await digest(body)) !== integrities.get(url.href)) return undefined
  const type = cached.headers.get('content-type') ?? 'application/octet-stream'
  return new Response(body, { headers: { 'content-type': trustedType(url, type), ...pageHeaders } })
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
}

/** The type by the name in the build; the cache's own word counts only for kinds that the build does not have. */
const trustedType = (url: URL, otherwise: string): string => types[url.pathname.split('.').at(-1) ?? ''] ?? otherwise

const controller = new PrecacheController({
  cacheName: 'holdfast-precache-v1',
  plugins: [
    {
      async cachedResponseWillBeUsed({ request, cachedResponse }) {
        return cachedResponse === undefined ? undefined : checkCached(request, cachedResponse)
      },
    },
  ],
})

/** Pages of the app: each is the shell, which reads its address. */
const pages = new Set(['/', '/index.html', '/settings'])

const shellUrl = (request: Request, url: URL): string | undefined => {
  if (url.origin !== self.location.origin || request.method !== 'GET') return undefined
  if (request.mode === 'navigate') return pages.has(url.pathname) ? '/index.html' : undefined
  url.search = ''
  return integrities.has(url.href) ? url.pathname : undefined
}

/** Keeps the app shell for offline: fetched with integrity at install, served from the cache, old files dropped. */
export const installPrecache = (): void => {
  controller.addToCacheList([...manifest].map((entry) => ({ ...entry })))
  self.addEventListener('install', (event) => {
    event.waitUntil(controller.install(event))
  })
  self.addEventListener('activate', (event) => {
    event.waitUntil(controller.activate(event))
  })
  self.addEventListener('fetch', (event) => {
    const path = shellUrl(event.request, new URL(event.request.url))
    const key = path === undefined ? undefined : controller.getCacheKeyForURL(path)
    if (key === undefined) return
    const request = new Request(key, { mode: 'same-origin', credentials: 'same-origin' })
    event.respondWith(controller.strategy.handle({ event, request }))
  })
}
