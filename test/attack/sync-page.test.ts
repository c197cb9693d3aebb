import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import type { RequestType } from '../../src/protocol/messages.ts'
import { parseReply } from '../../src/protocol/parse.ts'
import { decodeLogEntry } from '../../src/sync/wire/log-entry.ts'
import { rows, syncState } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { Holdfast } from '../support/holdfast.ts'
import { fill, showsText } from '../support/page.ts'
import { createAccount } from '../support/people.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { noteObtained } from './support/obtained.ts'
import { withPageCredentials } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { synced } from './support/situations.ts'
import { useStage } from './support/stage.ts'

/** Somebody signed in, with a note, sync, a kit, and another device. */
const syncOn = async (site: Site): Promise<Page> => {
  const page = await site.open('/')
  await fill(page, 'Title', 'Kept')
  await fill(page, 'Note', 'What stood here before.')
  await showsText(page, 'Saved on this device')
  await site.turnOn(page, await createAccount(page))
  return page
}

/** As if everybody had signed in six minutes before they did. */
const makeSignInsOld = ({ config }: Holdfast): void => {
  const database = new DatabaseSync(join(config.data, 'holdfast.sqlite'))
  database.exec('update sessions set auth_time = auth_time - 360000')
  database.close()
}

/** What a page has no business with, in every spelling of it that a server might take for the same. */
const privatePaths = (item: string): readonly (readonly [method: string, path: string, body?: string])[] => [
  ['GET', '/api/v1/sync/log'],
  ['POST', '/api/v1/sync/log', '{"entry":"AAAA"}'],
  ['GET', '/api/v1/sync/records'],
  ['GET', '/api/v1/sync/records?after=0&limit=200'],
  ['POST', '/api/v1/sync/records', '{"records":["AAAA"]}'],
  ['POST', '/api/v1/sync/compact', '{"checkpoint":1,"superseded":[[1,1]]}'],
  ['GET', '/api/v1/sync/backup'],
  ['GET', `/api/v1/blobs/${item}`],
  ['DELETE', `/api/v1/blobs/${item}`],
  ['PUT', `/api/v1/blobs/${item}/${'A'.repeat(43)}`, '{}'],
  ['GET', '/api/v1/%73ync/log'],
  ['GET', '/api/v1/sync/%6cog'],
  ['GET', '/api/v1/sync/%6Cog'],
  ['DELETE', `/api/v1/%62lobs/${item}`],
  ['POST', '/api/v1/sync/%63ompact', '{"checkpoint":1,"superseded":[[1,1]]}'],
  ['GET', '/api/v1/sync//log'],
  ['GET', '/api/v1//sync/log'],
  ['GET', '/api/v1/./sync/log'],
  ['GET', '/api/v1/x/../sync/log'],
  ['GET', '/api/v1/sync%2flog'],
  ['GET', '/api/v1/sync/log/'],
  ['GET', '/api/v1/sync/log;x'],
  ['GET', '/api/v1/SYNC/LOG'],
  ['GET', '/~/api/v1/sync/log'],
]

/** Every question that the worker knows. */
const known = [
  ...readFileSync(join(import.meta.dirname, '../../src/protocol/parse.ts'), 'utf8').matchAll(
    /\.\.\.envelope,\s+type: v\.literal\('([\w.]+)'\)/g,
  ),
].map(([, type]) => type as RequestType)
/** They end what is attacked, and are told nothing but a state or an address either. */
const ends: readonly RequestType[] = ['session.signOut', 'session.signIn', 'sync.disable', 'worker.activate']

const kindsIn = (entries: readonly Bytes[]) => entries.map((entry) => decodeLogEntry(entry).entry.action.type)

type Reply = { readonly ok?: unknown; readonly error?: { readonly code: string } }
type Replies = readonly (readonly [type: string, Reply])[]
type Told = { readonly replies: Replies; readonly noise: Replies }

type Answer = readonly [path: string, status: number | string, body?: string]

