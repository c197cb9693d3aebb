import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWire } from '../../../support/wire.ts'
import { formTo } from '../support/browser.ts'
import { createClient, discover, newPerson, signedIn } from '../support/client.ts'
import { newDatabase } from '../support/database.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

type Wire = Awaited<ReturnType<typeof openWire>>

let server: TestServer
let wire: Wire
let drop: () => Promise<unknown>
beforeAll(async () => {
  const database = await newDatabase()
  drop = database.drop
  const url = new URL(database.url ?? '')
  wire = await openWire(Number(url.port))
  url.port = String(wire.port)
  server = await startTestServer({ databaseUrl: url.href })
})
afterAll(async () => {
  await server.dispose()
  await wire.cut()
  await drop()
})

const isAway = (response: Response): void => {
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
}

test('while the database is away every answer is 503 with Retry-After, and nobody is signed out', async () => {
  const { client, tokens } = await signedIn(server)
  const other = await createClient(server)
  const page = await other.begin()
  const metadata = await discover(server)
  await wire.cut()
  isAway(await client.call(tokens.access, '/auth/status'))
  isAway(await client.refreshRaw(tokens.refresh))
  isAway(await client.revoke(tokens.refresh))
  isAway(await other.push())
  for (const answer of [
    await other.browser.submit(formTo(page, '/sign-in'), newPerson()),
    await other.browser.open(page.url),
  ]) {
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(answer.text).toContain('The server cannot reach its data at the moment')
  }
  const headers = { accept: 'application/json' }
  isAway(await fetch(`${server.config.idUrl}/session/end?client_id=web`, { headers }))
  expect((await fetch(metadata.jwks_uri ?? '')).status).toBe(200)
  for (const port of [server.config.appPort, server.config.idPort]) {
    expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200)
  }
  expect(server.logged()).not.toContain(tokens.refresh)

  await wire.mend()
  expect((await client.call(tokens.access, '/auth/status')).status).toBe(200)
  expect((await client.refresh(tokens.refresh)).refresh).not.toBe('')
  expect(other.answerOf(await other.createAccount(newPerson())).has('code')).toBe(true)
})
