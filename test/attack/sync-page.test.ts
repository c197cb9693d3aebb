import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { rows, synced, syncState } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { caseBrowsers, removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import type { Holdfast } from '../support/holdfast.ts'
import { fill, showsText } from '../support/page.ts'
import { createAccount } from '../support/people.ts'
import { joinByWords, keysByWords, type SecondDevice } from '../support/second-device.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { noteObtained } from './support/obtained.ts'
import { withKnownShare, withPageCredentials } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { useStage } from './support/stage.ts'
import { foundIn, type SyncSecrets, syncSecrets } from './support/sync-secrets.ts'

type Synced = {
  readonly page: Page
  readonly other: SecondDevice
  readonly secrets: SyncSecrets
  /** As another device, which has nothing yet. */
  readonly join: () => Promise<SecondDevice>
}

/** Somebody signed in, with a note, sync, a kit, and another device. */
const syncOn = async (site: Site): Promise<Synced> => {
  const page = await site.open('/')
  await fill(page, 'Title', 'Kept')
  await fill(page, 'Note', 'What stood here before.')
  await showsText(page, 'Saved on this device')
  const person = await createAccount(page)
  await askWorker(page, { type: 'sync.enable' })
  await synced(page)
  const { words } = (await askWorker(page, { type: 'sync.newKit' })).ok as { words: string }
  await askWorker(page, { type: 'sync.confirmKit', words })
  const other = await joinByWords(site.holdfast, person, words)
  const { keys } = await keysByWords(other.transport, words)
  const join = () => joinByWords(site.holdfast, person, words, 'Third')
  return { page, other, secrets: await syncSecrets(words, keys), join }
}

/** As if everybody had signed in six minutes before they did. */
const makeSignInsOld = ({ config }: Holdfast): void => {
  const database = new DatabaseSync(join(config.data, 'holdfast.sqlite'))
  database.exec('update sessions set auth_time = auth_time - 360000')
  database.close()
}

const textOf = (obtained: unknown): string => JSON.stringify(obtained)
/** The secrets of sync in what an attack has obtained. */
const expectNoSecretOf = ({ secrets }: Synced, obtained: unknown): void => {
  expect(foundIn(textOf(obtained), secrets)).toEqual([])
  noteObtained({})
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

type Answer = readonly [path: string, status: number | string, body?: string]

describe.each(caseBrowsers)('a script of the page where sync is on, in %s', (kind) => {
  const stage = useStage(kind)
  let on: Synced

  beforeAll(async () => {
    on = await syncOn(stage.site)
  })

  const ended = async () => {
    await askWorker(on.page, { type: 'sync.run' })
    return waitFor(async () => {
      const state = await syncState(on.page)
      return Reflect.get(Object(state.run), 'type') === 'idle' && state
    }, 'the exchange is over')
  }
  const item = 'AAAAAAAAAAAAAAAAAAAAAA'

  it('case 38: reads every storage, and finds no key of sync and no words', async () => {
    const obtained = await stage.site.attack('storage')
    expect(obtained).toMatchObject({ opened: [], records: expect.arrayContaining(['sync/main', 'device/main']) })
    expectNoSecretOf(on, obtained)
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 39: asks everything there is about sync, and is told states; a kit and a pairing need a fresh sign-in', async () => {
    makeSignInsOld(stage.site.holdfast)
    const obtained = (await stage.site.attack('sync', { act: 'ask' })) as {
      readonly replies: readonly (readonly [string, { ok?: unknown; error?: { code: string } }])[]
    }
    const codes = new Map(obtained.replies.map(([type, { error }]) => [type, error?.code]))
    expect(codes.get('sync.newKit')).toBe('RECENT_SIGN_IN_REQUIRED')
    expect(codes.get('pairing.offer')).toBe('RECENT_SIGN_IN_REQUIRED')
    expect(codes.get('sync.get')).toBeUndefined()
    for (const type of ['sync.keys', 'sync.words', 'sync.sign', 'sync.get +', 'sync.newKit +']) {
      expect(codes.get(type), type).toBe('MESSAGE_INVALID')
    }
    expectNoSecretOf(on, obtained)
    await expectNothingSecret(stage.site.holdfast, obtained)
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

  it('plants a file that nobody sent, and stops nothing but that', async () => {
    await stage.site.attack('sync', { act: 'plant' })
    await on.other.write(crypto.randomUUID(), { title: 'Later', body: 'written after the planting' })
    expect(await ended()).toMatchObject({ problem: null, waiting: 0 })
    const notes = await rows(on.page, 'notes')
    expect(notes.map(({ title }) => title).sort()).toEqual(['Kept', 'Later'])
    expect(await rows(on.page, 'attachments')).toEqual([])
  })

  it.each(['seen', 'aside', 'own', 'changed', 'offered'])(
    'spoils what sync keeps in "%s": no note is lost',
    async (only) => {
      await stage.site.attack('sync', { act: 'spoil', only })
      const id = crypto.randomUUID()
      await on.other.write(id, { title: only, body: `after ${only}` })
      expect(await ended()).toMatchObject({ problem: null, waiting: 0, aside: [], missing: 0 })
      const notes = await rows(on.page, 'notes')
      expect(notes.find((note) => note.id === id)).toMatchObject({ title: only })
      expect(notes.find(({ title }) => title === 'Kept')).toMatchObject({ body: 'What stood here before.' })
    },
  )

  /** A device that is new here has everything that there was. */
  const expectAllAtServer = async (before: Readonly<Record<string, string>>) => {
    expect(await ended()).toMatchObject({ problem: null, missing: 0 })
    expect((await on.join()).texts()).toEqual(before)
  }

  it('rewrites what sync has noted of its own records: the server keeps every note', async () => {
    const before = on.other.texts()
    await stage.site.attack('sync', { act: 'rewrite' })
    await expectAllAtServer(before)
  })

  it('spoils what the replica remembers: no note is lost, and it remembers again', async () => {
    const before = await rows(on.page, 'notes')
    await stage.site.attack('sync', { act: 'spoil', only: 'replica' })
    await on.other.write(crypto.randomUUID(), { title: 'Last', body: 'after all that' })
    expect(await ended()).toMatchObject({ aside: [], problem: null })
    const notes = await rows(on.page, 'notes')
    expect(notes).toEqual(expect.arrayContaining([...before]))
    expect(notes.map(({ title }) => title)).toContain('Last')
  })

  it('empties the notebook and asks to send everything anew: the server keeps every note', async () => {
    await on.other.engine.exchange()
    const before = on.other.texts()
    await stage.site.attack('sync', { act: 'empty' })
    await askWorker(on.page, { type: 'sync.uploadMine' })
    await expectAllAtServer(before)
  })

  removal('case 38 without seal: opens the keys of sync where the share is known', async () => {
    const site = await stage.open({ mapWorkerSource: withKnownShare })
    const { secrets } = await syncOn(site)
    const found = foundIn(textOf(await site.attack('storage')), secrets)
    expect(found).toContain('key of epoch 1')
    noteObtained({ 'key of an epoch': 1 })
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
