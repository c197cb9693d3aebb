import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { PasskeyService } from '../accounts/passkeys.ts'
import type { Account } from '../store/accounts.ts'
import type { Federated } from './federated.ts'
import { codeForm, readForm, retryAfter, signInForm } from './forms.ts'
import { codePage, signInPage } from './pages.ts'
import { passkeyForm, passkeyPage } from './passkey-page.ts'
import type { Step, Steps } from './steps.ts'
import { type Words, wordsFor } from './words.ts'

/** `account`: set on the pages of an account alone. */
export type Env = { Bindings: HttpBindings; Variables: { account: Account } }

/** Where a sign-in is done, and what it is for. */
export type Place = {
  /** The address as a pattern of routes. */
  readonly pattern: string
  /** The address of this one. */
  baseOf(c: Context<Env>): string
  /** Why it is asked for, where it is not a sign-in to the app. */
  lead?(words: Words): string
  /** Where the person goes on to. */
  finish(c: Context<Env>, accountId: string): Promise<Response>
}

export type SignInDeps = {
  readonly steps: Steps
  readonly passkeys: PasskeyService
  readonly federated: Federated | undefined
}

type State = { readonly email?: string; readonly fault?: string; readonly proving?: string }

/** The page that asks who somebody is. */
export const createSignInPage =
  (place: Place, { federated }: SignInDeps) =>
  (c: Context<Env>, state: State = {}) => {
    const words = wordsFor(c.req.header('accept-language'))
    const lead = state.proving === undefined ? place.lead?.(words) : words.proveLead
    const upstream = state.proving === undefined ? federated?.name : undefined
    return signInPage(words, { base: place.baseOf(c), ...state, lead, upstream })
  }

/** The steps of a sign-in as pages: password, code, and by way of another provider. */
export const createSignInRoutes = (place: Place, deps: SignInDeps): Hono<Env> => {
  const { steps, passkeys, federated } = deps
  const { pattern } = place
  const app = new Hono<Env>()
  const page = createSignInPage(place, deps)
  const words = (c: Context) => wordsFor(c.req.header('accept-language'))
  // Set by the listener.
  const addressOf = (c: Context<Env>) => String(c.env.incoming.headers['x-forwarded-for'] ?? '')

  /** The page after a step: on to where the person wants to go, or the same page with what was wrong. */
  const show = async (c: Context<Env>, step: Step, state: State = {}): Promise<Response> => {
    if (step.type === 'done') {
      if (step.proving !== undefined) await federated?.prove(step.proving, step.accountId)
      return place.finish(c, step.accountId)
    }
    if (step.wait !== undefined) c.header('retry-after', retryAfter(step.wait))
    if (step.type === 'code') {
      const right = step.fault === undefined ? 200 : 401
      return c.html(codePage(words(c), { base: place.baseOf(c), ...step }), step.wait === undefined ? right : 429)
    }
    return c.html(page(c, { ...state, fault: step.fault }), step.wait === undefined ? 401 : 429)
  }

  app.post(`${pattern}/sign-in`, async (c) => {
    const form = await readForm(c, signInForm)
    if (form === undefined) return c.html(page(c, { fault: words(c).wrong }), 400)
    const { email, password, proving } = form
    const first = { email, password, address: addressOf(c), ...(proving === undefined ? {} : { proving }) }
    const step = await steps.password(words(c), place.baseOf(c), first)
    return show(c, step, { email, ...(proving === undefined ? {} : { proving }) })
  })

  app.post(`${pattern}/code`, async (c) => {
    const form = await readForm(c, codeForm)
    if (form === undefined) return c.html(page(c, { fault: words(c).expired }), 400)
    return show(c, await steps.code(words(c), place.baseOf(c), form.ticket, form.code))
  })

  app.post(`${pattern}/use-passkey`, async (c) => {
    const at = place.baseOf(c)
    const asked = await passkeys.beginUse(at)
    return passkeyPage(c, words(c), { ...asked, kind: 'get', action: `${at}/passkey`, back: at })
  })

  app.post(`${pattern}/passkey`, async (c) => {
    const form = await readForm(c, passkeyForm)
    const found = form && (await passkeys.use(place.baseOf(c), form.ticket, form.response))
    return found === undefined ? c.html(page(c, { fault: words(c).passkeyWrong }), 401) : place.finish(c, found)
  })

  if (federated === undefined) return app

  app.post(`${pattern}/upstream`, (c) => federated.leave(c, place.baseOf(c)))

  app.get(`${pattern}/arrived`, async (c) => {
    const arrival = await federated.arrive(c, place.baseOf(c))
    if (arrival.type === 'known') return show(c, await steps.after(arrival.accountId, place.baseOf(c)))
    if (arrival.type === 'prove') return c.html(page(c, { email: arrival.email, proving: arrival.ticket }))
    const { upstreamUnverified, upstreamUnconfirmed, expired } = words(c)
    const faults = { unverified: upstreamUnverified, unconfirmed: upstreamUnconfirmed, lost: expired }
    return c.html(page(c, { fault: faults[arrival.type] }), 401)
  })
  return app
}
