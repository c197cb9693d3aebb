import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, toBase64url, utf8 } from '../../src/base/bytes.ts'
import { writeLogEntry } from '../../src/crypto/device-log.ts'
import { newEpochKey, wrapEpochKey } from '../../src/crypto/epoch-key.ts'
import { rotate } from '../../src/sync/keys.ts'
import { sameBytes } from '../../src/sync/wire/codec.ts'
import { decodeRecord, recordKinds } from '../../src/sync/wire/record.ts'
import { bodyOf, openRow } from '../e2e/support/notebook.ts'
import { changeReplica, digestOfFiles, rows, syncState } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { createHostileServer } from '../support/hostile-http.ts'
import {
  addToLog,
  backwards,
  drop,
  flipChunk,
  flips,
  type Misdeed,
  reorder,
  replace,
  replaceInLog,
  rollBack,
  shortenLog,
  swapCiphertexts,
  wraps,
} from '../support/hostile-sync.ts'
import { fill, openPage, showsText } from '../support/page.ts'
import { createAccount } from '../support/people.ts'
import { joinByWords, type SecondDevice } from '../support/second-device.ts'
import { newAccount, newDevice } from '../unit/sync/support/account.ts'

type Found = { readonly aside: readonly string[]; readonly missing: number; readonly problem: unknown }

/** All of them, one after the other. */
const together = (misdeeds: readonly Misdeed[]): Misdeed => ({
  page: (page, after) => misdeeds.reduce((told, { page: change }) => change?.(told, after) ?? told, page),
})
/** Nothing new as yet: the page of the app asks by itself, and what is written shall come in one piece. */
const quiet: Misdeed['page'] = (page, after) => ({ ...page, records: [], position: after, isLast: true })
const newer = (at: number): Misdeed => ({
  page: (page) => ({
    ...page,
    records: page.records.map((one) =>
      one.position === at ? { ...one, record: new Uint8Array([2, ...one.record.slice(1)]) } : one,
    ),
  }),
})
const nothing = async (): Promise<void> => undefined
const ids = (count: number): readonly string[] => Array.from({ length: count }, () => crypto.randomUUID())
const falseBy = (code: string): Found => ({ aside: [], missing: 0, problem: { type: 'server-false', code } })

/** Whether a flipped field is of the head that is looked at before the signature. */
const namedFirst: Readonly<Record<string, string>> = {
  version: 'VERSION_LOWERED',
  account: 'RECORD_OF_ANOTHER_ACCOUNT',
  device: 'RECORD_DEVICE_UNKNOWN',
}

/** What a server does to three records of three notes, the first of them at `at`; what it is called; which of the notes come. */
const misdeeds: readonly (readonly [string, (at: number) => Misdeed, Found, readonly boolean[]])[] = [
  [
    'case 63: ciphertexts swapped between notes',
    (at) => swapCiphertexts(at, at + 1),
    { aside: ['RECORD_SIGNATURE_WRONG', 'RECORD_SIGNATURE_WRONG'], missing: 2, problem: null },
    [false, false, true],
  ],
  ['case 64: a record held back', (at) => drop(at + 1), { aside: [], missing: 1, problem: null }, [true, false, true]],
  [
    'case 64: two records in each other’s place',
    (at) => reorder(at, at + 1),
    { aside: ['ORDER_WRONG'], missing: 0, problem: null },
    [true, true, true],
  ],
  ['case 64: positions that go back', () => backwards, falseBy('ORDER_WRONG'), [false, false, false]],
  [
    'case 65: an account rolled back',
    (at) => rollBack(at - 2),
    { aside: [], missing: 0, problem: { type: 'server-lost', code: 'ROLLED_BACK' } },
    [false, false, false],
  ],
  [
    'case 68: a record of a version to come',
    newer,
    { aside: ['VERSION_NEWER'], missing: 1, problem: null },
    [false, true, true],
  ],
]