describe.each(synced)('a script of the page in %s', (situation) => {
  const stage = useStage(situation)
  let page: Page

  beforeAll(async () => {
    page = await syncOn(stage.site)
  })

  const ended = async () => {
    await askWorker(page, { type: 'sync.run' })
    return waitFor(async () => {
      const state = await syncState(page)
      return Reflect.get(Object(state.run), 'type') === 'idle' && state
    }, 'the exchange is over')
  }
  const item = 'AAAAAAAAAAAAAAAAAAAAAA'

  it('case 38: reads every storage, and finds no key of sync and no words', async () => {
    const obtained = await stage.site.attack('storage')
    expect(obtained).toMatchObject({
      opened: [],
      records: expect.arrayContaining(['sync/main', 'device/main', 'replica']),
    })
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 39: asks everything there is, and is told states; a kit and a pairing need a fresh sign-in', async () => {
    makeSignInsOld(stage.site.holdfast)
    const asked = known.filter((type) => !ends.includes(type))
    expect(asked.length).toBeGreaterThan(25)
    const obtained = (await stage.site.attack('sync', { act: 'ask', known: asked, count: 60 })) as Told
    const codes = new Map(obtained.replies.map(([type, { error }]) => [type, error?.code]))
    expect(codes.get('sync.newKit')).toBe('RECENT_SIGN_IN_REQUIRED')
    expect(codes.get('pairing.offer')).toBe('RECENT_SIGN_IN_REQUIRED')
    expect(codes.get('sync.get')).toBeUndefined()
    for (const type of ['sync.keys', 'sync.words', 'sync.sign', 'log.append', 'sync.get +', 'sync.newKit +']) {
      expect(codes.get(type), type).toBe('MESSAGE_INVALID')
    }
    // Whatever is answered is what the protocol says, and has no member beside that.
    const answered = [...obtained.replies, ...obtained.noise].filter(([, { ok }]) => ok !== undefined)
    for (const [type, reply] of answered) {
      const [name = 'session.get'] = known.filter((one) => type === one || type === `${one} (words)`)
      expect(parseReply(name, reply), type).toEqual({ ok: true, value: reply.ok })
    }
    expect(answered.map(([type]) => type)).not.toContain('sync.newKit')
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 44: has had nothing signed for the device log, and no key wrapped', async () => {
    const { entries, wraps } = await stage.site.synced.other.transport.log(0)
    // Opened, a kit named, and a device let in: what the person has done.
    expect(kindsIn(entries)).toEqual(['open', 'recovery', 'add'])
    expect(wraps).toHaveLength(3)
    noteObtained({})
  })

  it('case 39: calls the API itself, and gets nothing of sync in any spelling', async () => {
    const answers = (await stage.site.attack('sync', { act: 'calls', asked: privatePaths(item) })) as readonly Answer[]
    const taken = answers.filter(([, status]) => typeof status === 'number' && status < 400)
    // What is no path of the API is the page of the app for whoever asks.
    const isApp = ([, , body]: Answer) => body?.startsWith('<!doctype html>') === true
    expect(taken.filter((one) => !isApp(one))).toEqual([])
    for (const [path, status] of answers.slice(0, 10)) expect([path, status]).toEqual([path, 401])
    noteObtained({})
  })

  it('case 39: calls the API itself for what needs a fresh sign-in, and is refused', async () => {
    const asked = [
      ['POST', '/api/v1/pairings', '{}'],
      ['DELETE', '/api/v1/user'],
    ]
    const answers = (await stage.site.attack('sync', { act: 'calls', asked })) as readonly Answer[]
    expect(answers.map(([, status]) => status)).toEqual([403, 403])
    for (const [, , body] of answers) expect(body).toContain('recent_sign_in_required')
    await expectNothingSecret(stage.site.holdfast, answers)
  })

  it('plants a file that nobody sent, and stops nothing but that', async () => {
    await stage.site.attack('sync', { act: 'plant' })
    await stage.site.synced.other.write(crypto.randomUUID(), { title: 'Later', body: 'written after the planting' })
    expect(await ended()).toMatchObject({ problem: null, waiting: 0 })
    const notes = await rows(page, 'notes')
    expect(notes.map(({ title }) => title).sort()).toEqual(['Elsewhere', 'Kept', 'Later'])
    expect(await rows(page, 'attachments')).toEqual([])
  })

  it.each(['seen', 'aside', 'own', 'changed', 'offered'])(
    'spoils what sync keeps in "%s": no note is lost',
    async (only) => {
      await stage.site.attack('sync', { act: 'spoil', only })
      const id = crypto.randomUUID()
      await stage.site.synced.other.write(id, { title: only, body: `after ${only}` })
      expect(await ended()).toMatchObject({ problem: null, waiting: 0, aside: [], missing: 0 })
      const notes = await rows(page, 'notes')
      expect(notes.find((note) => note.id === id)).toMatchObject({ title: only })
      expect(notes.find(({ title }) => title === 'Kept')).toMatchObject({ body: 'What stood here before.' })
    },
  )

  /** A device that is new here has everything that there was. */
  const expectAllAtServer = async (before: Readonly<Record<string, string>>) => {
    expect(await ended()).toMatchObject({ problem: null, missing: 0 })
    expect((await stage.site.synced.join()).texts()).toEqual(before)
  }

  it('rewrites what sync has noted of its own records: the server keeps every note', async () => {
    const before = stage.site.synced.other.texts()
    await stage.site.attack('sync', { act: 'rewrite' })
    await expectAllAtServer(before)
  })

  it('spoils what the replica remembers: no note is lost, and it remembers again', async () => {
    const before = await rows(page, 'notes')
    await stage.site.attack('sync', { act: 'spoil', only: 'replica' })
    await stage.site.synced.other.write(crypto.randomUUID(), { title: 'Last', body: 'after all that' })
    expect(await ended()).toMatchObject({ aside: [], problem: null })
    const notes = await rows(page, 'notes')
    expect(notes).toEqual(expect.arrayContaining([...before]))
    expect(notes.map(({ title }) => title)).toContain('Last')
  })

  it('empties the notebook and asks to send everything anew: the server keeps every note', async () => {
    await stage.site.synced.other.engine.exchange()
    const before = stage.site.synced.other.texts()
    await stage.site.attack('sync', { act: 'empty' })
    await askWorker(page, { type: 'sync.uploadMine' })
    await expectAllAtServer(before)
  })

  removal(
    'case 39 without except: has the server remove what it carries, where pages get credentials for that',
    async () => {
      const site = await stage.open({ mapWorkerSource: withPageCredentials })
      await syncOn(site)
      const asked = [
        ['GET', '/api/v1/sync/log'],
        ['DELETE', `/api/v1/blobs/${item}`],
      ]
      const answers = (await site.attack('sync', { act: 'calls', asked })) as readonly Answer[]
      expect(answers.map(([, status]) => status)).toEqual([200, expect.any(Number)])
      expect(answers.map(([, status]) => status)).not.toContain(401)
      noteObtained({ 'answer of the server': answers.length })
    },
  )
})
