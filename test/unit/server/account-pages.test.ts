import { TOTP } from 'otpauth'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser, formTo, type Page } from './support/browser.ts'
import { type Client, createClient, newPerson, type Person, signedIn, statusOf } from './support/client.ts'
import { contentsOf, rowsOf } from './support/database.ts'
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
const account = () => `${server.idUrl}/account`

/** The page of an account, opened by its password. */
const openAccount = async (person: Person, browser = createBrowser()) => {
  const page = await browser.submit(formTo(await browser.open(account()), '/sign-in'), person)
  return { browser, page }
}

const keyOf = (page: Page): string => /<code>([A-Z2-7]{32})<\/code>/.exec(page.text)?.[1] ?? ''
const codeOf = (key: string): string => new TOTP({ secret: key }).generate()
const recoveryCodesOf = (page: Page): string[] =>
  [...page.text.matchAll(/<code>([a-z0-9]{5}-[a-z0-9]{5})<\/code>/g)].map(([, code = '']) => code)
const events = async (person: Person) => {
  const found = await server.store.accounts.findByEmail(person.email)
  return (await server.store.audit.list(found?.id ?? '', 50)).map(({ type }) => type)
}
const mailTo = async (email: string) =>
  (await server.store.outbox.list('all')).filter(({ recipient }) => recipient === email)

/** A person with an authenticator app. */
const withApp = async () => {
  const { client, person, tokens } = await signedIn(server)
  const { browser, page } = await openAccount(person)
  const setUp = await browser.submit(formTo(page, '/app'))
  const key = keyOf(setUp)
  const done = await browser.submit(formTo(setUp, '/confirm-app'), { code: codeOf(key) })
  return { client, person, tokens, key, browser, codes: recoveryCodesOf(done) }
}

/** A sign-in of a new browser as far as the page that asks for the code. */
const atCode = async (person: Person): Promise<{ client: Client; page: Page }> => {
  const client = await createClient(server)
  return { client, page: await client.signIn(person) }
}

describe('the page of an account', () => {
  test('opens by a sign-in of its own, and for five minutes', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    expect(page.text).toContain('Change password')
    expect(page.headers.get('cache-control')).toBe('no-store')
    pass(5 * 60_000 + 1)
    const late = await browser.submit(formTo(page, '/password'), { password: 'a perfectly new one' })
    expect(late.status).toBe(401)
    expect(late.text).toContain('Nothing was changed')
    expect((await openAccount(person)).page.status).toBe(200)
  })

  test('does not open with a wrong password, nor with the session of the app', async () => {
    const { client, person } = await signedIn(server)
    expect((await openAccount({ ...person, password: 'not this one' })).page.status).toBe(401)
    expect((await client.browser.open(account())).text).toContain('Sign in once more')
  })

  test('does nothing for a form of another origin', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    for (const from of ['same-site', 'cross-site', 'none']) {
      const form = formTo(page, '/password')
      const answer = await browser.submit(form, { password: 'chosen by another site' }, { 'sec-fetch-site': from })
      expect(answer.status).toBe(403)
    }
    expect((await openAccount(person)).page.status).toBe(200)
  })

  test('closes', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const cookie = browser.cookies().find(({ name }) => name === 'holdfast-account')
    await browser.submit(formTo(page, '/leave'))
    const answer = await fetch(account(), { headers: { cookie: `holdfast-account=${cookie?.value}` } })
    expect(await answer.text()).toContain('Sign in once more')
  })
})

describe('a new password', () => {
  test('has every device sign in again, tells the owner, and is the only one from then on', async () => {
    const { client, person, tokens } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const common = await browser.submit(formTo(page, '/password'), { password: 'password1' })
    expect(common.status).toBe(400)
    const password = 'quite another password'
    const done = await browser.submit(formTo(page, '/password'), { password })
    expect(done.text).toContain('Your password is changed')
    expect(await statusOf(client.call(tokens.access, '/user/profile'))).toBe(401)
    expect((await openAccount(person)).page.status).toBe(401)
    expect((await openAccount({ ...person, password })).page.status).toBe(200)
    expect(await events(person)).toContain('password.changed')
    expect((await mailTo(person.email)).map(({ subject }) => subject)).toEqual(['Your Holdfast password was changed'])
  })
})

