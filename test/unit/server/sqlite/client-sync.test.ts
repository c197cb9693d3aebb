import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBackup } from '../../../../src/crypto/backup.ts'
import { readRecoveryWords, recoveryKeyOf } from '../../../../src/crypto/recovery-key.ts'
import { openDocument } from '../../../../src/notebook/note-document.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { openGate, type Tamper } from '../../../support/gate.ts'
import { openSync } from '../../../support/opened-account.ts'
import { createRecorder } from '../../../support/record.ts'
import type { Reply } from '../../../support/recorded.ts'
import { createBrowser, formTo } from '../support/browser.ts'
import { signedIn } from '../support/client.ts'
import { commandLine, failsWith } from '../support/command-line.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

let server: TestServer
let gate: Awaited<ReturnType<typeof openGate>>
let folder: string
let person: { readonly email: string; readonly password: string }
let app: Awaited<ReturnType<typeof openSync>>
const recorder = createRecorder()

/** What becomes of answers of sync, by the beginning of their path. */
const lies = new Map<string, (reply: Reply) => Reply | Promise<Reply>>()
const lieTo = (path: string) => [...lies].find(([start]) => path.startsWith(start))?.[1]
const tamper: Tamper = {
  concerns: ({ path }) => lieTo(path) !== undefined,
  reply: ({ path }, reply) => lieTo(path)?.(reply) ?? reply,
}

