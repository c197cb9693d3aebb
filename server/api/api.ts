import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import type { Logger } from 'pino'
import * as v from 'valibot'
import type { Limit } from '../store/attempts.ts'
import type { Store } from '../store/store.ts'
import { parseBody } from './body.ts'
import { type Caller, type Credentials, claimOf } from './credentials.ts'
import { dpopChallenge } from './dpop.ts'
import { ApiError, errorResponse, toApiError } from './errors.ts'
import { createOpenApi } from './openapi.ts'
import { addPages } from './page.ts'
import type { Route } from './route.ts'

export type ApiDeps = {
  readonly store: Store
  readonly credentials: Credentials
  readonly log: Logger
  readonly routes: readonly Route[]
  /** The origin whose scripts may read answers: `*` where everything needs credentials. */
  readonly readableBy: string
}

/** `address`: where on the network a request comes from. */
export type ApiEnv = { Bindings: { address?: string }; Variables: { requestId: string } }

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const exposeHeaders = ['DPoP-Nonce', 'WWW-Authenticate', 'X-Request-Id', 'API-Version', 'Date', 'Retry-After']

/** Answers what a browser asks ahead of a request of another origin. */
const preflightOf = (origin: string) => {
  const allowHeaders = ['Authorization', 'DPoP', 'Content-Type', 'API-Version']
  return cors({ origin, allowMethods: methods, allowHeaders, exposeHeaders, maxAge: 7200 })
}

/** Whose scripts may read answers: everybody's, where nothing is answered without credentials; else those of the app. */
const shareWith = (origin: string, c: Context): void => {
  const { headers } = c.res
  if (origin === '*' || c.req.header('origin') === origin) headers.set('access-control-allow-origin', origin)
  if (origin !== '*') headers.append('vary', 'Origin')
  headers.set('access-control-expose-headers', exposeHeaders.join(','))
}

const limitOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      // What is left of the body is not read, so the connection is of no more use.
      throw new ApiError('too_large', { headers: { connection: 'close' } })
    },
  })

const mebibyte = 1024 * 1024
const usual = limitOf(mebibyte)
const none: MiddlewareHandler = (_, next) => next()

/** Keeps bodies as small as their route says. */
const limitBodies = (routes: readonly Route[]): MiddlewareHandler<ApiEnv> => {
  const own = routes.flatMap(({ method, path, longest, hasBytes }) => {
    const at = new RegExp(`/v1${path.replaceAll(/:\w+/g, '[^/]+')}$`)
    if (hasBytes === 'as they come') return [{ method, at, limit: none }]
    return longest === undefined ? [] : [{ method, at, limit: limitOf(longest) }]
  })
  return (c, next) => {
    // Those have no body (Fetch §5.3), and to look for one costs as much as the rest of a small request.
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const route = own.find(({ method, at }) => method === c.req.method && at.test(c.req.path))
    return (route?.limit ?? usual)(c, next)
  }
}

/** A known address with a method that it does not have (RFC 9110 §15.5.6). */
const refuseOtherMethods = (api: Hono<ApiEnv>, path: string, methods: readonly string[]): void => {
  api.all(path, () => {
    throw new ApiError('method_not_allowed', { headers: { allow: methods.join(', ') } })
  })
}

/** Fixed addresses first, each whole: one with a parameter has room for them too. */
const addRoutes = (api: Hono<ApiEnv>, deps: ApiDeps): void => {
  const paths = [...new Set(deps.routes.map(({ path }) => path))]
  for (const path of paths.sort((one, other) => Number(one.includes(':')) - Number(other.includes(':')))) {
    const routes = deps.routes.filter((route) => route.path === path)
    for (const route of routes) api.on(route.method, `/v1${path}`, createHandler(deps, route))
    refuseOtherMethods(
      api,
      `/v1${path}`,
      routes.map(({ method }) => method),
    )
  }
}

/** Reads what nobody wants. False where it is too much or takes too long, and the rest is left. */
const readToEnd = async (body: ReadableStream<Uint8Array>): Promise<boolean> => {
  const end = performance.now() + 2000
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > 16 * mebibyte || performance.now() > end) return false
  }
  return true
}

