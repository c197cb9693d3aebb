import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createFederation, type Joined } from '../../../server/accounts/federation.ts'
import { freePorts } from '../../support/free-ports.ts'
import { type Liar, liarClient, startLiar } from '../../support/liar.ts'
import { misSigned, sign, signedWithPublicKey, unsigned } from '../../support/liar-keys.ts'
import { json } from '../../support/liar-reply.ts'
import type { Lies, Tenant } from '../../support/liar-tenant.ts'
import { createBrowser, formTo, type Page } from './support/browser.ts'
import { createClient, newPerson, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

/** An OpenID provider that plays Google, and lies when it is told to. */
let liar: Liar
let google: Tenant
let server: TestServer
beforeAll(async () => {
  const [port = 0] = await freePorts(1)
  liar = await startLiar(port)
  google = liar.tenant('google')
  google.dpop = false
  const secret = { clientId: liarClient, clientSecret: 'a secret', domain: undefined }
  server = await startTestServer({ upstream: { name: 'Google', issuer: google.issuer, ...secret } })
})
afterAll(async () => {
  await server.dispose()
  await liar.close()
})
beforeEach(() => {
  google.lies = {}
})
afterEach(() => {
  expect(server.logged()).not.toContain('request failed')
})

type Who = { readonly sub: string; readonly email?: string; readonly verified?: unknown }
const someone = (): Who => ({ sub: randomUUID(), email: `${randomUUID()}@example.com`, verified: true })

/** Has the provider say that this is who signs in; `lies` change that. */
const isNow = ({ sub, email, verified }: Who, lies: Lies = {}) => {
  google.lies = {
    ...lies,
    claims: (truth, refresh) => {
      const told = { ...truth, sub, email, email_verified: verified, name: 'Some One' }
      return lies.claims?.(told, refresh) ?? told
    },
  }
}

const arrive = async () => {
  const client = await createClient(server)
  return { client, page: await client.browser.submit(formTo(await client.begin(), '/upstream')) }
}

/** Signs in by way of the other provider; the profile of whom it came to. */
const signInThere = async () => {
  const { client, page } = await arrive()
  const tokens = await client.exchange(client.answerOf(page))
  return (await client.call(tokens.access, '/user/profile')).json()
}

const wayBack = (page: Page) => page.text.includes('did not hold')
const confirmEmail = async (email: string) => {
  const account = await server.store.accounts.findByEmail(email)
  await server.store.accounts.setVerifiedEmail(account?.id ?? '', email)
}

describe('someone who comes from Google', () => {
  test('gets an account, and the same one the next time, also under another e-mail', async () => {
    const who = someone()
    isNow(who)
    const first = await signInThere()
    expect(first).toMatchObject({ email: who.email, name: 'Some One' })
    expect((await signInThere()).id).toBe(first.id)
    isNow({ ...who, email: `${randomUUID()}@example.com` })
    expect(await signInThere()).toMatchObject({ id: first.id, email: who.email })
    isNow({ sub: who.sub })
    expect((await signInThere()).id).toBe(first.id)
  })

  test('is asked for by state, nonce and PKCE, with the secret of this server', async () => {
    isNow(someone())
    await signInThere()
    const asked = google.seen.findLast(({ endpoint }) => endpoint === 'authorize')?.request.url.searchParams
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked?.get(name)?.length).toBeGreaterThan(20)
    expect(asked?.get('code_challenge_method')).toBe('S256')
    const sent = google.seen.findLast(({ endpoint }) => endpoint === 'token')?.request.form
    expect(sent?.get('client_secret')).toBe('a secret')
    expect(sent?.get('code_verifier')?.length).toBeGreaterThan(42)
  })

  test('has no password that could be guessed', async () => {
    const who = someone()
    isNow(who)
    await signInThere()
    for (const password of ['', 'x', 'undefined', 'null']) {
      const client = await createClient(server)
      const page = await client.signIn({ email: who.email ?? '', password })
      expect([400, 401]).toContain(page.status)
    }
  })

  test('makes one account where the same person comes twice at once', async () => {
    const who = someone()
    isNow(who)
    const [one, other] = await Promise.all([signInThere(), signInThere()])
    expect(one.id).toBe(other.id)
  })

  test('makes one account where the other request comes in between any two steps of the first', async () => {
    const { accounts, identities } = server.store
    for (const steps of [1, 2]) {
      const who = someone()
      const person = {
        issuer: google.issuer,
        subject: who.sub,
        email: who.email ?? '',
        isEmailVerified: true,
        name: null,
      }
      let other: Joined | undefined
      let left = steps
      /** After so many questions of the first, the other runs from its beginning to its end. */
      const meanwhile = async <T>(answer: Promise<T>): Promise<T> => {
        const answered = await answer
        left -= 1
        if (left === 0) other = await createFederation(server.store).join(person)
        return answered
      }
      const first = await createFederation({
        ...server.store,
        accounts: { ...accounts, findByEmail: (email) => meanwhile(accounts.findByEmail(email)) },
        identities: { ...identities, findAccount: (of, subject) => meanwhile(identities.findAccount(of, subject)) },
      }).join(person)
      expect(other?.type).toBe('known')
      expect(first).toEqual(other)
    }
  })
})