describe('case 35: an account', () => {
  test('is saved and deleted on its page, by whoever says its e-mail; everybody on it is out', async () => {
    const { client, person, tokens } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    await server.store.outbox.put({ recipient: person.email, subject: 'Waits', body: 'to be sent' })
    const saved = await browser.open(`${account()}/export`)
    expect(saved.headers.get('content-disposition')).toContain('attachment')
    expect(JSON.parse(saved.text).account.profile.email).toBe(person.email)
    const unsure = await browser.submit(formTo(page, '/delete'), { email: 'someone@example.com' })
    expect(unsure.status).toBe(400)
    expect(await statusOf(client.call(tokens.access, '/user/profile'))).toBe(200)
    const done = await browser.submit(formTo(page, '/delete'), { email: person.email.toUpperCase() })
    expect(done.text).toContain('Your account is deleted')
    expect(await statusOf(client.call(tokens.access, '/user/profile'))).toBe(401)
    await expect(client.refresh(tokens.refresh)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await openAccount(person)).page.status).toBe(401)
    const left = await rowsOf(server.config, 'select id from accounts where email = ?', person.email)
    expect([...left, ...(await mailTo(person.email))]).toEqual([])
  })

  test('gives nothing out without a sign-in of its own', async () => {
    const { client } = await signedIn(server)
    expect((await client.browser.open(`${account()}/export`)).text).toContain('Sign in once more')
  })
})

describe('a new e-mail', () => {
  const codeSentTo = async (email: string) => /\d{8}/.exec((await mailTo(email)).at(-1)?.body ?? '')?.[0] ?? ''

  test('is taken when its owner has entered the code that went there', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const { email } = newPerson()
    const asks = await browser.submit(formTo(page, '/email'), { email: `  ${email.toUpperCase()} ` })
    const wrong = await browser.submit(formTo(asks, '/email-code'), { code: '00000000' })
    expect(wrong.status).toBe(401)
    expect((await openAccount(person)).page.status).toBe(200)
    const done = await browser.submit(formTo(wrong, '/email-code'), { code: await codeSentTo(email) })
    expect(done.text).toContain('Your e-mail is confirmed')
    expect((await openAccount(person)).page.status).toBe(401)
    expect((await openAccount({ ...person, email })).page.status).toBe(200)
    expect((await mailTo(person.email)).at(-1)?.subject).toBe('Your Holdfast e-mail was changed')
  })

  test('that has an account stays with it', async () => {
    const other = await signedIn(server)
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const asks = await browser.submit(formTo(page, '/email'), { email: other.person.email })
    const code = await codeSentTo(other.person.email)
    const done = await browser.submit(formTo(asks, '/email-code'), { code })
    expect(done.status).toBe(400)
    expect((await openAccount(other.person)).page.status).toBe(200)
  })

  test('is not taken by the ticket of somebody else', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const { email } = newPerson()
    const asks = await browser.submit(formTo(page, '/email'), { email })
    const eve = await openAccount((await signedIn(server)).person)
    const { ticket = '' } = formTo(asks, '/email-code').fields
    const form = { action: `${account()}/email-code`, fields: { ticket, code: await codeSentTo(email) } }
    expect((await eve.browser.submit(form)).status).toBe(400)
  })
})

