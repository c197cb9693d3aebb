import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import type { Logger } from 'pino'
import * as v from 'valibot'
import { publicJwk, type Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import { version } from '../version.ts'
import type { Caller, Credentials } from './credentials.ts'
import { dpopChallenge } from './dpop.ts'
import { ApiError, errorResponse, toApiError } from './errors.ts'

export type ApiDeps = {
  readonly store: Store
  readonly secrets: Secrets
  readonly credentials: Credentials
  readonly log: Logger
}

type Env = { Variables: { requestId: string } }

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const openToAll = cors({
  origin: '*',
  allowMethods: methods,
  allowHeaders: ['Authorization', 'DPoP', 'Content-Type', 'API-Version'],
  exposeHeaders: ['DPoP-Nonce', 'WWW-Authenticate', 'X-Request-Id', 'API-Version', 'Date'],
  maxAge: 7200,
})

const parseBody = async <T>(c: Context, schema: v.GenericSchema<unknown, T>): Promise<T> => {
  const type = c.req.header('content-type') ?? ''
  const text = await c.req.text()
  if (text !== '' && !/^application\/json\s*(;|$)/i.test(type)) throw new ApiError('unsupported_media_type')
  let json: unknown
  try {
    json = text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ApiError('bad_request')
  }
  if (Array.isArray(json)) throw new ApiError('validation_failed')
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return parsed.output
  const details = parsed.issues.map((issue) => ({ field: v.getDotPath(issue), problem: issue.type }))
  throw new ApiError('validation_failed', { details })
}

const logoutSchema = v.object({ allDevices: v.optional(v.boolean(), false) })
const wellFormed = v.check((text: string) => text.isWellFormed() && !text.includes('\0'), 'unreadable')
const profileSchema = v.object({
  name: v.nullable(v.pipe(v.string(), wellFormed, v.trim(), v.minLength(1), v.maxLength(100))),
})

/** A refresh is due at the last fifth of the token's life, five minutes before its end at the earliest (G6). */
const needsRefresh = ({ issuedAt, expiresAt }: Caller): boolean =>
  expiresAt - Date.now() / 1000 <= Math.min(300, (expiresAt - issuedAt) / 5)

const userOf = ({ account }: Caller) => ({ id: account.id, email: account.email, name: account.name })
const deviceOf = ({ session }: Caller) => ({ id: session.id, name: session.deviceName, platform: session.platform })

/** A known address with a method that it does not have (RFC 9110 §15.5.6). */
const refuseOtherMethods = (api: Hono<Env>): void => {
  const routes = api.routes.filter(({ method }) => method !== 'ALL')
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = routes.filter((route) => route.path === path).map((route) => route.method)
    api.all(path, () => {
      throw new ApiError('method_not_allowed', { headers: { allow: allow.join(', ') } })
    })
  }
}

/** Every route of the API in one list, to be mounted at `/api`. */
export const createApi = ({ store, secrets, credentials, log }: ApiDeps): Hono<Env> => {
  const api = new Hono<Env>()
  const caller = async (c: Context): Promise<Caller> => {
    const found = await credentials(c.req.raw)
    if (found !== undefined) return found
    throw new ApiError('unauthorized', { headers: { 'www-authenticate': dpopChallenge() } })
  }

  api.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID())
    const started = performance.now()
    await next()
    c.header('x-request-id', c.get('requestId'))
    c.header('api-version', 'v1')
    c.header('cache-control', 'no-store')
    const milliseconds = Math.round(performance.now() - started)
    const { method, routePath } = c.req
    log.info({ requestId: c.get('requestId'), method, route: routePath, status: c.res.status, milliseconds })
  })
  api.use(openToAll)
  api.use(async (c, next) => {
    if ((c.req.header('api-version') ?? 'v1') !== 'v1') throw new ApiError('unsupported_version')
    await next()
  })
  api.use(
    bodyLimit({
      maxSize: 1024 * 1024,
      onError: () => {
        // What is left of the body is not read, so the connection is of no more use.
        throw new ApiError('too_large', { headers: { connection: 'close' } })
      },
    }),
  )

  api.use(async (c, next) => {
    await next()
    const { raw } = c.req
    // Under a body that is left unread the connection ends, and with it the next request on it.
    if (raw.method !== 'GET' && !raw.bodyUsed) await raw.arrayBuffer().catch(() => undefined)
  })

  api.get('/v1/auth/status', async (c) => {
    const who = await credentials(c.req.raw)
    if (who === undefined) return c.json({ isAuthenticated: false })
    const expiresAt = new Date(who.expiresAt * 1000).toISOString()
    const rest = { user: userOf(who), expiresAt, needsRefresh: needsRefresh(who), device: deviceOf(who) }
    return c.json({ isAuthenticated: true, ...rest })
  })
  api.post('/v1/auth/logout', async (c) => {
    const who = await caller(c)
    const { allDevices } = await parseBody(c, logoutSchema)
    if (allDevices) await store.sessions.signOutEverywhere(who.account.id)
    else await store.sessions.signOut(who.session.id)
    return c.json({ loggedOut: true, allDevices })
  })
  api.get('/v1/user/profile', async (c) => c.json(userOf(await caller(c))))
  api.put('/v1/user/profile', async (c) => {
    const who = await caller(c)
    const { name } = await parseBody(c, profileSchema)
    await store.accounts.setName(who.account.id, name)
    return c.json({ ...userOf(who), name })
  })
  api.get('/v1/server', (c) =>
    c.json({
      name: 'Holdfast',
      version,
      identityKey: publicJwk(secrets.identityKey),
      grades: ['sealed', 'isolated', 'memory'],
      features: ['password'],
    }),
  )

  refuseOtherMethods(api)
  api.all('*', () => {
    throw new ApiError('not_found')
  })
  api.onError((error, c) => {
    const told = toApiError(error)
    if (told !== error)
      log.error({ requestId: c.get('requestId'), kind: error.name, told: told.code }, 'request failed')
    return errorResponse(c, told)
  })
  return api
}