describe('an e-mail that has an account', () => {
  test('leads there once its owner has proven it, and from then on at once', async () => {
    const { person } = await signedIn(server)
    await confirmEmail(person.email)
    const who = { ...someone(), email: person.email.toUpperCase() }
    isNow(who)
    const { client, page } = await arrive()
    expect(page.text).toContain('Sign in to it once')
    const wrong = await client.browser.submit(formTo(page, '/sign-in'), { password: 'not this one' })
    expect(wrong.status).toBe(401)
    const done = await client.browser.submit(formTo(wrong, '/sign-in'), person)
    await client.exchange(client.answerOf(done))
    expect(await signInThere()).toMatchObject({ email: person.email })
  })

  test('is not joined by somebody who proves another account', async () => {
    const victim = await signedIn(server)
    await confirmEmail(victim.person.email)
    const eve = await signedIn(server)
    isNow({ ...someone(), email: victim.person.email })
    const { client, page } = await arrive()
    const done = await client.browser.submit(formTo(page, '/sign-in'), eve.person)
    await client.exchange(client.answerOf(done))
    const again = await arrive()
    expect(again.page.text).toContain('Sign in to it once')
  })

  test('is not joined where the account never confirmed it: whoever made it may not own it', async () => {
    const { person } = await signedIn(server)
    isNow({ ...someone(), email: person.email })
    const { page } = await arrive()
    expect(page.status).toBe(401)
    expect(page.text).toContain('never confirmed')
  })

  test.each([
    ['not verified', false],
    ['said to be "false"', 'false'],
    ['not said to be verified', undefined],
  ])('is not believed where it is %s', async (_what, verified) => {
    const { person } = await signedIn(server)
    await confirmEmail(person.email)
    for (const email of [person.email, newPerson().email]) {
      isNow({ sub: randomUUID(), email, verified })
      const { page } = await arrive()
      expect(page.status).toBe(401)
      const found = await server.store.accounts.findByEmail(email)
      expect(found === undefined).toBe(email !== person.email)
    }
  })

  test('under a changed subject is somebody else, who has to prove it too', async () => {
    const who = someone()
    isNow(who)
    const { id } = await signInThere()
    isNow({ ...who, sub: randomUUID() })
    const { page } = await arrive()
    expect(page.text).toContain('Sign in to it once')
    const account = await server.store.accounts.findByEmail(who.email ?? '')
    expect(account?.id).toBe(id)
    expect(await server.store.identities.list(id)).toHaveLength(1)
  })
})

