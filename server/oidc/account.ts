import { randomInt } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { normaliseEmail } from '../accounts/email.ts'
import type { SecondFactor } from '../accounts/second-factor.ts'
import type { PasswordAccounts } from '../accounts/sign-in.ts'
import type { Config } from '../config.ts'
import type { Mail } from '../mail/mail.ts'
import { type MessageKind, messageOf } from '../mail/messages.ts'
import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/store.ts'
import { accountPage, appPage, emailCodePage, recoveryPage } from './account-pages.ts'
import { codeForm, credentialsForm, field, readForm, retryAfter, waitWords } from './forms.ts'
import { codePage, signInPage } from './pages.ts'
import type { Step, Steps } from './steps.ts'
import { type Words, wordsFor } from './words.ts'

export type AccountDeps = {
  readonly config: Config
  readonly store: Store
  readonly accounts: PasswordAccounts
  readonly secondFactor: SecondFactor
  readonly steps: Steps
  readonly mail: Mail
}

type Env = { Bindings: HttpBindings; Variables: { account: Account } }

const base = '/account'
/** A sign-in here is recent by itself: what is done on these pages has no other. */
const life = 5 * 60_000
const codeLife = 10 * 60_000

const heldSchema = v.object({ accountId: v.string() })
const emailSchema = v.object({ accountId: v.string(), email: v.string(), code: v.string() })
const emailForm = v.object({ email: field(500) })
const passwordForm = v.object({ password: field(2000) })
const appForm = v.object({ code: field(100) })

const limit = { burst: 5, interval: 12_000, longest: 900_000 }

const passwordFaults = (words: Words) => ({
  'too-short': words.tooShort,
  'too-long': words.tooLong,
  common: words.common,
})

/** The pages where people change their e-mail, password and second step, behind a sign-in of their own. */
export const createAccountPages = ({ config, store, accounts, secondFactor, steps, mail }: AccountDeps): Hono<Env> => {
  const app = new Hono<Env>()
  const https = config.idUrl.startsWith('https:')
  const cookie = `${https ? '__Host-' : ''}holdfast-account`
  const options = { path: '/', httpOnly: true, secure: https, sameSite: 'Strict' } as const
  const words = (c: Context) => wordsFor(c.req.header('accept-language'))
  const addressOf = (c: Context<Env>) => String(c.env.incoming.headers['x-forwarded-for'] ?? '')

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
    const [secondStep, recoveryCodes] = await Promise.all([
      secondFactor.isOn(account.id),
      store.factors.countRecoveryCodes(account.id),
    ])
    const { email, emailVerifiedAt } = account
    const state = { email, isVerified: emailVerifiedAt !== null, secondStep, recoveryCodes, ...notes }
    return c.html(accountPage(words(c), state, config.appUrl), code)
  }

  const show = async (c: Context<Env>, step: Step, email?: string): Promise<Response> => {
    if (step.type === 'done') {
      setCookie(c, cookie, await store.tickets.put('account', { accountId: step.accountId }, life), options)
      return c.redirect(base, 303)
    }
    if (step.wait !== undefined) c.header('retry-after', retryAfter(step.wait))
    if (step.type === 'code') {
      const right = step.fault === undefined ? 200 : 401
      return c.html(codePage(words(c), { base, ...step }), step.wait === undefined ? right : 429)
    }
    const state = { base, fault: step.fault, lead: words(c).accountLead, ...(email === undefined ? {} : { email }) }
    return c.html(signInPage(words(c), state), step.wait === undefined ? 401 : 429)
  }

  app.use(`${base}/*`, async (c, next) => {
    c.header('cache-control', 'no-store')
    const from = c.req.header('sec-fetch-site')
    // Beside SameSite: a form of another origin of the same site does nothing here.
    if (c.req.method !== 'GET' && from !== undefined && from !== 'same-origin') return c.text('', 403)
    return next()
  })
  app.use(`${base}/*`, bodyLimit({ maxSize: 16 * 1024, onError: (c) => c.text('', 413, { connection: 'close' }) }))

  app.post(`${base}/sign-in`, async (c) => {
    const form = await readForm(c, credentialsForm)
    if (form === undefined) return show(c, { type: 'fault', fault: words(c).wrong })
    return show(c, await steps.password(words(c), base, form.email, form.password, addressOf(c)), form.email)
  })
  app.post(`${base}/code`, async (c) => {
    const form = await readForm(c, codeForm)
    if (form === undefined) return show(c, { type: 'fault', fault: words(c).expired })
    return show(c, await steps.code(words(c), base, form.ticket, form.code))
  })
  app.post(`${base}/cancel`, (c) => c.redirect(`${config.appUrl}/settings`, 303))

  // From here on for those who have just signed in here.
  app.use(`${base}/*`, async (c, next) => {
    const held = await store.tickets.find('account', getCookie(c, cookie) ?? '', heldSchema)
    const account = held === undefined ? undefined : await store.accounts.findById(held.accountId)
    if (account === undefined) {
      const fault = c.req.method === 'GET' ? {} : { fault: words(c).accountOver }
      const page = signInPage(words(c), { base, lead: words(c).accountLead, ...fault })
      return c.html(page, c.req.method === 'GET' ? 200 : 401)
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

  return app
}
