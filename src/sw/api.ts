import type { Clock } from '../base/clock.ts'
import { reveal, type Secret } from '../base/secret.ts'
import { refreshNeed } from '../session/refresh-time.ts'
import type { Resource, Route } from '../session/resource.ts'
import type { Journal } from './journal.ts'
import type { Keeper } from './keeper.ts'
import { pageHeaders } from './prelude.ts'
import type { LiveSession } from './records.ts'
import type { Refresher } from './refresher.ts'

/** Who answers for the credentials of one resource. */
export type Holder = { readonly keeper: Keeper; readonly refresher: Refresher }

export type ApiDeps = {
  /** Sends, and knows what must not be sent again. */
  readonly journal: Journal
  readonly clock: Clock
  /** Learns the clock of a server from its reply. */
  readonly observe: (response: Response) => void
  /** Keeps the worker alive until the promise settles. */
  readonly hold: (work: Promise<unknown>) => void
}

/** Larger bodies are sent only where the token will last through the upload. */
const largeBody = 8 * 1024 * 1024
const lifeForLargeBody = 60_000

/** What is sent, as often as it takes: the page's request without any credentials of the page's own. */
type Outgoing = { readonly url: URL; readonly init: RequestInit; readonly size: number }

const withoutBody = new Set(['GET', 'HEAD'])

/** How long the beginning of an answer is waited for, in milliseconds; an upload may take its time. */
const patience = { withoutBody: 28_000, withBody: 300_000 }

const toOutgoing = async (request: Request, { resource, target, aliased }: Route): Promise<Outgoing> => {
  const headers = new Headers(request.headers)
  headers.delete('authorization')
  headers.delete('dpop')
  if (resource.header !== undefined) headers.delete(resource.header)
  const body = withoutBody.has(request.method) ? null : await request.blob()
  const { method, cache, integrity, keepalive, signal } = request
  // An alias is of our own origin and what is behind it is of another, to which no cookie goes.
  const { mode, credentials } = aliased ? ({ mode: 'cors', credentials: 'omit' } as const) : request
  const redirect = resource.redirects === true ? 'follow' : 'error'
  const common = { method, mode, credentials, cache, integrity, keepalive, signal, headers, redirect } as const
  const init: RequestInit = { ...common, body: body === null || body.size === 0 ? null : body }
  return { url: target, init, size: body?.size ?? 0 }
}

const authorization = async (outgoing: Outgoing, live: LiveSession, keeper: Keeper): Promise<Headers> => {
  const headers = new Headers(outgoing.init.headers)
  const proofs = keeper.proofs()
  if (live.tokens.type === 'dpop' && proofs !== undefined) {
    const made = await proofs.authorize(live.tokens.access, outgoing.init.method ?? 'GET', outgoing.url)
    made.forEach((value, name) => {
      headers.set(name, value)
    })
  } else {
    headers.set('authorization', `Bearer ${reveal(live.tokens.access)}`)
  }
  return headers
}

/** A secret has no life to watch and nothing to refresh: it goes out as it is. */
const withSecret = ({ init, ...rest }: Outgoing, { header, scheme }: Resource, secret: Secret<string>): Outgoing => {
  const headers = new Headers(init.headers)
  const name = header ?? 'authorization'
  const before = scheme ?? (name === 'authorization' ? 'Bearer' : '')
  headers.set(name, `${before} ${reveal(secret)}`.trim())
  // Whatever the resource says of redirects: they could carry a header of ours along.
  return { ...rest, init: { ...init, headers, redirect: 'error' } }
}

const withoutContent = new Set([101, 204, 205, 304])

/** What came of an alias, as an answer of our own origin: as itself it could not be handed to a same-origin request. */
const asOwn = (response: Response): Response => {
  if (response.type === 'error') return response
  const { status, statusText } = response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value)
  return new Response(withoutContent.has(status) ? null : response.body, { status, statusText, headers })
}

const nonceAsked = (response: Response): boolean =>
  response.status === 401 && /\buse_dpop_nonce\b/.test(response.headers.get('www-authenticate') ?? '')