describe('a lie of Google', () => {
  const lies: readonly (readonly [string, Lies])[] = [
    ['a wrong signature', { idToken: async (claims, { es }) => misSigned(await sign(es, claims)) }],
    ['no signature', { idToken: (claims) => unsigned(claims) }],
    ['an HMAC with the public key', { idToken: (claims, { es }) => signedWithPublicKey(es, claims) }],
    ['a key that is not published', { idToken: (claims, { es2 }) => sign(es2, claims) }],
    ['another audience', { claims: (truth) => ({ ...truth, aud: 'someone-else' }) }],
    ['another authorized party', { claims: (truth) => ({ ...truth, azp: 'someone-else' }) }],
    ['several audiences', { claims: (truth) => ({ ...truth, aud: [liarClient, 'other'], azp: 'other' }) }],
    ['another nonce', { claims: (truth) => ({ ...truth, nonce: 'replayed' }) }],
    ['no nonce', { claims: ({ nonce: _nonce, ...rest }) => rest }],
    ['another issuer', { claims: (truth) => ({ ...truth, iss: 'https://accounts.example.com' }) }],
    ['a token that is over', { claims: (truth) => ({ ...truth, exp: Math.floor(Date.now() / 1000) - 3600 }) }],
    ['no subject', { claims: ({ sub: _sub, ...rest }) => rest }],
    ['an empty subject', { claims: (truth) => ({ ...truth, sub: '' }) }],
    ['another state', { callback: (truth) => new URLSearchParams({ ...Object.fromEntries(truth), state: 'x' }) }],
    [
      'the answer of another issuer',
      { callback: (truth) => new URLSearchParams({ ...Object.fromEntries(truth), iss: 'x' }) },
    ],
    ['an answer without a code', { callback: (truth) => new URLSearchParams({ state: truth.get('state') ?? '' }) }],
    ['no ID token', { reply: { token: () => json({ access_token: 'x', token_type: 'Bearer' }) } }],
    ['a token endpoint that fails', { reply: { token: () => json({ error: 'server_error' }, 500) } }],
  ]

  test.each(lies)('%s gets nobody in', async (_what, lie) => {
    const who = someone()
    isNow(who, lie)
    const { page } = await arrive()
    expect(page.status).toBe(400)
    expect(wayBack(page)).toBe(true)
    expect(await server.store.accounts.findByEmail(who.email ?? '')).toBeUndefined()
  })

  test('a subject that no database can keep gets nobody in', async () => {
    isNow({ sub: 'a\0b', email: `${randomUUID()}@example.com`, verified: true })
    expect((await arrive()).page.status).toBe(400)
  })
})

describe('the way back', () => {
  test('is for the browser that went: nobody is led into the account of another', async () => {
    isNow(someone())
    const eve = await createClient(server)
    const begun = await fetch(formTo(await eve.begin(), '/upstream').action, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: eve.browser
          .cookies()
          .map(({ name, value }) => `${name}=${value}`)
          .join('; '),
      },
    })
    const sent = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' })
    const victim = createBrowser()
    const page = await victim.open(sent.headers.get('location') ?? '')
    expect(page.status).toBe(400)
    expect(wayBack(page)).toBe(true)
  })

  test('is gone once', async () => {
    isNow(someone())
    const client = await createClient(server)
    const begun = await client.begin()
    await client.browser.submit(formTo(begun, '/upstream'))
    const callback = google.seen.findLast(({ endpoint }) => endpoint === 'authorize')?.request.url
    const state = callback?.searchParams.get('state') ?? ''
    const again = await client.browser.open(`${server.idUrl}/upstream/callback?code=x&state=${state}`)
    expect(again.status).toBe(400)
  })

  test('leads back to the sign-in where the person said no', async () => {
    isNow(someone(), {
      callback: (truth) => new URLSearchParams({ error: 'access_denied', state: truth.get('state') ?? '' }),
    })
    const { page } = await arrive()
    expect(page.status).toBe(200)
    expect(page.text).toContain('Continue with Google')
  })

  test('leads to the page of the account too', async () => {
    isNow(someone())
    await signInThere()
    const browser = createBrowser()
    const page = await browser.submit(formTo(await browser.open(`${server.idUrl}/account`), '/upstream'))
    expect(page.text).toContain('Change password')
  })
})

test('a provider that is away is said to be away', async () => {
  const [port = 0] = await freePorts(1)
  const upstream = { name: 'Google', issuer: `http://localhost:${port}`, clientId: 'x', clientSecret: 'y' }
  const own = await startTestServer({ upstream: { ...upstream, domain: undefined } })
  const client = await createClient(own)
  const page = await client.browser.submit(formTo(await client.begin(), '/upstream'))
  expect(page.status).toBe(502)
  expect(page.text).toContain('answering')
  await own.dispose()
})
