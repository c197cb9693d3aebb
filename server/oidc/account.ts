import { randomInt } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { deleteAccount } from '../accounts/delete-account.ts'
import { normaliseEmail } from '../accounts/email.ts'
import { exportStream } from '../accounts/export.ts'
import type { SecondFactor } from '../accounts/second-factor.ts'
import type { PasswordAccounts } from '../accounts/sign-in.ts'
import type { Config } from '../config.ts'
import type { Mail } from '../mail/mail.ts'
import { type MessageKind, messageOf } from '../mail/messages.ts'
import type { Store } from '../store/store.ts'
import { accountPage, appPage, emailCodePage, recoveryPage } from './account-pages.ts'
import { codeForm, field, readForm, waitWords } from './forms.ts'
import { messagePage } from './pages.ts'
import { passkeyForm, passkeyPage } from './passkey-page.ts'
import { createSignInPage, createSignInRoutes, type Env, type Place, type SignInDeps } from './sign-in-routes.ts'
import { type Words, wordsFor } from './words.ts'

export type AccountDeps = {
  readonly config: Config
  readonly store: Store
  readonly accounts: PasswordAccounts
  readonly secondFactor: SecondFactor
  readonly signIn: SignInDeps
  readonly mail: Mail
}

const base = '/account'
/** A sign-in here is recent by itself: what is done on these pages has no other. */
const life = 5 * 60_000
const codeLife = 10 * 60_000

const heldSchema = v.object({ accountId: v.string() })
const emailSchema = v.object({ accountId: v.string(), email: v.string(), code: v.string() })
const emailForm = v.object({ email: field(500) })
const passwordForm = v.object({ password: field(2000) })
const removalForm = v.object({ id: field(1500) })
const appForm = v.object({ code: field(100) })

const limit = { burst: 5, interval: 12_000, longest: 900_000 }

const passwordFaults = (words: Words) => ({
  'too-short': words.tooShort,
  'too-long': words.tooLong,
  common: words.common,
})

