import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { type Federation, personSchema } from '../accounts/federation.ts'
import type { Config } from '../config.ts'
import type { Store } from '../store/store.ts'
import { messagePage } from './pages.ts'
import { transactionSchema, type Upstream } from './upstream.ts'
import { wordsFor } from './words.ts'

type Env = { Bindings: HttpBindings }

export const upstreamCallback = '/upstream/callback'
const life = 600_000

const goingSchema = v.object({ base: v.string(), ...transactionSchema.entries })
/** Someone whose ID token held, on the way back to where the sign-in began. */
const comingSchema = v.object({ base: v.string(), binder: v.string(), person: personSchema })
const provingSchema = v.object({ accountId: v.string(), person: personSchema })

/** What a person who came back has to do next. */
export type Arrival =
  | { readonly type: 'known'; readonly accountId: string }
  | { readonly type: 'prove'; readonly email: string; readonly ticket: string }
  | { readonly type: 'unverified' | 'unconfirmed' | 'lost' }

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

export type FederatedDeps = {
  readonly config: Config
  readonly store: Store
  readonly upstream: Upstream
  readonly federation: Federation
}

/**
 * Sign-in by way of another provider. A cookie of this browser goes with every step, so that nobody is led into the account
 * of somebody else by an answer that was meant for another browser (RFC 9700 §4.7).
 */
export const createFederated = ({ config, store, upstream, federation }: FederatedDeps) => {
  const https = config.idUrl.startsWith('https:')
  const cookie = `${https ? '__Host-' : ''}holdfast-upstream`
  const options = { path: '/', httpOnly: true, secure: https, sameSite: 'Lax', maxAge: life / 1000 } as const
  const words = (c: Context) => wordsFor(c.req.header('accept-language'))
  const pages = new Hono<Env>()

  const refuse = (c: Context) =>
    c.html(messagePage(words(c), words(c).failedTitle, words(c).upstreamFailed, config.appUrl), 400)

  pages.get(upstreamCallback, async (c) => {
    c.header('cache-control', 'no-store')
    const parameters = new URL(c.req.url).searchParams
    const state = parameters.get('state') ?? ''
    const binder = getCookie(c, cookie) ?? ''
    if (!isSame(binder, hash(state))) return refuse(c)
    const going = await store.tickets.take('upstream', state, goingSchema)
    if (going === undefined) return refuse(c)
    if (parameters.get('error') === 'access_denied') return c.redirect(going.base, 303)
    const person = await upstream.receive(parameters, state, going).catch(() => undefined)
    if (person === undefined) return refuse(c)
    const ticket = await store.tickets.put('arrival', { base: going.base, binder, person }, life)
    return c.redirect(`${going.base}/arrived?ticket=${ticket}`, 303)
  })

  return {
    pages,
    name: upstream.name,

    /** Leads to the other provider. `base`: where the sign-in goes on afterwards. */
    async leave(c: Context, base: string): Promise<Response> {
      const transaction = upstream.newTransaction()
      const state = await store.tickets.put('upstream', { base, ...transaction }, life)
      setCookie(c, cookie, hash(state), options)
      const address = await upstream.begin(state, transaction).catch(() => undefined)
      if (address !== undefined) return c.redirect(address, 303)
      return c.html(messagePage(words(c), words(c).failedTitle, words(c).upstreamAway, config.appUrl), 502)
    },

    /** Who came back to `base`, in this browser. */
    async arrive(c: Context, base: string): Promise<Arrival> {
      const coming = await store.tickets.take('arrival', c.req.query('ticket') ?? '', comingSchema)
      if (coming === undefined || coming.base !== base) return { type: 'lost' }
      if (!isSame(coming.binder, getCookie(c, cookie) ?? '')) return { type: 'lost' }
      const { person } = coming
      const joined = await federation.join(person)
      if (joined.type !== 'prove') return joined
      const { accountId, email } = joined
      return { type: 'prove', email, ticket: await store.tickets.put('proving', { accountId, person }, life) }
    },

    /** Joins the identity that a ticket stands for, where the account that it is for has just been proven. */
    async prove(ticket: string, accountId: string): Promise<void> {
      const proving = await store.tickets.take('proving', ticket, provingSchema)
      if (proving?.accountId === accountId) await federation.add(accountId, proving.person)
    },
  }
}

export type Federated = ReturnType<typeof createFederated>