/** What holds for every request: its id, its version, its size, and that its body is read to the end. */
const addCommon = (api: Hono<ApiEnv>, { log, routes, readableBy }: ApiDeps): void => {
  api.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID())
    const started = performance.now()
    await next()
    // In place: `c.header` would make another answer, and a stream of its body.
    const { headers } = c.res
    headers.set('x-request-id', c.get('requestId'))
    headers.set('api-version', 'v1')
    headers.set('cache-control', 'no-store')
    if (c.req.method !== 'OPTIONS') shareWith(readableBy, c)
    const milliseconds = Math.round(performance.now() - started)
    const { method, routePath } = c.req
    log.info({ requestId: c.get('requestId'), method, route: routePath, status: c.res.status, milliseconds })
  })
  const preflight = preflightOf(readableBy)
  api.use((c, next) => (c.req.method === 'OPTIONS' ? preflight(c, next) : next()))
  api.use(async (c, next) => {
    if ((c.req.header('api-version') ?? 'v1') !== 'v1') throw new ApiError('unsupported_version')
    await next()
  })
  // Around the limit, too: a proxy that is still sending when the connection ends tells of a server that is not there.
  api.use(async (c, next) => {
    await next()
    const { raw } = c.req
    if (raw.method === 'GET' || raw.bodyUsed || raw.body === null) return
    // Under a body that is left unread the connection ends, and with it the next request on it. A long one is not worth that.
    if (!(await readToEnd(raw.body).catch(() => false))) c.header('connection', 'close')
  })
  api.use(limitBodies(routes))
}

/** For HEAD: what goes on for as long as it is read must not begin. */
const withoutBody = async (response: Response): Promise<Response> => {
  await response.body?.cancel()
  return new Response(null, response)
}

/** The checks of one route, in their order: what it claims to be, credentials, limit, parameters, body. */
const createHandler = ({ store, credentials }: ApiDeps, route: Route) => {
  const callerOf = async (request: Request, address: string): Promise<Caller | undefined> => {
    if (route.auth === 'none') return undefined
    const found = await credentials(request, address)
    if (found !== undefined || route.auth === 'optional') return found
    throw new ApiError('unauthorized', { headers: { 'www-authenticate': dpopChallenge() } })
  }
  const take = async (who: string, limit: Limit | undefined): Promise<void> => {
    if (limit === undefined) return
    const wait = await store.attempts.take(`${route.method} ${route.path} ${who}`, limit)
    if (wait > 0)
      throw new ApiError('too_many_requests', { headers: { 'retry-after': String(Math.ceil(wait / 1000)) } })
  }
  const paramsOf = (c: Context): unknown => {
    if (route.params === undefined) return {}
    const parsed = v.safeParse(route.params, c.req.param())
    if (parsed.success) return parsed.output
    throw new ApiError('not_found')
  }
  const queryOf = (c: Context): unknown => {
    if (route.query === undefined) return {}
    const parsed = v.safeParse(route.query, c.req.query())
    if (parsed.success) return parsed.output
    const details = parsed.issues.map((issue) => ({ field: v.getDotPath(issue), problem: issue.type }))
    throw new ApiError('validation_failed', { details })
  }
  return async (c: Context<ApiEnv>): Promise<Response> => {
    const { raw: request } = c.req
    const address = c.env?.address ?? ''
    if (route.claimLimit !== undefined) await take(`claimed ${claimOf(request)} ${address}`, route.claimLimit)
    const caller = await callerOf(request, address)
    await take(caller?.session.id ?? address, route.limit)
    const params = paramsOf(c)
    const query = queryOf(c)
    const body = route.body === undefined ? {} : await parseBody(request, route.body)
    const answer = await route.answer({ params, query, body, request, address }, caller)
    if (answer instanceof Response) return request.method === 'HEAD' ? withoutBody(answer) : answer
    return c.json(v.parse(route.reply, answer), route.status ?? 200)
  }
}

/** The API, to be mounted at `/api`: the routes, and the document that is made of them. */
export const createApi = (deps: ApiDeps): Hono<ApiEnv> => {
  const { routes, log } = deps
  const api = new Hono<ApiEnv>()
  addCommon(api, deps)
  addRoutes(api, deps)
  for (const path of addPages(api, () => createOpenApi(routes))) refuseOtherMethods(api, path, ['GET'])
  api.all('*', () => {
    throw new ApiError('not_found')
  })
  api.onError((error, c) => {
    const told = toApiError(error)
    if (told !== error) {
      log.error({ requestId: c.get('requestId'), kind: error.name, told: told.code }, 'request failed')
    }
    return errorResponse(c, told)
  })
  return api
}