beforeAll(async () => {
  const [appPort = 0, publicPort = 0] = await freePorts(2)
  gate = await openGate({ site: 'app', port: publicPort, target: appPort, recorder, tamper })
  server = await startTestServer({ appPort, appUrl: `http://localhost:${publicPort}` })
  person = (await signedIn(server)).person
  app = await openSync(server, person)
  folder = await mkdtemp(join(tmpdir(), 'holdfast-notes-'))
})
afterAll(async () => {
  await gate.close()
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

const { holdfast, gotten, converse, said, sessionOf } = commandLine(() => folder)
/** As people start it. */
const { holdfast: started } = commandLine(() => folder, 'whole')

const signInAt = async (address: string) => {
  const browser = createBrowser()
  return browser.submit(formTo(await browser.open(address), '/sign-in'), person)
}
const login = (home: string) => holdfast(home, ['login', '--server', server.appUrl, '--no-browser'], signInAt)
const given = (home: string, words: readonly string[], text: string) => holdfast(home, words, undefined, text)
const clean = { code: 0, json: { aside: [], missing: 0 } }
const synced = async (home: string) => expect(await holdfast(home, ['sync'])).toMatchObject(clean)

describe('a machine of an account that syncs', () => {
  test('gets its keys by the words, and by no others', async () => {
    await login('one')
    expect(await holdfast('one', ['notes'])).toMatchObject(failsWith('SYNC_LOCKED'))
    expect(await holdfast('one', ['sync'])).toMatchObject(failsWith('SYNC_LOCKED'))
    const [first = '', ...others] = app.words.split(' ')
    const unlock = (words: readonly string[]) => given('one', ['sync', 'unlock'], words.join(' '))
    const [few, unknown, changed, another] = await Promise.all([
      unlock(others),
      unlock(['qqq', ...others]),
      unlock([first === 'zoo' ? 'zone' : 'zoo', first, ...others.slice(1)]),
      unlock([...Array.from({ length: 11 }, () => 'zoo'), 'wrong']),
    ])
    expect(few).toMatchObject(failsWith('WORDS_COUNT'))
    expect(unknown).toMatchObject(failsWith('WORDS_UNKNOWN'))
    expect(JSON.stringify(unknown)).toContain('At: 1.')
    expect(JSON.stringify(unknown)).not.toContain('qqq')
    expect(Object(changed.json).error.code).toMatch(/^WORDS_(CHECKSUM|OTHER)$/)
    expect(another).toMatchObject(failsWith('WORDS_OTHER'))
    expect(await given('one', ['sync', 'unlock'], app.words)).toMatchObject({ code: 0, json: { unlocked: true } })
    await synced('one')
  })

  test('shows what the app has written, and the app what it has', async () => {
    app.edit('note/tides', () => 'High water at noon.\n\nLow at six.\n')
    await app.engine.exchange()
    await synced('one')
    const { json } = await holdfast('one', ['notes'])
    expect(json).toMatchObject({ notes: [{ id: 'tides', title: '' }] })
    const added = await given('one', ['notes', 'add'], '# Boats\n\nThe red one.\n')
    const id = Object(added.json).added
    await synced('one')
    await app.engine.exchange()
    expect(app.texts()).toMatchObject({ [`note/${id}`]: 'The red one.' })
    expect(await holdfast('one', ['notes', 'show', id])).toMatchObject({
      json: { title: 'Boats', body: 'The red one.' },
    })
  })

  test('takes a text as an edit of what it has shown, and both have what either wrote', async () => {
    const { json } = await holdfast('one', ['notes', 'show', 'tides'])
    const text: string = Object(json).body
    app.edit('note/tides', (body) => body.replace('noon', 'noon, and at midnight'))
    await app.engine.exchange()
    await synced('one')
    const mine = `Today:\n${text}Springs on Friday.\n`
    expect(await given('one', ['notes', 'edit', 'tides'], mine)).toMatchObject({ json: { changed: true } })
    expect(await given('one', ['notes', 'edit', 'tides'], mine)).toMatchObject({ json: { changed: false } })
    await synced('one')
    await app.engine.exchange()
    const both = 'Today:\nHigh water at noon, and at midnight.\n\nLow at six.\nSprings on Friday.\n'
    expect(app.texts()['note/tides']).toBe(both)
    expect(await holdfast('one', ['notes', 'show', 'tides'])).toMatchObject({ json: { body: both } })
  })

  test('attaches a file, and gets one', async () => {
    const path = join(folder, 'table.txt')
    await writeFile(path, 'noon 3.1\n'.repeat(150_000))
    expect(await holdfast('one', ['notes', 'attach', 'nothing', path])).toMatchObject(failsWith('NOTE_UNKNOWN'))
    expect(await holdfast('one', ['notes', 'attach', 'tides', '/nowhere'])).toMatchObject(failsWith('FILE_UNREADABLE'))
    const { json } = await holdfast('one', ['notes', 'attach', 'tides', path])
    await synced('one')
    await app.engine.exchange()
    expect([...app.kept.files.keys()]).toEqual([`file/${Object(json).attached}`])
    const listed = await holdfast('one', ['notes', 'files', 'tides'])
    expect(listed).toMatchObject({
      json: { files: [{ id: Object(json).attached, name: 'table.txt', type: 'text/plain' }] },
    })
    const bytes = await readFile(path)
    expect(await gotten('one', Object(json).attached)).toEqual({ code: 0, bytes })
    // A part of it is another one than was sent.
    lies.set('/api/v1/blobs/', (reply) => ({
      ...reply,
      body: reply.body.replace(/^./s, (byte) => (byte === 'a' ? 'b' : 'a')),
    }))
    expect(await gotten('one', Object(json).attached)).toMatchObject({ code: 1 })
    lies.clear()
  })

  test('is the same device with the same keys after the next sign-in', async () => {
    const before = await sessionOf('one')
    await login('one')
    const after = await sessionOf('one')
    expect(after).toMatchObject({ device: before.device, sync: before.sync, sealed: before.sealed })
    expect(after.refresh).not.toBe(before.refresh)
    await synced('one')
  })

  test('keeps everything in files of its own, and says and sends no word of it', async () => {
    for (const name of await readdir(join(folder, 'one/holdfast'))) {
      expect((await stat(join(folder, 'one/holdfast', name))).mode & 0o777).toBe(0o600)
    }
    const session = await sessionOf('one')
    for (const secret of [session.sync.keys[0].key, session.exchangeKey.d, session.deviceKey.d, app.words]) {
      expect(said.join('\n')).not.toContain(secret)
      expect(server.logged()).not.toContain(secret)
    }
    expect(server.logged()).not.toContain('High water')
    expect(JSON.stringify(recorder.requests)).not.toContain('High water')
  })
})

describe('a server', () => {
  test('that is lost while something is sent gets it once', async () => {
    await given('one', ['notes', 'edit', 'tides'], 'Sent once.\n')
    const answered = Promise.withResolvers<void>()
    const killed = Promise.withResolvers<void>()
    lies.set('/api/v1/sync/records', async (reply) => {
      if (!reply.body.includes('"positions"')) return reply
      answered.resolve()
      await killed.promise
      return reply
    })
    const command = converse('one', ['sync'])
    await answered.promise
    command.kill()
    await command.ended
    killed.resolve()
    lies.clear()
    await synced('one')
    expect(await app.engine.exchange()).toMatchObject({ received: 1, quarantined: [], missing: [] })
    expect(app.texts()['note/tides']).toBe('Sent once.\n')
  })

  test.each([
    ['/api/v1/sync/log', 'LOG_ROLLED_BACK', () => ({ entries: [] })],
    ['/api/v1/sync/records', 'ROLLED_BACK', () => ({ records: [], position: 0, heads: [] })],
  ])('that tells another story at %s is named, and nothing is lost: %s', async (path, code, change) => {
    lies.set(path, (reply) => ({ ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), ...change() }) }))
    expect(await holdfast('one', ['sync'])).toMatchObject(failsWith(code))
    lies.clear()
    await synced('one')
  })

  test('that changes a record has it named, and the rest is taken in', async () => {
    app.edit('note/one', () => 'first')
    await app.engine.exchange()
    const changed = app.kept.memory?.position
    app.edit('note/two', () => 'second')
    await app.engine.exchange()
    lies.set('/api/v1/sync/records', (reply) => {
      const page = JSON.parse(reply.body)
      for (const one of page.records) if (one.position === changed) one.record = one.record.replace(/.{4}$/, 'AAAA')
      return { ...reply, body: JSON.stringify(page) }
    })
    expect(await holdfast('one', ['sync'])).toMatchObject({
      code: 1,
      json: { aside: [{ code: 'RECORD_SIGNATURE_WRONG', count: 1 }], missing: 1 },
    })
    lies.clear()
    const { json } = await holdfast('one', ['notes'])
    expect(Object(json).notes.map(({ id }: { id: string }) => id)).toContain('two')
  })
})

