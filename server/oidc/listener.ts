import type { IncomingMessage, RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { ClientMetadata, Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { createFederation } from '../accounts/federation.ts'
import { createPasskeyService } from '../accounts/passkeys.ts'
import { createSecondFactor } from '../accounts/second-factor.ts'
import type { PasswordAccounts } from '../accounts/sign-in.ts'
import { clientAddress, proxiesOf } from '../client-address.ts'
import type { Config } from '../config.ts'
import { isLocal } from '../config-values.ts'
import type { Mail } from '../mail/mail.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import { isUnavailable, retryAfter } from '../store/unavailable.ts'
import { createAccountPages } from './account.ts'
import { formTargets } from './clients.ts'
import { createFederated, type Federated, upstreamCallback } from './federated.ts'
import { createInteractions } from './interactions.ts'
import { messagePage } from './pages.ts'
import { routePattern } from './route-pattern.ts'
import { createSteps } from './steps.ts'
import { createUpstream } from './upstream.ts'
import { wordsFor } from './words.ts'

/**
 * Headers of every answer of the identity origin. No script runs there, but for the one line of the form_post page, whose
 * hash the provider puts into `script-src`. Chromium holds the redirects after a form against `form-action`, so the origins
 * of the clients are named there.
 */
const headers = (config: Config, targets: readonly string[]): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    'script-src',
    "style-src 'self'",
    "img-src 'self'",
    ["form-action 'self'", ...targets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(config.idUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
})

/**
 * Addresses that the provider builds, and who it takes the client for, come from the configuration and the connection, not
 * from what a client says in these headers.
 */
const setOrigin = (incoming: IncomingMessage, config: Config, isProxy: (address: string) => boolean): void => {
  const { host, protocol } = new URL(config.idUrl)
  const address = clientAddress(incoming, !isLocal(config.idUrl), isProxy)
  Object.assign(incoming.headers, {
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-for': address,
  })
}

/** `/account` of `/account/password?from=here`. */
const firstStep = (path: string): string => /^\/[^/?]*/.exec(path)?.[0] ?? ''

/** Sign-in by way of another provider, where one is configured. */
const federatedOf = (config: Config, store: Store): Federated | undefined => {
  if (config.upstream === undefined) return undefined
  const upstream = createUpstream(config.upstream, config.idUrl + upstreamCallback)
  return createFederated({ config, store, upstream, federation: createFederation(store) })
}

const upstreamTargets = ({ upstream }: Config): readonly string[] =>
  upstream === undefined ? [] : [new URL(upstream.issuer).origin]

export type IdDeps = {
  readonly config: Config
  readonly provider: Provider
  readonly store: Store
  readonly secrets: Secrets
  readonly accounts: PasswordAccounts
  readonly mail: Mail
  readonly log: Logger
  /** All that the provider knows. */
  readonly clients: readonly ClientMetadata[]
}

/** Everything that answers on the identity origin. */
export const createIdListener = (deps: IdDeps): RequestListener => {
  const { config, provider, store, accounts, log, clients } = deps
  provider.on('server_error', (_ctx, error) => log.error({ kind: error.name }, 'identity request failed'))
  // Koa would print what it catches, with whatever stands in the message.
  provider.silent = true
  const callback = provider.callback()
  const secondFactor = createSecondFactor(store, deps.secrets.nonceSecret)
  const federated = federatedOf(config, store)
  const passkeys = createPasskeyService(store, config.idUrl)
  const signIn = { steps: createSteps({ store, accounts, secondFactor }), passkeys, federated }
  const pages = createInteractions({ provider, accounts, signIn, config })
  pages.route('/', createAccountPages({ config, store, accounts, secondFactor, signIn, mail: deps.mail }))
  if (federated !== undefined) pages.route('/', federated.pages)
  pages.get('/healthz', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }))
  pages.all('*', async (c) => {
    await callback(c.env.incoming, c.env.outgoing)
    return RESPONSE_ALREADY_SENT
  })
  pages.onError((error, c) => {
    log.error({ kind: error.name }, 'identity request failed')
    if (!isUnavailable(error)) return c.text('Something went wrong.', 500)
    const words = wordsFor(c.req.header('accept-language'))
    const page = messagePage(words, words.unavailableTitle, words.unavailable, config.appUrl)
    return c.html(page, 503, { 'retry-after': String(retryAfter) })
  })
  const respond = getRequestListener(async (request, env) => {
    const response = await pages.fetch(request, env)
    // Hono answers HEAD with a copy, which no longer says so.
    return env.outgoing.headersSent ? RESPONSE_ALREADY_SENT : response
  })
  // Whatever begins like none of the pages is for the provider alone, and gets there without a look at each of them.
  const ours = new Set(pages.routes.map(({ path }) => firstStep(path)))
  const isProxy = proxiesOf(config.trustedProxies)
  const fixed = Object.entries(headers(config, [...formTargets(clients), ...upstreamTargets(config)]))
  return (incoming, outgoing) => {
    const { method = '', url = '' } = incoming
    const requestId = crypto.randomUUID()
    const started = performance.now()
    outgoing.once('finish', () => {
      const milliseconds = Math.round(performance.now() - started)
      const route = routePattern(url.split('?', 1)[0] ?? '')
      log.info({ requestId, method, route, status: outgoing.statusCode, milliseconds })
    })
    setOrigin(incoming, config, isProxy)
    for (const [name, value] of fixed) outgoing.setHeader(name, value)
    outgoing.setHeader('x-request-id', requestId)
    void (ours.has(firstStep(url)) ? respond(incoming, outgoing) : callback(incoming, outgoing))
  }
}