describe.each(caseBrowsers)('a server of sync that lies, before a worker in %s', (kind) => {
  const hostile = createHostileServer()
  let holdfast: Holdfast
  let browser: Browser
  let page: Page
  let other: SecondDevice
  let third: SecondDevice
  let words: string
  let made = 0

  beforeAll(async () => {
    holdfast = await startHoldfast({ tamper: hostile.tamper })
    browser = await launchBrowser(kind, { windowless: true })
    page = await openPage(browser, holdfast.appUrl)
    await fill(page, 'Title', 'Kept')
    await fill(page, 'Note', 'What stood here before.')
    await showsText(page, 'Saved on this device')
    const person = await createAccount(page)
    await askWorker(page, { type: 'sync.enable' })
    await exchanged()
    words = Object((await askWorker(page, { type: 'sync.newKit' })).ok).words
    third = await joinByWords(holdfast, person, words, 'Third')
    other = await joinByWords(holdfast, person, words)
    await openRow(page, 'Kept')
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  /** After an exchange that was begun now, whatever came of it. */
  const exchanged = async () => {
    await askWorker(page, { type: 'sync.run' })
    return waitFor(async () => {
      const state = await syncState(page)
      return Reflect.get(Object(state.run), 'type') === 'idle' && state
    }, 'the exchange is over')
  }
  const asideAt = async () =>
    new Map((await rows(page, 'aside')).map(({ position, code }) => [Number(position), String(code)]))
  /** What the worker says once it was lied to, beside what it said before. */
  const lied = async (misdeed: Misdeed, write: () => Promise<void>): Promise<Found> => {
    const before = await asideAt()
    hostile.lie({ ...misdeed, page: quiet })
    await write()
    hostile.lie(misdeed)
    const { missing, problem } = await exchanged()
    const fresh = [...(await asideAt())].filter(([position, code]) => before.get(position) !== code)
    // Whatever it was told: what a person looks at is as it was.
    expect(await bodyOf(page)).toBe('What stood here before.')
    const inOrder = fresh.sort(([one], [next]) => one - next)
    return { aside: inOrder.map(([, code]) => code), missing: Number(missing), problem }
  }
  const bodies = async () => new Map((await rows(page, 'notes')).map(({ id, body }) => [String(id), String(body)]))
  /** New notes of the other device, one record each. */
  const write = async (names: readonly string[]) => {
    for (const id of names) {
      made += 1
      await other.write(id, { title: `Note ${made}`, body: `written by the other device, ${made}` })
    }
  }
  /** As if days had gone by since it looked for what is held back. */
  const forgetLook = () => changeReplica(page, 'looked-at', 1)
  /** The server is honest again, and everything that the other device has is here. */
  const recovers = async () => {
    hostile.lie({})
    await forgetLook()
    expect(await exchanged()).toMatchObject({ problem: null, missing: 0, aside: [] })
    const here = await bodies()
    for (const [name, text] of Object.entries(other.texts())) expect(here.get(name.slice(5)), name).toBe(text)
  }

  it('case 62: each field of a record flipped is named, and the rest is read', async () => {
    const fields = Object.keys(flips)
    const names = ids(fields.length + 1)
    const base = other.position()
    const changed = Object.values(flips).map((flip, at) => flip(base + 1 + at))
    const found = await lied(together(changed), () => write(names))
    const aside = fields.map((field) => namedFirst[field] ?? 'RECORD_SIGNATURE_WRONG')
    expect(found).toEqual({ aside, missing: fields.length, problem: null })
    const here = await bodies()
    expect(names.map((id) => here.has(id))).toEqual([...fields.map(() => false), true])
    await recovers()
  })

  it.each(misdeeds)('%s', async (_name, misdeed, expected, come) => {
    const names = ids(3)
    expect(await lied(misdeed(other.position() + 1), () => write(names))).toEqual(expected)
    const here = await bodies()
    expect(names.map((id) => here.has(id))).toEqual(come)
    await recovers()
  })

  it('case 64: an old record again in the place of a new one', async () => {
    const { records } = await other.transport.records(other.position() - 1, 1)
    const old = records[0]?.record ?? new Uint8Array()
    const found = await lied(replace(other.position() + 1, old), () => write(ids(2)))
    expect(found).toEqual({ aside: ['RECORD_REPLAYED'], missing: 1, problem: null })
    await recovers()
  })

  it('case 66: two histories, by the first record that passes between them', async () => {
    const [hidden = '', shown = ''] = ids(2)
    const found = await lied(drop(other.position() + 1), async () => {
      await write([hidden])
      // It has seen what this worker is not shown.
      await third.write(shown, { title: 'Third', body: 'in the other half' })
    })
    expect(found).toEqual({ aside: [], missing: 1, problem: null })
    expect((await bodies()).has(shown)).toBe(true)
    await other.engine.exchange()
    await recovers()
  })

  it('case 66: a device that has two records of one number', async () => {
    const { seq } = other.head()
    const header = { epoch: 1, item: new Uint8Array(16), seq, prev: new Uint8Array(32), kind: recordKinds.changes }
    const forged = await other.forge(header, utf8('another one'))
    const found = await lied(replace(other.position() + 1, forged), () => write(ids(2)))
    expect(found).toEqual({ aside: ['RECORD_FORKED'], missing: 1, problem: null })
    await recovers()
  })

  it('case 67: a device of the server’s in the log, the log cut short, and another one', async () => {
    const { log } = await other.logNow()
    const evil = await newDevice('Injected')
    const entry = await writeLogEntry(log, { type: 'add', device: evil.device }, evil, 1)
    expect(await lied(addToLog(entry), nothing)).toEqual(falseBy('LOG_SIGNER_UNKNOWN'))
    expect(await lied(shortenLog(1), nothing)).toEqual(falseBy('LOG_ROLLED_BACK'))
    const last = log.hashes.length - 1
    expect(await lied(replaceInLog(last, entry), nothing)).toEqual(falseBy('LOG_FORKED'))
    await recovers()
  })

  /** The other device has a note of this title. */
  const arrives = (title: string) =>
    waitFor(async () => {
      await exchanged()
      await other.engine.exchange()
      return other.titles().includes(title)
    }, `"${title}" is with the other device`)

  it('hides what this device sent last, when that has forgotten it: no number is sealed twice', async () => {
    await fill(page, 'Title', 'Kept, and sent')
    await arrives('Kept, and sent')
    const { records } = await other.transport.records(0, 200)
    const last = records.at(-1)
    if (last === undefined) throw new Error('There are records.')
    const { device, seq } = decodeRecord(last.record).header
    hostile.lie({
      page: (told) => ({
        ...told,
        position: last.position - 1,
        records: told.records.filter(({ position }) => position < last.position),
        heads: told.heads.map((head) => (sameBytes(head.device, device) ? { ...head, seq: seq - 1 } : head)),
      }),
    })
    await changeReplica(page, 'memory')
    await fill(page, 'Title', 'Kept')
    await waitFor(async () => (await exchanged()).waiting === 1, 'the change waits')
    expect(await exchanged()).toMatchObject({ problem: { type: 'server-lost', code: 'ROLLED_BACK' }, waiting: 1 })
    await recovers()
    await arrives('Kept')
    const numbers = (await other.transport.records(0, 200)).records.map(({ record }) => {
      const { header } = decodeRecord(record)
      return `${toBase64url(header.device)} ${header.seq}`
    })
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('a part of a file that was changed is not taken for the file', async () => {
    const [file = '', note = ''] = ids(2)
    const bytes = utf8('what is in the file')
    await write([note])
    const found = await lied(flipChunk, () => other.attach(file, note, { name: 'file.txt', bytes }))
    expect(found).toEqual(falseBy('BLOB_CHANGED'))
    expect(await rows(page, 'attachments')).toEqual([])
    await recovers()
    expect(await rows(page, 'attachments')).toMatchObject([{ id: file, name: 'file.txt' }])
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    expect(await digestOfFiles(page)).toBe(digest.join(' '))
  })

  /** This browser, as the log has it. */
  const deviceOfPage = async () => {
    const { log } = await other.logNow()
    const known = [other, third].map(({ device }) => toBase64url(device.id))
    const ofPage = [...log.devices.values()].find(({ id }) => !known.includes(toBase64url(id)))
    if (ofPage === undefined) throw new Error('The browser is in the log.')
    return ofPage
  }

  it('case 68: the key of an epoch, an old one for a new one and one of the server’s', async () => {
    const { log, keys } = await other.logNow()
    const ofPage = await deviceOfPage()
    const old = keys.get(1) ?? new Uint8Array()
    const post = await rotate(log, old, other.device, Date.now())
    const forged = async (key: Bytes) => {
      const wrapped = await wrapEpochKey(log.account, 2, key, ofPage)
      return wraps(() => [{ epoch: 2, recipient: ofPage.id, wrapped }])
    }
    const rotated = () => other.transport.addToLog(post.entry, post.wraps)
    expect(await lied(await forged(old), rotated)).toEqual(falseBy('EPOCH_FORGED'))
    expect(await lied(await forged(newEpochKey()), nothing)).toEqual(falseBy('EPOCH_FORGED'))
    const broken = wraps((all) => all.map((one) => ({ ...one, wrapped: one.wrapped.map((byte) => byte ^ 1) })))
    expect(await lied(broken, nothing)).toEqual(falseBy('KEY_UNREADABLE'))
    const none = wraps(() => [])
    expect(await lied(none, nothing)).toEqual(falseBy('EPOCH_UNKNOWN'))
    await write(ids(1))
    await recovers()
  })

  it('case 68: a record under a key that was out of use when it was written', async () => {
    await third.engine.exchange()
    const { seq, hash: prev } = third.head()
    const header = { epoch: 1, item: new Uint8Array(16), seq: seq + 1, prev, kind: recordKinds.changes }
    const forged = await third.forge(header, utf8('under the old key'))
    const written = () => third.write(crypto.randomUUID(), { title: 'Third', body: 'under the new key' })
    const found = await lied(replace(third.position() + 1, forged), written)
    expect(found).toEqual({ aside: ['EPOCH_LOWERED'], missing: 0, problem: null })
  })

  it('case 67: a log of the server’s own making with the true keys of this browser, when sync begins anew', async () => {
    const ofPage = await deviceOfPage()
    const madeUp = await newAccount('Made up')
    await madeUp.act({ type: 'add', device: ofPage })
    const wrapped = await wrapEpochKey(madeUp.log().account, 1, madeUp.keyOf(1), ofPage)
    await askWorker(page, { type: 'sync.disable' })
    hostile.lie({
      log: () => ({ entries: madeUp.entries, wraps: [{ epoch: 1, recipient: ofPage.id, wrapped }] }),
    })
    // It is in no log that anybody but the server speaks of: nothing goes out, and somebody has to let it in.
    expect((await askWorker(page, { type: 'sync.enable' })).ok).toEqual({ stage: 'locked' })
    expect((await askWorker(page, { type: 'sync.unlock', words })).ok).toMatchObject({ problem: { type: 'other' } })
    hostile.lie({})
    expect((await askWorker(page, { type: 'sync.disable' })).ok).toMatchObject({ stage: 'off' })
    expect((await askWorker(page, { type: 'sync.enable' })).ok).toMatchObject({ stage: 'on' })
    await recovers()
  })
})
