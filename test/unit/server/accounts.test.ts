import * as argon2 from '@node-rs/argon2'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { normaliseEmail } from '../../../server/accounts/email.ts'
import { passwordFault } from '../../../server/accounts/password.ts'
import { formTo } from './support/browser.ts'
import { createClient, newPerson, signedIn } from './support/client.ts'
import type { TestServer } from './support/running-server.ts'

vi.mock('@node-rs/argon2', { spy: true })
// Files share what was loaded before: here the server has to be loaded with the spy.
vi.resetModules()
const { startTestServer } = await import('./support/running-server.ts')

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())
beforeEach(() => {
  vi.clearAllMocks()
})

describe('case 74: an e-mail address', () => {
  test.each([
    ['upper case', 'Ada@Example.COM'],
    ['spaces around it', '  ada@example.com\t'],
    ['full-width letters', 'ａｄａ@ｅｘａｍｐｌｅ.ｃｏｍ'],
    ['mathematical letters', '𝐚𝐝𝐚@example.com'],
    ['a no-break space after it', 'ada@example.com\u00a0'],
  ])('is the same with %s', (_what, written) => {
    expect(normaliseEmail(written)).toBe('ada@example.com')
  })

  test.each([
    ['nothing', ''],
    ['no at sign', 'ada.example.com'],
    ['two at signs', 'ada@ada@example.com'],
    ['a Cyrillic letter', 'аda@example.com'],
    ['a zero-width space', 'a\u200bda@example.com'],
    ['a right-to-left override', 'ada\u202e@example.com'],
    ['a space within', 'ada lovelace@example.com'],
    ['a line break', 'ada@example.com\nbcc: eve@example.com'],
    ['NUL', 'ada\0@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['two addresses', 'ada@example.com,eve@example.com'],
    ['a name before it', 'Ada <ada@example.com>'],
    ['255 characters', `${'a'.repeat(243)}@example.com`],
  ])('is refused with %s', (_what, written) => {
    expect(normaliseEmail(written)).toBeUndefined()
  })

  test('finds its account however it is written', async () => {
    const { person } = await signedIn(server)
    const wide = person.email.replace('@example.com', '@ｅｘａｍｐｌｅ.ｃｏｍ')
    for (const email of [person.email.toUpperCase(), `  ${person.email} `, wide]) {
      const client = await createClient(server)
      expect(client.answerOf(await client.signIn({ ...person, email })).has('code')).toBe(true)
    }
  })

  test('has one account, also where two are made of it at the same instant', async () => {
    const person = newPerson()
    const clients = await Promise.all([createClient(server), createClient(server)])
    const pages = await Promise.all(clients.map((client) => client.createAccount(person)))
    expect(pages.filter(({ text }) => text.includes('There is already an account'))).toHaveLength(1)
  })
})

describe('a password', () => {
  test.each([
    ['of 7 characters', 'a1b2c3d', 'too-short'],
    ['of 8 characters', 'a1b2c3d9', undefined],
    ['of 256 characters', 'x1'.repeat(128), undefined],
    ['of 257 characters', `${'x1'.repeat(128)}y`, 'too-long'],
    ['of 256 characters beyond the basic plane', '🗝'.repeat(256), undefined],
    ['of 7 characters beyond the basic plane', '🗝'.repeat(7), 'too-short'],
    ['that is common', 'iloveyou', 'common'],
    ['that is common but for its case', 'ILoveYou', 'common'],
    ['that is common but for its width', 'ｉｌｏｖｅｙｏｕ', 'common'],
    ['without digits, capitals or signs', 'four words of mine', undefined],
  ])('%s is judged by its length and the list alone', async (_what, password, fault) => {
    expect(await passwordFault(password)).toBe(fault)
  })

  test('typed on another system is the same password', async () => {
    const person = { ...newPerson(), password: 'schöne Grüße' }
    const maker = await createClient(server)
    maker.answerOf(await maker.createAccount({ ...person, password: person.password.normalize('NFD') }))
    const client = await createClient(server)
    expect(
      client.answerOf(await client.signIn({ ...person, password: person.password.normalize('NFC') })),
    ).toBeDefined()
  })

  test('of spaces and all is kept as it is', async () => {
    const person = { ...newPerson(), password: '  twice two spaces  ' }
    const maker = await createClient(server)
    maker.answerOf(await maker.createAccount(person))
    const client = await createClient(server)
    expect((await client.signIn({ ...person, password: person.password.trim() })).status).toBe(401)
  })

  test('case 76: is checked with the same work where there is no such account, or no such address', async () => {
    const { person } = await signedIn(server)
    for (const email of [person.email, newPerson().email, 'nobody']) {
      vi.clearAllMocks()
      expect((await (await createClient(server)).signIn({ email, password: 'not this one' })).status).toBe(401)
      expect(argon2.verify).toHaveBeenCalledTimes(1)
      expect(vi.mocked(argon2.verify).mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    }
  })

  test('hashed with weaker parameters is hashed anew when it is used', async () => {
    const { person } = await signedIn(server)
    const account = await server.store.accounts.findByEmail(person.email)
    const weak = await argon2.hash(person.password, { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await server.store.accounts.setPasswordHash(account?.id ?? '', weak)
    const client = await createClient(server)
    client.answerOf(await client.signIn(person))
    const after = await server.store.accounts.findByEmail(person.email)
    expect(after?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const again = await createClient(server)
    expect(again.answerOf(await again.signIn(person)).has('code')).toBe(true)
  })
})

describe('case 76: the limit of attempts', () => {
  const guess = async (email: string, headers: (attempt: number) => Record<string, string>) => {
    const client = await createClient(server)
    const form = formTo(await client.begin(), '/sign-in')
    const statuses: number[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const page = await client.browser.submit(form, { email, password: 'a guess' }, headers(attempt))
      statuses.push(page.status)
    }
    return statuses
  }

  test.each([
    ['X-Forwarded-For', (attempt: number) => ({ 'x-forwarded-for': `203.0.113.${attempt}` })],
    ['Forwarded', (attempt: number) => ({ forwarded: `for=203.0.113.${attempt}` })],
    ['X-Real-IP', (attempt: number) => ({ 'x-real-ip': `203.0.113.${attempt}` })],
  ])('does not believe %s', async (_name, headers) => {
    expect(await guess(newPerson().email, headers)).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('counts all ways to write one address together', async () => {
    const { email } = newPerson()
    const client = await createClient(server)
    const form = formTo(await client.begin(), '/sign-in')
    const ways = [email, email.toUpperCase(), ` ${email}`, email.replace('@e', '@ｅ'), email, email]
    const statuses: number[] = []
    for (const way of ways) statuses.push((await client.browser.submit(form, { email: way, password: 'x' })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('counts attempts of the same instant one by one', async () => {
    const { email } = newPerson()
    const client = await createClient(server)
    const form = formTo(await client.begin(), '/sign-in')
    const attempts = Array.from({ length: 8 }, () => client.browser.submit(form, { email, password: 'x' }))
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(3)
  })

  test('checks no password once it is reached', async () => {
    const { email } = newPerson()
    await guess(email, () => ({}))
    vi.clearAllMocks()
    expect((await (await createClient(server)).signIn({ email, password: 'x' })).status).toBe(429)
    expect(argon2.verify).not.toHaveBeenCalled()
  })

  test('holds across a restart', async () => {
    const own = await startTestServer()
    const { email } = newPerson()
    const first = await createClient(own)
    const form = formTo(await first.begin(), '/sign-in')
    for (let attempt = 0; attempt < 5; attempt += 1) await first.browser.submit(form, { email, password: 'x' })
    const restarted = await own.restart()
    expect((await (await createClient(restarted)).signIn({ email, password: 'x' })).status).toBe(429)
    await restarted.dispose()
  })
})
