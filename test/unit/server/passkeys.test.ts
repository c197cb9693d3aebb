import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAuthenticator } from './support/authenticator.ts'
import { createBrowser, formTo, type Page } from './support/browser.ts'
import { createClient, type Person, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())
afterEach(() => {
  vi.useRealTimers()
})

const pass = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}
const optionsOf = (page: Page): string =>
  (/data-options="([^"]*)"/.exec(page.text)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

const openAccount = async (person: Person) => {
  const browser = createBrowser()
  const page = await browser.submit(formTo(await browser.open(`${server.idUrl}/account`), '/sign-in'), person)
  return { browser, page }
}

/** A person with a passkey. */
const withPasskey = async () => {
  const { person } = await signedIn(server)
  const authenticator = createAuthenticator(server.idUrl)
  const { browser, page } = await openAccount(person)
  const asked = await browser.submit(formTo(page, '/add-passkey'))
  const response = authenticator.create(optionsOf(asked))
  const done = await browser.submit(formTo(asked, '/new-passkey'), { response })
  if (!done.text.includes('The passkey is added')) throw new Error(done.text)
  return { person, authenticator, browser, page: done }
}

/** A new browser at the page that asks for a passkey. */
const atPasskey = async () => {
  const client = await createClient(server)
  return { client, page: await client.browser.submit(formTo(await client.begin(), '/use-passkey')) }
}

describe('a passkey', () => {
  test('signs in without e-mail or password, again and again', async () => {
    const { person, authenticator } = await withPasskey()
    for (let time = 0; time < 2; time += 1) {
      const { client, page } = await atPasskey()
      const response = authenticator.use(optionsOf(page))
      const tokens = await client.exchange(
        client.answerOf(await client.browser.submit(formTo(page, '/passkey'), { response })),
      )
      const profile = await client.call(tokens.access, '/user/profile')
      expect(await profile.json()).toMatchObject({ email: person.email })
    }
  })

  test('is both steps: where a code would be asked for, it does instead', async () => {
    const { person, authenticator } = await withPasskey()
    const account = await server.store.accounts.findByEmail(person.email)
    await server.store.factors.beginTotp(account?.id ?? '', 'sealed elsewhere')
    await server.store.factors.confirmTotp(account?.id ?? '')
    const client = await createClient(server)
    const code = await client.signIn(person)
    expect(code.text).toContain('One more step')
    const page = await client.browser.submit(formTo(code, '/use-passkey'))
    const response = authenticator.use(optionsOf(page))
    const done = await client.browser.submit(formTo(page, '/passkey'), { response })
    expect(client.answerOf(done).get('code')).toBeTruthy()
  })

  test('opens the page of the account, and is removed there', async () => {
    const { authenticator } = await withPasskey()
    const browser = createBrowser()
    const at = await browser.submit(formTo(await browser.open(`${server.idUrl}/account`), '/use-passkey'))
    const response = authenticator.use(optionsOf(at))
    const page = await browser.submit(formTo(at, '/passkey'), { response })
    expect(page.text).toContain('Change password')
    const removed = await browser.submit(formTo(page, '/remove-passkey'))
    expect(removed.text).toContain('The passkey is removed')
    const next = await atPasskey()
    const late = { response: authenticator.use(optionsOf(next.page)) }
    expect((await next.client.browser.submit(formTo(next.page, '/passkey'), late)).status).toBe(401)
  })

  test('is asked for by the one script of these pages, and by no other', async () => {
    const { page } = await atPasskey()
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(page.text.match(/<script/g)).toHaveLength(1)
    const client = await createClient(server)
    expect((await client.begin()).headers.get('content-security-policy')).not.toContain("script-src 'self'")
    const script = await fetch(`${server.idUrl}/assets/passkey.js`)
    expect(script.headers.get('content-type')).toContain('text/javascript')
  })
})

describe('case 78: an answer of a passkey', () => {
  test('is good once', async () => {
    const { authenticator } = await withPasskey()
    const { client, page } = await atPasskey()
    const response = authenticator.use(optionsOf(page))
    const first = await client.browser.submit(formTo(page, '/passkey'), { response })
    expect(client.answerOf(first).get('code')).toBeTruthy()
    const other = await atPasskey()
    const { ticket = '' } = formTo(page, '/passkey').fields
    const replayed = await other.client.browser.submit(formTo(other.page, '/passkey'), { response, ticket })
    expect(replayed.status).toBe(401)
    const underNew = await other.client.browser.submit(formTo(other.page, '/passkey'), { response })
    expect(underNew.status).toBe(401)
  })

  test('is good for one sign-in, and for five minutes', async () => {
    const { authenticator } = await withPasskey()
    const one = await atPasskey()
    const other = await atPasskey()
    const response = authenticator.use(optionsOf(one.page))
    const { ticket = '' } = formTo(one.page, '/passkey').fields
    const moved = await other.client.browser.submit(formTo(other.page, '/passkey'), { response, ticket })
    expect(moved.status).toBe(401)
    const late = await atPasskey()
    const slow = { response: authenticator.use(optionsOf(late.page)) }
    pass(5 * 60_000 + 1)
    expect((await late.client.browser.submit(formTo(late.page, '/passkey'), slow)).status).toBe(401)
  })

  test.each([
    ['for another origin', { origin: 'https://holdfast.example.com' }],
    ['for another host', { rpId: 'example.com' }],
    ['with another challenge', { challenge: 'A'.repeat(43) }],
    ['of another kind', { type: 'webauthn.create' }],
    ['without the person', { verified: false }],
    ['of a copy that is behind', { counter: 1 }],
  ])('is refused %s', async (_what, changes) => {
    const { authenticator } = await withPasskey()
    const { client, page } = await atPasskey()
    const response = authenticator.use(optionsOf(page), changes)
    expect((await client.browser.submit(formTo(page, '/passkey'), { response })).status).toBe(401)
  })

  test.each(['', '{', 'null', '[]', '{"id":"x"}', JSON.stringify({ id: '\0', rawId: '\0' })])(
    'is refused where it is %j',
    async (response) => {
      const { client, page } = await atPasskey()
      expect((await client.browser.submit(formTo(page, '/passkey'), { response })).status).toBe(401)
    },
  )

  test('adds no passkey for another account, twice, or with another challenge', async () => {
    const { authenticator } = await withPasskey()
    const { browser, page } = await openAccount((await signedIn(server)).person)
    const taken = await browser.submit(formTo(page, '/add-passkey'))
    const same = { response: authenticator.create(optionsOf(taken)) }
    expect((await browser.submit(formTo(taken, '/new-passkey'), same)).status).toBe(400)
    const fresh = createAuthenticator(server.idUrl)
    const asked = await browser.submit(formTo(page, '/add-passkey'))
    const wrong = { response: fresh.create(optionsOf(asked), { challenge: 'A'.repeat(43) }) }
    expect((await browser.submit(formTo(asked, '/new-passkey'), wrong)).status).toBe(400)
    const right = { response: fresh.create(optionsOf(asked)) }
    expect((await browser.submit(formTo(asked, '/new-passkey'), right)).status).toBe(400)
    const eve = await openAccount((await signedIn(server)).person)
    const own = await browser.submit(formTo(page, '/add-passkey'))
    const stolen = { ...formTo(own, '/new-passkey').fields, response: fresh.create(optionsOf(own)) }
    const form = { action: `${server.idUrl}/account/new-passkey`, fields: stolen }
    expect((await eve.browser.submit(form)).status).toBe(400)
  })
})
