import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from './support/browser.ts'
import { createClient, signedIn, statusOf } from './support/client.ts'
import { startTestServer, type TestServer } from './support/running-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const isOver = async ({ client, tokens }: Awaited<ReturnType<typeof signedIn>>) => {
  expect(await statusOf(client.call(tokens.access, '/auth/status'))).toBe(401)
  expect((await client.refreshRaw(tokens.refresh)).status).toBe(400)
}

/** A second session of someone who is signed in, in a browser of its own. */
const again = async (person: { email: string; password: string }) => {
  const client = await createClient(server)
  return { client, person, tokens: await client.exchange(client.answerOf(await client.signIn(person))) }
}

describe('revoking the refresh token', () => {
  test('ends the session at once, and the provider asks for the password again', async () => {
    const browser = createBrowser()
    const session = await signedIn(server, browser)
    expect((await session.client.revoke(session.tokens.refresh)).status).toBe(200)
    await isOver(session)
    const page = await (await createClient(server, browser)).begin()
    expect(page.text).toContain('type="password"')
  })

  test('leaves another session of the account alone', async () => {
    const session = await signedIn(server)
    const other = await again(session.person)
    await session.client.revoke(session.tokens.refresh)
    expect((await other.client.call(other.tokens.access, '/auth/status')).status).toBe(200)
  })

  test('is answered alike for a token that nobody knows', async () => {
    const { client } = await signedIn(server)
    expect((await client.revoke('nobody-knows-this-one')).status).toBe(200)
  })

  test('that was used a moment ago ends the session all the same', async () => {
    const session = await signedIn(server)
    const next = await session.client.refresh(session.tokens.refresh)
    expect((await session.client.revoke(session.tokens.refresh)).status).toBe(200)
    await isOver({ ...session, tokens: next })
  })
})

describe('POST /auth/logout', () => {
  const logout = { method: 'POST', headers: { 'content-type': 'application/json' } }

  test('ends this session and no other', async () => {
    const browser = createBrowser()
    const session = await signedIn(server, browser)
    const other = await again(session.person)
    expect((await session.client.call(session.tokens.access, '/auth/logout', logout)).status).toBe(200)
    await isOver(session)
    expect((await other.client.call(other.tokens.access, '/auth/status')).status).toBe(200)
    expect((await (await createClient(server, browser)).begin()).text).toContain('type="password"')
  })

  test('ends every session of the account where that is asked, and of no other account', async () => {
    const session = await signedIn(server)
    const other = await again(session.person)
    const stranger = await signedIn(server)
    const body = JSON.stringify({ allDevices: true })
    expect((await session.client.call(session.tokens.access, '/auth/logout', { ...logout, body })).status).toBe(200)
    await isOver(session)
    await isOver(other)
    expect((await stranger.client.call(stranger.tokens.access, '/auth/status')).status).toBe(200)
  })
})
