import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../../support/free-ports.ts'
import { openGate, type Tamper } from '../../../support/gate.ts'
import { createRecorder } from '../../../support/record.ts'
import { createBrowser, formTo } from '../support/browser.ts'
import { signedIn } from '../support/client.ts'
import { commandLine, failsWith } from '../support/command-line.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

let server: TestServer
let gate: Awaited<ReturnType<typeof openGate>>
let folder: string
let person: { readonly email: string; readonly password: string }
/** What befalls the next answer of the token endpoint, on its way. */
let onAnswer: (() => Promise<void>) | undefined
const recorder = createRecorder()
const tokenRequests = () => recorder.requests.filter(({ path }) => path === '/token').length

const tamper: Tamper = {
  concerns: ({ path }) => path === '/token',
  async reply(_request, reply) {
    const act = onAnswer
    onAnswer = undefined
    await act?.()
    return reply
  },
}

beforeAll(async () => {
  const [idPort = 0, publicPort = 0] = await freePorts(2)
  gate = await openGate({ site: 'id', port: publicPort, target: idPort, recorder, tamper })
  server = await startTestServer({ idPort, idUrl: `http://localhost:${publicPort}` })
  person = (await signedIn(server)).person
  folder = await mkdtemp(join(tmpdir(), 'holdfast-session-'))
})
afterAll(async () => {
  await gate.close()
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

const { holdfast, converse, sessionOf, change } = commandLine(() => folder)

const signInAt = async (address: string) => {
  const browser = createBrowser()
  return browser.submit(formTo(await browser.open(address), '/sign-in'), person)
}
const login = async (home: string) => {
  const words = ['login', '--server', server.appUrl, '--no-browser']
  expect(await holdfast(home, words, signInAt)).toMatchObject({ code: 0 })
}

/** Kills a command when the server has answered its refresh, and before it hears of that. */
const killInRefresh = async (home: string) => {
  await change(home, { expiresAt: 0 })
  const before = await sessionOf(home)
  const answered = Promise.withResolvers<void>()
  const killed = Promise.withResolvers<void>()
  onAnswer = async () => {
    answered.resolve()
    await killed.promise
  }
  const command = converse(home, ['status'])
  await answered.promise
  command.kill()
  await command.ended
  killed.resolve()
  expect(await sessionOf(home)).toMatchObject({ refresh: before.refresh, refreshingSince: expect.any(Number) })
}

test('keeps the session where it is killed as the answer to a refresh comes', async () => {
  await login('killed')
  await killInRefresh('killed')
  expect(await holdfast('killed', ['status'])).toMatchObject({ code: 0 })
  expect(await sessionOf('killed')).not.toHaveProperty('refreshingSince')
})

test('does not present a token again that may be spent for long, and comes back by the key of the device', async () => {
  await login('late')
  await killInRefresh('late')
  const before = await sessionOf('late')
  await change('late', { refreshingSince: Date.now() - 60_000 })
  expect(await holdfast('late', ['status'])).toMatchObject({ code: 0 })
  const sent = recorder.requests.filter(({ path, form }) => path === '/token' && form.refresh_token === before.refresh)
  expect(sent).toHaveLength(1)
  expect((await sessionOf('late')).device.id).toBe(before.device.id)
})

test('comes back by the key of the device where the refresh token has run out', async () => {
  await login('old')
  const { refresh } = await sessionOf('old')
  await change('old', { expiresAt: 0, refresh: 'x'.repeat(43) })
  expect(await holdfast('old', ['status'])).toMatchObject({ code: 0 })
  expect((await sessionOf('old')).refresh).not.toBe(refresh)
})

test('says that the device was removed, and signs out', async () => {
  await login('gone')
  await login('other')
  const isFirst = ({ isThis }: { isThis: boolean }) => isThis
  const own = Object((await holdfast('gone', ['devices'])).json).devices.find(isFirst)
  expect(await holdfast('other', ['devices', 'remove', own.id])).toMatchObject({ code: 0 })
  await change('gone', { expiresAt: 0 })
  expect(await holdfast('gone', ['status'])).toMatchObject(failsWith('DEVICE_REMOVED'))
  expect(await holdfast('gone', ['status'])).toMatchObject(failsWith('NOT_SIGNED_IN'))
})

test('refreshes once where ten commands need it at once, one of which is killed', async () => {
  await login('busy')
  await killInRefresh('busy')
  const before = tokenRequests()
  const answers = await Promise.all(Array.from({ length: 10 }, () => holdfast('busy', ['status'])))
  expect(answers.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 0))
  expect(tokenRequests() - before).toBe(1)
})
