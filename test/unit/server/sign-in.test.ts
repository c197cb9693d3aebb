import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser, formsOf, formTo, type Page } from './support/browser.ts'
import { type Client, createClient, newPerson, signedIn } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const wrong = 'E-mail or password is wrong.'

describe('a new account', () => {
  test('goes by form_post to tokens and to the API', async () => {
    const { client, person, tokens } = await signedIn(server)
    const response = await client.call(tokens.access, '/auth/status')
    expect(response.status).toBe(200)
    const status = await response.json()
    expect(status).toMatchObject({ isAuthenticated: true, user: { email: person.email, name: null } })
    expect(decodeJwt(tokens.access)).toMatchObject({ aud: `${server.appUrl}/api/v1`, sid: status.device.id })
    expect(decodeJwt(tokens.idToken)).toMatchObject({ sub: status.user.id, email: person.email })
    expect(status.user.id).not.toContain('@')
  })

  test.each([
    ['a short password', { password: 'short77' }, 'at least 8 characters'],
    ['a common password', { password: 'Password123' }, 'among the most common'],
    ['a password of more than 256 characters', { password: 'x'.repeat(257) }, '256 characters at most'],
    ['no e-mail', { email: 'nobody' }, 'not an e-mail address'],
    ['an e-mail with a homoglyph', { email: 'pаul@example.com' }, 'not an e-mail address'],
    ['an e-mail with NUL', { email: 'paul\0@example.com' }, 'not an e-mail address'],
  ])('is refused with %s, which is said', async (_what, change, words) => {
    const client = await createClient(server)
    const page = await client.createAccount({ ...newPerson(), ...change })
    expect(page.status).toBe(400)
    expect(page.text).toContain(words)
    expect(page.text).toContain('role="alert"')
  })

  test('is refused for an e-mail that has one, however it is written', async () => {
    const { person } = await signedIn(server)
    const client = await createClient(server)
    const page = await client.createAccount({ ...person, email: ` ${person.email.toUpperCase()} ` })
    expect(page.text).toContain('There is already an account with this e-mail. Sign in instead.')
  })
})

describe('a sign-in', () => {
  test('takes the password of the account, and no other', async () => {
    const { person } = await signedIn(server)
    const client = await createClient(server)
    const tokens = await client.exchange(client.answerOf(await client.signIn(person)))
    expect(decodeJwt(tokens.idToken).email).toBe(person.email)
    const other = await createClient(server)
    const page = await other.signIn({ ...person, password: 'not this one' })
    expect(page.status).toBe(401)
  })

  test('answers a wrong password and an unknown account alike, and keeps the e-mail in its field', async () => {
    const { person } = await signedIn(server)
    const unknown = newPerson()
    const attempts = [{ ...person, password: 'not this one' }, unknown]
    const pages = await Promise.all(attempts.map(async (attempt) => (await createClient(server)).signIn(attempt)))
    const [known, nobody] = pages.map((page, index) => {
      const uid = /interaction\/([\w-]+)/.exec(page.text)?.[1] ?? ''
      expect(formTo(page, '/sign-in').fields.email).toBe(attempts[index]?.email)
      return { status: page.status, text: page.text.replaceAll(uid, '').replaceAll(attempts[index]?.email ?? '', '') }
    })
    expect(known).toEqual(nobody)
    expect(known?.text).toContain(wrong)
  })

  test('shows what was typed as text, never as markup', async () => {
    const client = await createClient(server)
    const email = '"><script>alert(1)</script>@example.com'
    const page = await client.signIn({ email, password: 'x' })
    expect(page.text).not.toContain('<script>')
    expect(formTo(page, '/sign-in').fields.email).toBe(email)
  })

  test('asks nothing where the browser is signed in already, and is a session of its own', async () => {
    const browser = createBrowser()
    const first = await signedIn(server, browser)
    const second = await createClient(server, browser)
    const tokens = await second.exchange(second.answerOf(await second.begin()))
    expect(decodeJwt(tokens.access).sub).toBe(decodeJwt(first.tokens.access).sub)
    expect(decodeJwt(tokens.access).sid).not.toBe(decodeJwt(first.tokens.access).sid)
    expect((await first.client.call(first.tokens.access, '/auth/status')).status).toBe(200)
  })

  test('asks for the password again where the client asks for that', async () => {
    const browser = createBrowser()
    const { person } = await signedIn(server, browser)
    const client = await createClient(server, browser)
    const page = await client.begin({ prompt: 'login' })
    const answer = client.answerOf(await browser.submit(formTo(page, '/sign-in'), person))
    expect((await client.exchange(answer)).refresh).not.toBe('')
  })

  test('needs no consent of our own client, even where it asks for consent', async () => {
    const browser = createBrowser()
    await signedIn(server, browser)
    const client = await createClient(server, browser)
    expect(client.answerOf(await client.begin({ prompt: 'consent' })).get('code')).not.toBeNull()
  })

  test('can be cancelled, and the client is told', async () => {
    const client = await createClient(server)
    const page = await client.begin()
    const answer = client.answerOf(await client.browser.submit(formTo(page, '/cancel')))
    expect(answer.get('error')).toBe('access_denied')
    expect(answer.get('state')).toBe('the state')
  })

  test('that has expired says so, with a way back', async () => {
    const client = await createClient(server)
    const page = await client.begin()
    const stranger = await createBrowser().open(page.url)
    expect(stranger.status).toBeGreaterThanOrEqual(400)
    expect(stranger.text).toContain('This sign-in has expired')
    expect(stranger.text).toContain('Go back to Holdfast and start again.')
    expect(stranger.text).toContain(`href="${server.appUrl}/"`)
    const posted = await createBrowser().submit(formTo(page, '/sign-in'), newPerson())
    expect(posted.text).toContain('This sign-in has expired')
  })

  test('speaks German to those who prefer it', async () => {
    const client = await createClient(server, createBrowser('de-AT,de;q=0.9,en;q=0.8'))
    const page = await client.begin()
    expect(page.text).toContain('<html lang="de">')
    expect(page.text).toContain('<h1>Anmelden</h1>')
  })

  test('names its fields and buttons for those who use them by name', async () => {
    const client = await createClient(server)
    const { text } = await client.begin()
    expect(text).toContain('<h1>Sign in</h1>')
    expect(text).toMatch(/<label for="email">E-mail<\/label>/)
    expect(text).toMatch(/<label for="password">Password<\/label>/)
    expect(text).toMatch(/<button class="primary" type="submit">Sign in<\/button>/)
    expect(text).toMatch(/<a href="[^"]+">Create an account<\/a>/)
    expect(text).toContain('autocomplete="username"')
    expect(text).toContain('autocomplete="current-password"')
  })
})

