import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Logger } from 'pino'
import type { PasswordAccounts } from '../accounts/sign-in.ts'
import type { Config } from '../config.ts'
import type { Secrets } from '../secrets.ts'
import type { Store } from '../store/store.ts'
import { createInteractions } from './interactions.ts'
import { createProvider } from './provider.ts'

/**
 * Headers of every answer of the identity origin. No script runs there, but for the one line of the form_post page, whose
 * hash the provider puts into `script-src`. Chromium holds the redirects after a form against `form-action`, so the app is
 * named there.
 */
const headers = (config: Config): Readonly<Record<string, string>> => ({
  'content-security-policy': [
    "default-src 'none'",
    'script-src',
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self' ${config.appUrl}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(config.idUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
})

/** Everything that answers on the identity origin. */
export const createIdListener = (deps: {
  readonly config: Config
  readonly secrets: Secrets
  readonly store: Store
  readonly accounts: PasswordAccounts
  readonly log: Logger
}): RequestListener => {
  const { config, secrets, store, accounts, log } = deps
  const provider = createProvider(config, secrets, store)
  provider.on('server_error', (_ctx, error) => log.error({ kind: error.name }, 'identity request failed'))
  const callback = provider.callback()
  const pages = createInteractions(provider, accounts, config)
  pages.get('/healthz', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }))
  pages.all('*', async (c) => {
    await callback(c.env.incoming, c.env.outgoing)
    return RESPONSE_ALREADY_SENT
  })
  const respond = getRequestListener(pages.fetch)
  const { host } = new URL(config.idUrl)
  const fixed = Object.entries(headers(config))
  return (incoming, outgoing) => {
    // Addresses that the provider builds come from its configuration, not from what a client says.
    incoming.headers.host = host
    for (const [name, value] of fixed) outgoing.setHeader(name, value)
    void respond(incoming, outgoing)
  }
}