/** The pages where people change their e-mail, password and second step, behind a sign-in of their own. */
export const createAccountPages = ({ config, store, accounts, secondFactor, signIn, mail }: AccountDeps): Hono<Env> => {
  const app = new Hono<Env>()
  const https = config.idUrl.startsWith('https:')
  const cookie = `${https ? '__Host-' : ''}holdfast-account`
  const options = { path: '/', httpOnly: true, secure: https, sameSite: 'Strict' } as const
  const words = (c: Context) => wordsFor(c.req.header('accept-language'))

  const tell = (c: Context, kind: MessageKind, to: string, values: Record<string, string> = {}) => {
    const language = words(c).language === 'de' ? 'de' : 'en'
    return mail.send(messageOf(kind, language, to, { account: `${config.idUrl}${base}`, ...values }))
  }

  const overview = async (
    c: Context<Env>,
    notes: { readonly notice?: string; readonly fault?: string } = {},
    code: 200 | 400 | 401 | 429 = 200,
  ) => {
    const account = (await store.accounts.findById(c.get('account').id)) ?? c.get('account')
    const [secondStep, recoveryCodes, passkeys] = await Promise.all([
      secondFactor.isOn(account.id),
      store.factors.countRecoveryCodes(account.id),
      store.passkeys.list(account.id),
    ])
    const { email, emailVerifiedAt } = account
    const state = { email, isVerified: emailVerifiedAt !== null, secondStep, recoveryCodes, passkeys, ...notes }
    return c.html(accountPage(words(c), state, config.appUrl), code)
  }

  const place: Place = {
    pattern: base,
    baseOf: () => base,
    lead: ({ accountLead }) => accountLead,
    async finish(c, accountId) {
      setCookie(c, cookie, await store.tickets.put('account', { accountId }, life), options)
      return c.redirect(base, 303)
    },
  }
  const signInPage = createSignInPage(place, signIn)

  app.use(`${base}/*`, async (c, next) => {
    c.header('cache-control', 'no-store')
    const from = c.req.header('sec-fetch-site')
    // Beside SameSite: a form of another origin of the same site does nothing here.
    if (c.req.method !== 'GET' && from !== undefined && from !== 'same-origin') return c.text('', 403)
    return next()
  })
  app.use(`${base}/*`, bodyLimit({ maxSize: 16 * 1024, onError: (c) => c.text('', 413, { connection: 'close' }) }))

  app.route('/', createSignInRoutes(place, signIn))
  app.post(`${base}/cancel`, (c) => c.redirect(`${config.appUrl}/settings`, 303))

  // From here on for those who have just signed in here.
  app.use(`${base}/*`, async (c, next) => {
    const held = await store.tickets.find('account', getCookie(c, cookie) ?? '', heldSchema)
    const account = held === undefined ? undefined : await store.accounts.findById(held.accountId)
    if (account === undefined) {
      const fault = c.req.method === 'GET' ? {} : { fault: words(c).accountOver }
      return c.html(signInPage(c, fault), c.req.method === 'GET' ? 200 : 401)
    }
    c.set('account', account)
    return next()
  })

  app.get(base, (c) => overview(c))

  app.post(`${base}/leave`, async (c) => {
    await store.tickets.take('account', getCookie(c, cookie) ?? '', heldSchema)
    deleteCookie(c, cookie, options)
    return c.redirect(`${config.appUrl}/settings`, 303)
  })

  app.post(`${base}/password`, async (c) => {
    const form = await readForm(c, passwordForm)
    const account = c.get('account')
    const fault = form === undefined ? 'too-short' : await accounts.changePassword(account.id, form.password)
    if (fault !== undefined) return overview(c, { fault: passwordFaults(words(c))[fault] }, 400)
    await tell(c, 'password', account.email)
    return overview(c, { notice: words(c).passwordChanged })
  })

  app.post(`${base}/email`, async (c) => {
    const form = await readForm(c, emailForm)
    const email = form === undefined ? undefined : normaliseEmail(form.email)
    if (email === undefined) return overview(c, { fault: words(c).emailInvalid }, 400)
    const wait = await store.attempts.take(`email ${c.get('account').id}`, limit)
    if (wait > 0) return overview(c, { fault: waitWords(words(c), wait) }, 429)
    const code = String(randomInt(100_000_000)).padStart(8, '0')
    const ticket = await store.tickets.put('email', { accountId: c.get('account').id, email, code }, codeLife)
    await tell(c, 'code', email, { code })
    return c.html(emailCodePage(words(c), email, ticket))
  })

  app.post(`${base}/email-code`, async (c) => {
    const form = await readForm(c, codeForm)
    const { id, email: before } = c.get('account')
    const held = form === undefined ? undefined : await store.tickets.find('email', form.ticket, emailSchema)
    if (form === undefined || held === undefined || held.accountId !== id) {
      return overview(c, { fault: words(c).expired }, 400)
    }
    const wait = await store.attempts.take(`email code ${id}`, limit)
    if (wait > 0) return overview(c, { fault: waitWords(words(c), wait) }, 429)
    if (held.code !== form.code.trim()) {
      return c.html(emailCodePage(words(c), held.email, form.ticket, words(c).codeWrong), 401)
    }
    await store.tickets.take('email', form.ticket, emailSchema)
    if (!(await store.accounts.setVerifiedEmail(id, held.email))) {
      return overview(c, { fault: words(c).emailTaken }, 400)
    }
    await store.sessions.audit('email.changed', id, null)
    if (held.email !== before) await tell(c, 'email', before)
    return overview(c, { notice: words(c).emailChanged })
  })

  app.post(`${base}/app`, async (c) => {
    const { id, email } = c.get('account')
    if (await secondFactor.isOn(id)) return overview(c)
    return c.html(appPage(words(c), await secondFactor.begin(id, email)))
  })

  app.post(`${base}/confirm-app`, async (c) => {
    const { id, email } = c.get('account')
    const form = await readForm(c, appForm)
    if (form === undefined || (await secondFactor.isOn(id))) return overview(c)
    const outcome = await secondFactor.confirm(id, form.code)
    if (outcome.type === 'wait') return overview(c, { fault: waitWords(words(c), outcome.milliseconds) }, 429)
    if (outcome.type === 'wrong') return overview(c, { fault: words(c).codeWrong }, 401)
    await tell(c, 'factor', email)
    return c.html(recoveryPage(words(c), outcome.codes ?? []))
  })

  app.post(`${base}/recovery-codes`, async (c) => {
    const { id } = c.get('account')
    if (!(await secondFactor.isOn(id))) return overview(c)
    return c.html(recoveryPage(words(c), await secondFactor.renewRecoveryCodes(id)))
  })

  app.post(`${base}/remove-app`, async (c) => {
    const { id, email } = c.get('account')
    await secondFactor.remove(id)
    await tell(c, 'factor', email)
    return overview(c, { notice: words(c).turnedOff })
  })

  app.get(`${base}/export`, async (c) => {
    const account = c.get('account')
    await store.sessions.audit('account.exported', account.id, null)
    return c.body(exportStream(store, account), 200, {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="holdfast-account.json"',
    })
  })

  app.post(`${base}/delete`, async (c) => {
    const account = c.get('account')
    const form = await readForm(c, emailForm)
    const isSure = form !== undefined && normaliseEmail(form.email) === account.email
    if (!isSure) return overview(c, { fault: words(c).deleteMismatch }, 400)
    await deleteAccount(store, account)
    deleteCookie(c, cookie, options)
    return c.html(messagePage(words(c), words(c).deletedTitle, words(c).deleted, config.appUrl))
  })

  app.post(`${base}/add-passkey`, async (c) => {
    const asked = await signIn.passkeys.beginCreate(c.get('account'))
    return passkeyPage(c, words(c), { ...asked, kind: 'create', action: `${base}/new-passkey`, back: base })
  })

  app.post(`${base}/new-passkey`, async (c) => {
    const { id, email } = c.get('account')
    const form = await readForm(c, passkeyForm)
    const userAgent = c.req.header('user-agent') ?? ''
    const added = form !== undefined && (await signIn.passkeys.create(id, form.ticket, form.response, userAgent))
    if (!added) return overview(c, { fault: words(c).passkeyNotAdded }, 400)
    await tell(c, 'factor', email)
    return overview(c, { notice: words(c).passkeyAdded })
  })

  app.post(`${base}/remove-passkey`, async (c) => {
    const { id, email } = c.get('account')
    const form = await readForm(c, removalForm)
    if (form !== undefined) await signIn.passkeys.remove(id, form.id)
    await tell(c, 'factor', email)
    return overview(c, { notice: words(c).passkeyRemoved })
  })

  return app
}