describe('guessing', () => {
  const guess = async (person: { email: string }, times: number) => {
    const client = await createClient(server)
    let page = await client.begin()
    for (let attempt = 0; attempt < times; attempt += 1) {
      page = await client.browser.submit(formTo(page, '/sign-in'), { email: person.email, password: 'a guess' })
    }
    return page
  }

  test('case 76: is stopped at the sixth attempt in a minute, with the time to wait', async () => {
    const { person } = await signedIn(server)
    expect((await guess(person, 5)).status).toBe(401)
    const page = await guess(person, 1)
    expect(page.status).toBe(429)
    const seconds = Number(page.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(page.text).toContain(`Too many attempts. Try again in ${seconds} seconds.`)
    const client = await createClient(server)
    expect((await client.signIn(person)).status).toBe(429)
  })

  test('at an account that does not exist is stopped alike', async () => {
    expect((await guess(newPerson(), 6)).status).toBe(429)
  })

  test('at one account leaves the others alone', async () => {
    const { person } = await signedIn(server)
    await guess(newPerson(), 6)
    const client = await createClient(server)
    expect(client.answerOf(await client.signIn(person)).has('code')).toBe(true)
  })

  test('is forgotten after a right password', async () => {
    const { person } = await signedIn(server)
    for (let round = 0; round < 2; round += 1) {
      await guess(person, 4)
      const client = await createClient(server)
      expect(client.answerOf(await client.signIn(person)).has('code')).toBe(true)
    }
  })
})

describe('the page that hands over the code', () => {
  test('posts it to the app alone, by a script that is named by its hash', async () => {
    const client = await createClient(server)
    const page = await client.createAccount(newPerson())
    expect(formsOf(page).map(({ action }) => action)).toEqual([`${server.appUrl}/auth/callback`])
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]+'(;|$)/)
    expect(policy).toMatch(new RegExp(`form-action [^;]*${server.appUrl}`))
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.text).toContain('Continue</button>')
  })
})

describe('what needs a sign-in of the last five minutes', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is refused to a session that the provider gave without asking, and given once it has asked', async () => {
    const browser = createBrowser()
    const { person } = await signedIn(server, browser)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6 * 60_000 })
    const pairingBy = async (page: Page, client: Client): Promise<Response> => {
      const { access } = await client.exchange(client.answerOf(page))
      return client.call(access, '/pairings', { method: 'POST' })
    }
    // A script of the page can go to the provider as often as it likes.
    const silent = await createClient(server, browser)
    const refused = await pairingBy(await silent.begin(), silent)
    expect([refused.status, (await refused.json()).error.code]).toEqual([403, 'recent_sign_in_required'])
    const asking = await createClient(server, browser)
    const form = formTo(await asking.begin({ prompt: 'login' }), '/sign-in')
    expect((await pairingBy(await browser.submit(form, person), asking)).status).toBe(201)
  })
})
