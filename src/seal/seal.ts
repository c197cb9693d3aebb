import { toBase64url } from '../base/bytes.ts'
import { pathOf } from '../base/path-of.ts'
import { PRELUDE, type Prelude } from '../protocol/prelude.ts'
import {
  checkKeys,
  deriveShare,
  expiredCookie,
  installCookie,
  mintInstall,
  readInstall,
  type SealKey,
} from './install.ts'
import { securityHeaders, workerPolicy } from './security-headers.ts'

/** What `createSeal` is told once, at the start of a server. */
export type SealOptions = {
  /** The first key seals new installs; the others still open older ones. At least 32 bytes each. */
  readonly keys: readonly SealKey[]
  /** Where the worker is, and its text: one classic script. */
  readonly worker: { readonly path: string; readonly source: string }
  readonly callbackPath: string
  /** Origins that the worker talks to, besides its own. */
  readonly connect: readonly string[]
  /** What a page may connect to besides its own origin, as CSP sources. Default: the same as `connect`. */
  readonly pageConnect?: readonly string[]
  /** True where the public address is https although the requests that arrive are not: behind a proxy. */
  readonly https?: boolean
}

export type Seal = {
  /** The worker script, the callback, refused worker requests; undefined = yours. */
  handle(request: Request): Promise<Response | undefined>
  /** The same response with the security headers of this origin. */
  protect(request: Request, response: Response): Response
}

const refused = (): Response => new Response(null, { status: 403, headers: { 'cache-control': 'no-store' } })

/**
 * A browser asking for the script of a service worker sends exactly this (Fetch Metadata; Service Workers §"Update"),
 * and no page can send it: these names are forbidden to scripts.
 */
const isWorkerFetch = (headers: Headers): boolean =>
  headers.get('sec-fetch-dest') === 'serviceworker' &&
  headers.get('sec-fetch-mode') === 'same-origin' &&
  headers.get('sec-fetch-site') === 'same-origin' &&
  headers.get('service-worker') === 'script'

const asksForAWorker = (headers: Headers): boolean =>
  headers.get('service-worker') !== null || headers.get('sec-fetch-dest') === 'serviceworker'

/** The callback never renders: whatever came, the browser goes on to the app with an explicit empty fragment. */
const interrupted = (): Response =>
  new Response(null, { status: 303, headers: { location: '/?signin=interrupted#', 'cache-control': 'no-store' } })

/** Aliases of resources are answered by the worker alone; where it is not there, nothing is. */
const ALIASES = '/~/'
const nothing = (): Response => new Response(null, { status: 404, headers: { 'cache-control': 'no-store' } })

/** Ends this install: the next worker script carries another share, and records of this one stay closed for ever. */
const endInstall = (headers: Headers): Response => {
  if (headers.get('sec-fetch-site') !== 'same-origin') return refused()
  return new Response(null, {
    status: 204,
    headers: { 'set-cookie': expiredCookie, 'cache-control': 'no-store', 'clear-site-data': '"cache"' },
  })
}

/**
 * Serves a worker whose script carries a share that only it can see, and the headers that keep it so. Stateless, Request
 * in and Response out, WebCrypto only: it runs on Node and on edge functions alike. Throws TypeError on unusable keys.
 */
export const createSeal = (options: SealOptions): Seal => {
  const keys = checkKeys(options.keys)
  const { path, source } = options.worker
  const pageConnect = options.pageConnect ?? options.connect
  const headersFor = (https: boolean) => securityHeaders({ connect: pageConnect, https })
  const overHttp = Object.entries(headersFor(false))
  const overHttps = Object.entries(headersFor(true))
  const ownPolicy = new WeakSet<Response>()
  const isHttps = (request: Request) => options.https ?? new URL(request.url).protocol === 'https:'

  const workerScript = async (request: Request): Promise<Response> => {
    const install = readInstall(keys, request.headers.get('cookie')) ?? mintInstall(keys)
    const share = toBase64url(await deriveShare(install))
    const prelude: Prelude = { install: install.name, share, headers: headersFor(isHttps(request)) }
    const response = new Response(`self.${PRELUDE}=${JSON.stringify(prelude)};\n${source}`, {
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-store',
        vary: 'Sec-Fetch-Dest',
        'content-security-policy': workerPolicy(options.connect),
        'set-cookie': installCookie(install),
      },
    })
    ownPolicy.add(response)
    return response
  }

  const atWorkerPath = (request: Request): Response | Promise<Response> => {
    if (request.method === 'DELETE') return endInstall(request.headers)
    const genuine = request.method === 'GET' && !request.url.includes('?') && isWorkerFetch(request.headers)
    return genuine ? workerScript(request) : refused()
  }

  return {
    async handle(request) {
      const pathname = pathOf(request.url)
      if (pathname === path) return atWorkerPath(request)
      if (asksForAWorker(request.headers)) return refused()
      if (pathname === options.callbackPath) return interrupted()
      if (pathname.startsWith(ALIASES)) return nothing()
      return undefined
    },
    protect(request, response) {
      const ours = isHttps(request) ? overHttps : overHttp
      const added = ownPolicy.has(response) ? ours.filter(([name]) => name !== 'content-security-policy') : ours
      try {
        for (const [name, value] of added) response.headers.set(name, value)
        return response
      } catch {
        // The headers of what was fetched or redirects cannot be changed.
        const headers = new Headers(response.headers)
        for (const [name, value] of added) headers.set(name, value)
        const { body, status, statusText } = response
        return new Response(body, { status, statusText, headers })
      }
    },
  }
}
