import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../../support/free-ports.ts'
import { liarClient, startLiar } from '../../../support/liar.ts'
import { sign } from '../../../support/liar-keys.ts'
import type { Reply } from '../../../support/liar-reply.ts'
import { openSync } from '../../../support/opened-account.ts'
import { createBrowser, formTo } from '../support/browser.ts'
import { signedIn } from '../support/client.ts'
import { commandLine, failsWith } from '../support/command-line.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

let server: TestServer
let folder: string
let person: { readonly email: string; readonly password: string }
beforeAll(async () => {
  server = await startTestServer()
  person = (await signedIn(server)).person
  folder = await mkdtemp(join(tmpdir(), 'holdfast-client-'))
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

const { holdfast, converse, said, fileOf, sessionOf, change } = commandLine(() => folder)
/** As people start it. */
const { holdfast: started } = commandLine(() => folder, 'whole')

const login = (home: string, act = signInAt) =>
  holdfast(home, ['login', '--server', server.appUrl, '--no-browser'], act)

const signInAt = async (address: string) => {
  const browser = createBrowser()
  return browser.submit(formTo(await browser.open(address), '/sign-in'), person)
}
const cancelAt = async (address: string) => {
  const browser = createBrowser()
  return browser.submit(formTo(await browser.open(address), '/cancel'))
}

test('signs in by a browser, lists, renames and removes devices, and signs out', async () => {
  expect(await login('one')).toMatchObject({ code: 0, json: { signedIn: true, email: person.email } })
  const first = await sessionOf('one')
  for (const name of await readdir(join(folder, 'one/holdfast'))) {
    expect((await stat(join(folder, 'one/holdfast', name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(join(folder, 'one/holdfast'))).mode & 0o777).toBe(0o700)

  const { json } = await holdfast('one', ['devices'])
  const [own] = Object(json).devices
  expect(own).toMatchObject({ isThis: true, name: expect.stringMatching(/^Holdfast on /) })
  expect(await started('one', ['devices', 'rename', own.id, 'My', 'shell'])).toMatchObject({ code: 0 })
  expect(await holdfast('one', ['status'])).toMatchObject({ code: 0, json: { device: 'My shell' } })

  await login('two')
  const second = await sessionOf('two')
  const isOther = (device: { readonly isThis: boolean }) => !device.isThis
  const other = Object((await holdfast('one', ['devices'])).json).devices.find(isOther)
  expect(await holdfast('one', ['devices', 'remove', other.id])).toMatchObject({ code: 0 })
  expect(await holdfast('two', ['status'])).toMatchObject(failsWith('SESSION_ENDED'))
  expect(await holdfast('one', ['devices', 'remove', other.id])).toMatchObject(failsWith('REFUSED'))
  // An id may begin with hyphens, and then is no flag.
  for (const id of ['-B-fPuI-kVxIpn28KLGCI', '--fPuI-kVxIpn28KLGCIV']) {
    expect(await holdfast('one', ['devices', 'remove', id])).toMatchObject(failsWith('REFUSED'))
  }
  expect(await holdfast('one', ['devices', '--remove', other.id])).toMatchObject({ code: 2 })

  expect(await holdfast('one', ['logout'])).toMatchObject({ code: 0, json: { signedOut: true, told: true } })
  expect(await started('one', ['status'])).toMatchObject(failsWith('NOT_SIGNED_IN'))

  for (const secret of [first.access, first.refresh, first.proofKey.d, second.refresh, second.deviceKey.d]) {
    expect(secret.length).toBeGreaterThan(40)
    expect(said.join('\n')).not.toContain(secret)
    expect(server.logged()).not.toContain(secret)
  }
})

const isFirst = ({ isThis }: { readonly isThis: boolean }) => isThis

describe('pairing', () => {
  const aWords = /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/
  const aNumber = /\d{4} {2}\d{4} {2}\d{4}/
  const joinBy = (home: string, words: string) => converse(home, ['pair', words, '--server', server.appUrl])

  test('lets another machine in once both have shown the same numbers, and only by a recent sign-in', async () => {
    await login('host')
    const { words: kit, edit, engine } = await openSync(server, person)
    expect(await holdfast('host', ['sync', 'unlock'], undefined, kit)).toMatchObject({ code: 0 })
    edit('note/tides', () => 'High water at noon.')
    await engine.exchange()
    const host = converse('host', ['pair'])
    const words = await host.told(aWords)
    expect(await holdfast('guest', ['pair', 'nonsense'])).toMatchObject({ code: 2, json: { error: { code: 'USAGE' } } })
    expect(await joinBy('guest', 'ABLE-ZOO-00').ended).toMatchObject(failsWith('PAIRING_UNKNOWN'))
    const guest = joinBy('guest', words.toLowerCase())
    expect(await guest.told(aNumber)).toBe(await host.told(aNumber))
    await host.told(/Let it in\?/)
    host.say('yes')
    expect(await host.ended).toMatchObject({ code: 0, json: { paired: expect.stringMatching(/^Holdfast on /) } })
    expect(await guest.ended).toMatchObject({ code: 0, json: { signedIn: true, email: person.email } })
    expect(await holdfast('guest', ['status'])).toMatchObject({ code: 0, json: { email: person.email } })
    expect(await holdfast('guest', ['pair'])).toMatchObject(failsWith('SIGN_IN_AGAIN'))
    expect(await joinBy('guest', words).ended).toMatchObject(failsWith('SIGNED_IN'))
    expect(await joinBy('third', words).ended).toMatchObject(failsWith('PAIRING_USED'))

    // The keys of the notes came along, and are of no more use after the removal.
    expect(await holdfast('guest', ['sync'])).toMatchObject({ code: 0, json: { received: 1 } })
    const { id } = Object((await holdfast('guest', ['devices'])).json).devices.find(isFirst)
    expect(await holdfast('host', ['devices', 'remove', id])).toMatchObject({ code: 0 })
    expect((await sessionOf('host')).sync.keys).toHaveLength(2)
    expect(await holdfast('guest', ['sync'])).toMatchObject(failsWith('SESSION_ENDED'))
    expect(await holdfast('guest', ['sync'])).toMatchObject(failsWith('DEVICE_REMOVED'))
    edit('note/tides', (body) => `${body} Under a new key.`)
    expect(await engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(await holdfast('host', ['sync'])).toMatchObject({ code: 0, json: { aside: [], missing: 0 } })
  })

  test('lets nobody in without a yes', async () => {
    await login('wary')
    const host = converse('wary', ['pair'])
    const guest = joinBy('stranger', await host.told(aWords))
    await host.told(/Let it in\?/)
    host.say('')
    expect(await host.ended).toMatchObject(failsWith('PAIRING_DECLINED'))
    expect(await guest.ended).toMatchObject(failsWith('PAIRING_REFUSED'))
    expect(await holdfast('stranger', ['status'])).toMatchObject(failsWith('NOT_SIGNED_IN'))
  })
})

test('stays signed in where the server is away', async () => {
  await login('lost')
  await change('lost', { expiresAt: 0, issuer: 'http://127.0.0.1:9' })
  expect(await holdfast('lost', ['status'])).toMatchObject(failsWith('SERVER_UNAVAILABLE'))
  await change('lost', { issuer: server.idUrl })
  expect(await holdfast('lost', ['status'])).toMatchObject({ code: 0 })
})

test('is signed out where the provider says so, and keeps a file that it cannot read', async () => {
  await login('ended')
  const session = await sessionOf('ended')
  await holdfast('ended', ['logout'])
  await writeFile(fileOf('ended'), JSON.stringify({ ...session, expiresAt: 0 }))
  expect(await holdfast('ended', ['status'])).toMatchObject(failsWith('SESSION_ENDED'))
  expect(await holdfast('ended', ['status'])).toMatchObject(failsWith('NOT_SIGNED_IN'))
  await writeFile(fileOf('ended'), '{"half')
  expect(await holdfast('ended', ['status'])).toMatchObject(failsWith('UNREADABLE'))
  expect(await readFile(fileOf('ended'), 'utf8')).toBe('{"half')
})

test('changes nothing where the sign-in is cancelled', async () => {
  expect(await login('none', cancelAt)).toMatchObject(failsWith('SIGN_IN_CANCELLED'))
  expect(await holdfast('none', ['status'])).toMatchObject(failsWith('NOT_SIGNED_IN'))
})

test.each([[['status', 'now']], [['devices', 'burn']], [['login', '--server', 'javascript:1']]])(
  'answers what is no command with those that are: %j',
  async (words) => {
    expect(await holdfast('none', words)).toMatchObject({ code: 2, json: { error: { code: 'USAGE' } } })
  },
)

test('signs in at the provider of somebody else, which binds no tokens and takes no pushed request', async () => {
  const [port = 0] = await freePorts(1)
  const liar = await startLiar(port)
  const issuer = liar.tenant('theirs')
  issuer.dpop = false
  const audience = 'https://api.example.com'
  const token = async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer.issuer, sub: 'ada', name: 'Ada', aud: audience, client_id: liarClient }
    const access = await sign(liar.keys.es, { ...claims, iat: now, exp: now + 300, sid: 'one' }, { typ: 'at+jwt' })
    return (truth: Reply): Reply => ({ ...truth, body: Object.assign({}, truth.body, { access_token: access }) })
  }
  issuer.lies = { reply: { token: await token(), refresh: await token() } }
  const clients = { web: 'web', extension: undefined, desktop: liarClient }
  const how = { scope: 'openid', responseMode: 'query', resource: undefined, prompt: undefined, origins: [] } as const
  const own = await startTestServer({ external: { issuer: issuer.issuer, clients, audience, ...how } })
  const home = 'external'
  const login = await holdfast(home, ['login', '--no-browser', '--server', own.appUrl], (address) => fetch(address))
  expect(login.json).toEqual({ signedIn: true, server: own.appUrl, email: null, device: expect.any(String) })
  expect((await holdfast(home, ['status'])).code).toBe(0)
  expect((await holdfast(home, ['logout'])).json).toEqual({ signedOut: true, told: true })
  await own.dispose()
  await liar.close()
})