/** The only place that adds credentials to a request. */
export const createApi = ({ journal, clock, observe, hold }: ApiDeps) => {
  /** The answer when it begins; how long it then goes on is between the page and the API. */
  const plain = async ({ url, init, size }: Outgoing): Promise<Response> => {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), size === 0 ? patience.withoutBody : patience.withBody)
    const signals = init.signal == null ? [late.signal] : [init.signal, late.signal]
    try {
      return await journal.fetch(url, { ...init, signal: AbortSignal.any(signals) })
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * With redirects allowed the request goes out twice: once with credentials as far as the first redirect, then again
   * without any, so that they never go anywhere but to the resource.
   */
  const send = async (outgoing: Outgoing, live: LiveSession, keeper: Keeper): Promise<Response> => {
    const headers = await authorization(outgoing, live, keeper)
    const follows = outgoing.init.redirect === 'follow'
    const redirect = follows ? 'manual' : 'error'
    const response = await plain({ ...outgoing, init: { ...outgoing.init, headers, redirect } })
    if (response.type === 'opaqueredirect') return plain(outgoing)
    observe(response)
    keeper.proofs()?.learn(outgoing.url, response.headers.get('dpop-nonce'))
    return response
  }

  const sendWithNonce = async (outgoing: Outgoing, live: LiveSession, keeper: Keeper): Promise<Response> => {
    const response = await send(outgoing, live, keeper)
    return nonceAsked(response) && live.tokens.type === 'dpop' ? send(outgoing, live, keeper) : response
  }

  /** Live tokens, after a wait where the access token is over or too short for a large body. */
  const usable = async ({ keeper, refresher }: Holder, size: number): Promise<LiveSession | undefined> => {
    const needs = () => {
      const live = keeper.live()
      if (live === undefined) return 'none'
      const short = size > largeBody && live.tokens.life.expiresAt - clock() < lifeForLargeBody
      return short ? 'wait' : refreshNeed(live.tokens.life, clock())
    }
    if (needs() === 'wait') await refresher.refresh()
    else if (needs() === 'beside') hold(refresher.refresh())
    return keeper.live()
  }

  /**
   * A 401 is answered once: with the tokens that another request has already got, or with a refresh. The first call may
   * join the very refresh that brought the refused token; the second then begins another.
   */
  const replay = async (holder: Holder, outgoing: Outgoing, used: LiveSession, refused: Response) => {
    const isSame = () => holder.keeper.live()?.generation === used.generation
    if (isSame()) await holder.refresher.refresh()
    if (isSame()) await holder.refresher.refresh()
    const live = holder.keeper.live()
    if (live === undefined || live.generation === used.generation) return refused
    return sendWithNonce(outgoing, live, holder.keeper)
  }

  const call = async (holder: Holder, outgoing: Outgoing): Promise<Response> => {
    const live = await usable(holder, outgoing.size)
    if (live === undefined) return plain(outgoing)
    if (clock() >= live.tokens.life.expiresAt) return Response.error()
    const response = await sendWithNonce(outgoing, live, holder.keeper)
    return response.status === 401 ? replay(holder, outgoing, live, response) : response
  }

  return {
    /** A request of the worker's own. Rejects where the network fails. */
    ask: (holder: Holder, url: URL, init: RequestInit): Promise<Response> =>
      call(holder, {
        url,
        init: { ...init, mode: 'cors', credentials: 'omit', redirect: 'error' },
        size: init.body instanceof Uint8Array ? init.body.length : init.body instanceof Blob ? init.body.size : 0,
      }),
    /** The answer to a request for a resource of a secret. Without the secret it goes out as it is. */
    async respondWithSecret(
      request: Request,
      route: Route,
      secret: Secret<string> | undefined,
      trusted: boolean,
    ): Promise<Response> {
      const outgoing = await toOutgoing(request, route)
      if (await journal.isHandedOver(outgoing.url, outgoing.init)) return Response.error()
      const ready = trusted && secret !== undefined ? withSecret(outgoing, route.resource, secret) : outgoing
      return plain(ready).then(route.aliased ? asOwn : undefined, () => Response.error())
    },
    /** The answer to a request for a resource of a provider. A network error where the network fails. */
    async respond(request: Request, route: Route, holder: Holder, trusted: boolean): Promise<Response> {
      const outgoing = await toOutgoing(request, route)
      if (await journal.isHandedOver(outgoing.url, outgoing.init)) return Response.error()
      if (!trusted) return plain(outgoing)
      try {
        const response = await call(holder, outgoing)
        await holder.keeper.dispatch({ type: 'network', online: response.type !== 'error' })
        return route.aliased ? asOwn(response) : response
      } catch {
        if (!request.signal.aborted) await holder.keeper.dispatch({ type: 'network', online: false })
        return Response.error()
      }
    },
  }
}