describe('a machine that pairs', () => {
  const words = /[A-Z]{3,5}-[A-Z]{3,5}-\d\d/
  /** Lets another machine in by this one; both have said how it ended. */
  const letIn = async (home: string) => {
    await login('one')
    const host = converse('one', ['pair'])
    const guest = converse(home, ['pair', await host.told(words), '--server', server.appUrl])
    await host.told(/Let it in\?/)
    host.say('yes')
    return Promise.all([host.ended, guest.ended])
  }
  const done = [{ code: 0 }, { code: 0, json: { signedIn: true } }]
  const devices = async () => Object((await holdfast('one', ['devices'])).json).devices.length

  test('asks for its session again where the answer is lost, and is on the list once', async () => {
    const before = await devices()
    let lost = 0
    lies.set('/api/v1/pairings/finish', (reply) => {
      lost += 1
      return lost > 1 ? reply : { ...reply, status: 503, body: '' }
    })
    expect(await letIn('paired')).toMatchObject(done)
    lies.clear()
    expect(lost).toBe(2)
    expect(await devices()).toBe(before + 1)
    await synced('paired')
  })

  test('takes the log from nobody but the other machine: without its word the words of recovery let it in', async () => {
    lies.set('/api/v1/pairings/finish', (reply) => {
      const told = JSON.parse(reply.body)
      expect(told.logEntry).toMatch(/^[\w-]{155}$/)
      return { ...reply, body: JSON.stringify({ ...told, logEntry: told.logEntry.replace(/^.{8}/, 'AAAAAAAA') }) }
    })
    expect(await letIn('wary')).toMatchObject(done)
    lies.clear()
    // It is in the log, and its keys are there.
    expect(await holdfast('wary', ['sync'])).toMatchObject(failsWith('SYNC_LOCKED'))
    expect(await given('wary', ['sync', 'unlock'], app.words)).toMatchObject({ code: 0, json: { unlocked: true } })
    await synced('wary')
  })
})

test('a backup has everything, and opens with the words alone', async () => {
  const path = join(folder, 'kept')
  expect(await holdfast('one', ['backup', path])).toMatchObject({ code: 2 })
  expect(await started('one', ['backup', '--notes', path])).toMatchObject({ code: 0, json: { files: 1, path } })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await holdfast('one', ['backup', '--notes', path])).toMatchObject(failsWith('FILE_UNREADABLE'))
  const entropy = readRecoveryWords(app.words)
  if (!entropy.ok) throw new Error('These are words.')
  const { items, chunks } = await openBackup(new Uint8Array(await readFile(path)), await recoveryKeyOf(entropy.value))
  const tides = items.find(({ name }) => name === 'note/tides')
  expect(openDocument(tides === undefined ? [] : [tides.body]).content().body).toBe('Sent once.\n')
  expect(chunks).toHaveLength(2)
})