describe('case 78: a second step', () => {
  test('is asked for once an app has shown its first code, and never before', async () => {
    const { person } = await signedIn(server)
    const { browser, page } = await openAccount(person)
    const setUp = await browser.submit(formTo(page, '/app'))
    expect(setUp.text).toContain('<svg')
    const wrong = await browser.submit(formTo(setUp, '/confirm-app'), { code: '000000' })
    expect(wrong.status).toBe(401)
    const client = await createClient(server)
    expect(client.answerOf(await client.signIn(person)).get('code')).toBeTruthy()
  })

  test('takes a code of the app once', async () => {
    const { person, key } = await withApp()
    pass(60_000)
    const code = codeOf(key)
    const first = await atCode(person)
    const answer = await first.client.browser.submit(formTo(first.page, '/code'), { code })
    expect(first.client.answerOf(answer).get('code')).toBeTruthy()
    const second = await atCode(person)
    const refused = await second.client.browser.submit(formTo(second.page, '/code'), { code })
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('was used before')
    pass(30_000)
    const next = await second.client.browser.submit(formTo(refused, '/code'), { code: codeOf(key) })
    expect(second.client.answerOf(next).get('code')).toBeTruthy()
  })

  test('takes no code that is older than a step', async () => {
    const { person, key } = await withApp()
    const old = codeOf(key)
    pass(90_000)
    const { client, page } = await atCode(person)
    expect((await client.browser.submit(formTo(page, '/code'), { code: old })).status).toBe(401)
  })

  test('takes each recovery code once, however it is written', async () => {
    const { person, codes } = await withApp()
    expect(codes).toHaveLength(10)
    const [code = ''] = codes
    const first = await atCode(person)
    const written = ` ${code.toUpperCase().replace('-', ' ')} `
    const answer = await first.client.browser.submit(formTo(first.page, '/code'), { code: written })
    expect(first.client.answerOf(answer).get('code')).toBeTruthy()
    const second = await atCode(person)
    expect((await second.client.browser.submit(formTo(second.page, '/code'), { code })).status).toBe(401)
    expect(await events(person)).toContain('recovery-code.used')
  })

  test('makes whoever guesses wait', async () => {
    const { person } = await withApp()
    const { client, page } = await atCode(person)
    const statuses: number[] = []
    for (let guess = 0; guess < 6; guess += 1) {
      const answer = await client.browser.submit(formTo(page, '/code'), { code: String(guess).padStart(6, '0') })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('is not skipped: the ticket of one place is of no use at another', async () => {
    const { person, codes } = await withApp()
    const { page } = await atCode(person)
    const { ticket = '' } = formTo(page, '/code').fields
    const other = await createClient(server)
    const begun = await other.begin()
    const form = { action: formTo(begun, '/sign-in').action.replace('/sign-in', '/code'), fields: {} }
    const [code = ''] = codes
    expect((await other.browser.submit(form, { ticket, code })).status).toBe(401)
    const elsewhere = { action: `${account()}/code`, fields: { ticket, code } }
    expect((await other.browser.submit(elsewhere)).status).toBe(401)
    for (const step of ['/consent', '/create-account']) {
      const skip = { ...form, action: form.action.replace('/code', step) }
      expect((await other.browser.submit(skip, { ticket })).status).toBe(400)
    }
  })

  test('is asked for by the page of the account too, and can be turned off there', async () => {
    const { person, codes, browser } = await withApp()
    const asked = await browser.open(account())
    expect(asked.text).toContain('Recovery codes left: 10')
    const other = await openAccount(person)
    expect(other.page.text).toContain('One more step')
    const [code = ''] = codes
    const open = await other.browser.submit(formTo(other.page, '/code'), { code })
    expect(open.text).toContain('Recovery codes left: 9')
    const off = await other.browser.submit(formTo(open, '/remove-app'))
    expect(off.text).toContain('The second step is off')
    const client = await createClient(server)
    expect(client.answerOf(await client.signIn(person)).get('code')).toBeTruthy()
  })

  test('leaves neither the key nor the codes in the database', async () => {
    const { key, codes } = await withApp()
    const contents = await contentsOf(server.config)
    for (const text of [key, ...codes]) expect(contents).not.toContain(text)
  })
})
