import { readFile } from 'node:fs/promises'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Provider } from 'oidc-provider'
import type { CreateOutcome, PasswordAccounts } from '../accounts/sign-in.ts'
import { type Config, desktopClient, extensionClient } from '../config.ts'
import { isUnavailable } from '../store/unavailable.ts'
import { isOurs, loopbackTarget } from './clients.ts'
import { credentialsForm, readForm, retryAfter, waitWords } from './forms.ts'
import { consentPage, createAccountPage, messagePage } from './pages.ts'
import { createSignInPage, createSignInRoutes, type Env, type Place, type SignInDeps } from './sign-in-routes.ts'
import { type Words, wordsFor } from './words.ts'

const createFault = (words: Words, outcome: Exclude<CreateOutcome, { type: 'created' }>): string => {
  if (outcome.type === 'email-invalid') return words.emailInvalid
  if (outcome.type === 'email-taken') return words.emailTaken
  if (outcome.type === 'wait') return waitWords(words, outcome.milliseconds)
  return { 'too-short': words.tooShort, 'too-long': words.tooLong, common: words.common }[outcome.fault]
}

const css = 'text/css; charset=utf-8'

const tooLarge = (c: Context) => c.text('', 413, { connection: 'close' })

/** The look of the app, on this origin too. */
const assets = {
  'theme.css': { file: '../../src/app/ui/theme.css', type: css },
  'pages.css': { file: './pages.css', type: css },
  'passkey.js': { file: './passkey.js', type: 'text/javascript; charset=utf-8' },
  'icon.svg': { file: '../../public/icons/icon.svg', type: 'image/svg+xml' },
}

/** The same page with the status of one. */
const asPage = (response: Response): Response => new Response(response.body, { status: 200, headers: response.headers })

export type InteractionsDeps = {
  readonly provider: Provider
  readonly accounts: PasswordAccounts
  readonly signIn: SignInDeps
  readonly config: Config
}

/** Lets the forms of this page lead back to a program that waits on a port of this machine. */
const allowLoopback = ({ outgoing }: HttpBindings): void => {
  const policy = String(outgoing.getHeader('content-security-policy') ?? '')
  outgoing.setHeader('content-security-policy', policy.replace("form-action 'self'", `$& ${loopbackTarget}`))
}

/** The address that the forms of one sign-in are under. */
const baseOf = (uid: string): string => `/interaction/${uid}`

/** The provider's own pages: sign in, create an account, allow another app. Reached only within a sign-in under way. */
export const createInteractions = ({ provider, accounts, signIn, config }: InteractionsDeps): Hono<Env> => {
  const app = new Hono<Env>()
  for (const [name, { file, type }] of Object.entries(assets)) {
    const text = readFile(new URL(file, import.meta.url), 'utf8')
    const headers = { 'content-type': type, 'cache-control': 'public, max-age=300' }
    app.get(`/assets/${name}`, async (c) => c.body(await text, 200, headers))
  }
  const words = (c: { req: { header(name: string): string | undefined } }) => wordsFor(c.req.header('accept-language'))
  // Set by the listener.
  const addressOf = (env: HttpBindings): string => String(env.incoming.headers['x-forwarded-for'] ?? '')

  app.use('/interaction/*', async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  app.use('/interaction/*', bodyLimit({ maxSize: 16 * 1024, onError: tooLarge }))

  /** The interaction that cookie and address agree on, or undefined where it is over. */
  const details = async (env: HttpBindings, uid: string) => {
    try {
      const found = await provider.interactionDetails(env.incoming, env.outgoing)
      return found.uid === uid ? found : undefined
    } catch (error) {
      if (isUnavailable(error)) throw error
      return undefined
    }
  }

  const finish = (env: HttpBindings, result: Parameters<Provider['interactionResult']>[2]): Promise<string> =>
    provider.interactionResult(env.incoming, env.outgoing, result, { mergeWithLastSubmission: false })

  app.use('/interaction/:uid/*', async (c, next) => {
    const found = await details(c.env, c.req.param('uid'))
    if (found === undefined) {
      const text = words(c)
      return c.html(messagePage(text, text.expiredTitle, text.expired, config.appUrl), 410)
    }
    if (found.params.client_id === desktopClient) allowLoopback(c.env)
    await next()
    // Chromium closes the window of an extension's sign-in at a page with a status of failure: a wrong password would end it.
    if (found.params.client_id === extensionClient && c.res.status >= 400) c.res = asPage(c.res)
  })

  const place: Place = {
    pattern: '/interaction/:uid',
    baseOf: (c) => baseOf(c.req.param('uid') ?? ''),
    finish: async (c, accountId) => c.redirect(await finish(c.env, { login: { accountId, remember: true } }), 303),
  }
  const signInPage = createSignInPage(place, signIn)

  app.get('/interaction/:uid', async (c) => {
    const uid = c.req.param('uid')
    const found = await details(c.env, uid)
    if (found?.prompt.name !== 'consent') return c.html(signInPage(c))
    const client = await provider.Client.find(String(found.params.client_id))
    if (isOurs(client?.clientId)) return c.redirect(await finish(c.env, { consent: {} }), 303)
    return c.html(consentPage(words(c), baseOf(uid), client?.clientName ?? client?.clientId ?? ''))
  })

  app.route('/', createSignInRoutes(place, signIn))

  app.get('/interaction/:uid/create-account', (c) =>
    c.html(createAccountPage(words(c), { base: baseOf(c.req.param('uid')) })),
  )

  app.post('/interaction/:uid/create-account', async (c) => {
    const base = baseOf(c.req.param('uid'))
    const form = await readForm(c, credentialsForm)
    if (form === undefined) return c.html(createAccountPage(words(c), { base, fault: words(c).emailInvalid }), 400)
    const { email, password } = form
    const outcome = await accounts.create(email, password, addressOf(c.env))
    if (outcome.type === 'created') {
      return c.redirect(await finish(c.env, { login: { accountId: outcome.account.id, remember: true } }), 303)
    }
    if (outcome.type === 'wait') c.header('retry-after', retryAfter(outcome.milliseconds))
    const fault = createFault(words(c), outcome)
    return c.html(createAccountPage(words(c), { base, email, fault }), outcome.type === 'wait' ? 429 : 400)
  })

  app.post('/interaction/:uid/cancel', async (c) => {
    const error = { error: 'access_denied', error_description: 'The person cancelled the sign-in.' }
    return c.redirect(await finish(c.env, error), 303)
  })

  app.post('/interaction/:uid/consent', async (c) => {
    const found = await details(c.env, c.req.param('uid'))
    const accountId = found?.session?.accountId
    if (found === undefined || accountId === undefined) return c.text('', 400)
    const clientId = String(found.params.client_id)
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(String(found.params.scope ?? 'openid'))
    return c.redirect(await finish(c.env, { consent: { grantId: await grant.save() } }), 303)
  })

  return app
}
