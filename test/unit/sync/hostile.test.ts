import { describe, expect, test } from 'vitest'
import { toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { decodeManifest } from '../../../src/crypto/blob.ts'
import { writeLogEntry } from '../../../src/crypto/device-log.ts'
import { newEpochKey, wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import { sha256 } from '../../../src/crypto/primitives.ts'
import { writeRecord } from '../../../src/crypto/sync-record.ts'
import { downloadFile, uploadFile } from '../../../src/sync/files.ts'
import { unwrapKeys } from '../../../src/sync/keys.ts'
import type { WrappedKey } from '../../../src/sync/ports.ts'
import { decodeRecord, recordStatement } from '../../../src/sync/wire/record.ts'
import {
  addToLog,
  backwards,
  createHostile,
  drop,
  flipChunk,
  flips,
  hideAfter,
  type Misdeed,
  reorder,
  replace,
  replaceInLog,
  replay,
  rollBack,
  shortenLog,
  swapCiphertexts,
  wraps,
} from '../../support/hostile-sync.ts'
import { faultOf, newDevice } from './support/account.ts'
import { type Site, startSite } from './support/site.ts'

/** The hash of the last record on the server. */
const lastHash = async ({ server }: Site) => {
  const { headerBytes, sealed } = decodeRecord(server.held.records.at(-1)?.record ?? new Uint8Array())
  return sha256(recordStatement(headerBytes, await sha256(sealed)))
}

/** One has written six records, of three notes; two is about to read them from a server that lies. */
const stage = async () => {
  const site = await startSite(['One', 'Two', 'Three'])
  const [first, second, third] = site.devices
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are three.')
  const one = site.start(first)
  for (let at = 1; at <= 6; at += 1) {
    one.edit(`note/${at % 3}`, (body) => `${body}${at};`)
    await one.engine.exchange()
  }
  const hostile = createHostile(site.server, second.id)
  const two = site.start(second, hostile.transport)
  return { site, one, two, third: site.start(third), hostile, first }
}

const codesAfter = async (misdeed: Misdeed) => {
  const { two, hostile, one } = await stage()
  hostile.lie(misdeed)
  const outcome = await two.engine.exchange()
  const kept = two.kept.quarantined.map(({ code }) => code)
  expect(outcome.quarantined.map(({ code }) => code)).toEqual(kept)
  return { codes: kept, missing: outcome.missing.flatMap(({ ranges }) => ranges), two, one, hostile }
}

describe('case 62: each field of a record flipped', () => {
  const expected = {
    version: 'VERSION_LOWERED',
    account: 'RECORD_OF_ANOTHER_ACCOUNT',
    epoch: 'RECORD_SIGNATURE_WRONG',
    item: 'RECORD_SIGNATURE_WRONG',
    device: 'RECORD_DEVICE_UNKNOWN',
    seq: 'RECORD_SIGNATURE_WRONG',
    prev: 'RECORD_SIGNATURE_WRONG',
    kind: 'RECORD_SIGNATURE_WRONG',
    iv: 'RECORD_SIGNATURE_WRONG',
    ciphertext: 'RECORD_SIGNATURE_WRONG',
    tag: 'RECORD_SIGNATURE_WRONG',
    signature: 'RECORD_SIGNATURE_WRONG',
  } as const

  for (const [field, code] of Object.entries(expected)) {
    test(`${field}: ${code}, and the rest is read`, async () => {
      const flip = Object.entries(flips).find(([name]) => name === field)?.[1]
      if (flip === undefined) throw new Error('There is such a field.')
      const { codes, missing, two } = await codesAfter(flip(2))
      expect(codes).toEqual([code])
      expect(missing).toEqual([[2, 2]])
      expect(two.texts()).toEqual({ 'note/0': '3;6;', 'note/1': '1;4;', 'note/2': '' })
    })
  }
})

test('case 63: ciphertexts swapped between notes', async () => {
  const { codes } = await codesAfter(swapCiphertexts(1, 2))
  expect(codes).toEqual(['RECORD_SIGNATURE_WRONG', 'RECORD_SIGNATURE_WRONG'])
})

test('case 63: a record of another account in the place of one', async () => {
  const other = await stage()
  const record = other.site.server.held.records[1]?.record ?? new Uint8Array()
  expect((await codesAfter(replace(2, record))).codes).toEqual(['RECORD_OF_ANOTHER_ACCOUNT'])
})

test('case 64: an old record again, two in each other’s place, one held back', async () => {
  expect((await codesAfter(replay(1, 7))).codes).toEqual(['RECORD_REPLAYED'])
  expect((await codesAfter(reorder(2, 3))).codes).toEqual(['ORDER_WRONG'])
  expect(await codesAfter(drop(3))).toMatchObject({ codes: [], missing: [[3, 3]] })
  const { two, hostile } = await stage()
  hostile.lie(backwards)
  expect(await faultOf(two.engine.exchange())).toBe('ORDER_WRONG')
})

test('case 64: what was held back, or was of a newer version, is taken when it is looked for again', async () => {
  for (const misdeed of [drop(3), flips.version(3), flips.ciphertext(6)]) {
    const { two, one, hostile } = await codesAfter(misdeed)
    hostile.lie({})
    await two.engine.lookAgain()
    expect(await two.engine.exchange()).toMatchObject({ quarantined: [], missing: [] })
    expect(two.texts()).toEqual(one.texts())
  }
})

test('a record that cannot be opened yet is, when it can', async () => {
  const { site, two, hostile, first } = await stage()
  await two.engine.exchange()
  const prev = await lastHash(site)
  const header = { epoch: 1, item: new Uint8Array(16), device: first.id, seq: 7, prev, kind: 9 }
  const content = { view: site.account.view(), payload: utf8('of a kind to come') }
  const { bytes } = await writeRecord(await site.account.keyring(), first.sign, header, content)
  hostile.lie({ page: (page) => ({ ...page, position: 7, records: [{ position: 7, record: bytes }] }) })
  const outcome = await two.engine.exchange()
  expect(outcome.quarantined.map(({ code }) => code)).toEqual(['RECORD_KIND_UNKNOWN'])
  expect(outcome.missing).toEqual([])
  await two.engine.lookAgain()
  hostile.lie({
    page: (page) => ({ ...page, position: 7, records: [...page.records, { position: 7, record: bytes }] }),
  })
  const again = await two.engine.exchange()
  expect(again.quarantined.map(({ code }) => code)).toEqual(['RECORD_KIND_UNKNOWN'])
})

test('case 65: the whole account rolled back, before the eyes of who was there and of who is new', async () => {
  const { two, hostile, third, site } = await stage()
  await two.engine.exchange()
  hostile.lie(rollBack(3))
  expect(await faultOf(two.engine.exchange())).toBe('ROLLED_BACK')
  hostile.lie({})
  two.edit('note/9', () => 'I have seen all six')
  await two.engine.exchange()
  // Somebody new is shown the account without what was written last; the record of who saw it gives that away.
  site.server.held.records = site.server.held.records.filter(({ position }) => position <= 3 || position > 6)
  const outcome = await third.engine.exchange()
  expect(outcome.missing.flatMap(({ ranges }) => ranges)).toEqual([[4, 6]])
})

test('case 66: two histories shown to two devices are seen at the next exchange', async () => {
  const { two, hostile, one } = await stage()
  hostile.lie({
    page: (page) => ({ ...page, records: page.records.filter(({ position }) => position <= 4), position: 4 }),
  })
  await two.engine.exchange()
  two.edit('note/9', () => 'in the other branch')
  await two.engine.exchange()
  hostile.lie({
    page: (page) => ({ ...page, records: page.records.filter(({ position }) => position > 6 || position < 5) }),
  })
  await one.engine.exchange()
  one.edit('note/1', (body) => `${body} again`)
  await one.engine.exchange()
  const outcome = await two.engine.exchange()
  expect(outcome.missing.flatMap(({ ranges }) => ranges)).toEqual([[5, 6]])
  const hidden = await codesAfter(hideAfter(3))
  expect(hidden.missing).toEqual([[4, 5]])
})

test('case 66: a device that has two records of one number is named', async () => {
  const { site, two, hostile, first } = await stage()
  await two.engine.exchange()
  const header = { epoch: 1, item: new Uint8Array(16), device: first.id, seq: 6, prev: new Uint8Array(32), kind: 1 }
  const content = { view: site.account.view(), payload: utf8('another six') }
  const { bytes } = await writeRecord(await site.account.keyring(), first.sign, header, content)
  hostile.lie({ page: (page) => ({ ...page, position: 7, records: [{ position: 7, record: bytes }] }) })
  const outcome = await two.engine.exchange()
  expect(outcome.quarantined.map(({ code }) => code)).toEqual(['RECORD_FORKED'])
})

describe('case 67: the device log', () => {
  test('with a device of the server’s in it', async () => {
    const { site, two, hostile } = await stage()
    const evil = await newDevice('Injected')
    const entry = await writeLogEntry(site.account.log(), { type: 'add', device: evil.device }, evil, 1)
    hostile.lie(addToLog(entry))
    expect(await faultOf(two.engine.exchange())).toBe('LOG_SIGNER_UNKNOWN')
    expect(two.kept.memory).toBeUndefined()
  })

  test('shortened, and another one', async () => {
    const { site, two, hostile, first } = await stage()
    await two.engine.exchange()
    hostile.lie(shortenLog(2))
    expect(await faultOf(two.engine.exchange())).toBe('LOG_ROLLED_BACK')
    const other = await startSite(['One', 'Two'])
    const entry = await writeLogEntry(other.account.log(), { type: 'rename', device: first.id, name: 'x' }, first, 1)
    hostile.lie(replaceInLog(site.account.entries.length - 1, entry))
    expect(await faultOf(two.engine.exchange())).toBe('LOG_FORKED')
  })

  test('of another length than its writer saw', async () => {
    const { site, one, two, hostile } = await stage()
    await site.account.act({ type: 'rename', device: one.device.id, name: 'New name' })
    await site.publish()
    one.edit('note/1', () => 'after the rename')
    await one.engine.exchange()
    hostile.lie(shortenLog(site.account.entries.length - 1))
    const outcome = await two.engine.exchange()
    expect(outcome.quarantined.map(({ code }) => code)).toEqual(['LOG_FORKED'])
  })
})

describe('case 68: lowered', () => {
  test('versions, of a record and of an entry', async () => {
    const { codes } = await codesAfter({
      page: (page) => ({
        ...page,
        records: page.records.map((one) => ({ ...one, record: new Uint8Array([2, ...one.record.slice(1)]) })),
      }),
    })
    expect(new Set(codes)).toEqual(new Set(['VERSION_NEWER']))
  })

  test('the key of an epoch: an old one for a new, and one of the server’s', async () => {
    const { site, two, hostile } = await stage()
    await site.account.rotate()
    await site.publish()
    const log = site.account.log()
    const to = { id: two.device.id, exchangeKey: two.device.device.exchangeKey }
    const old = await wrapEpochKey(log.account, 2, site.account.keyOf(1), to)
    hostile.lie(wraps(() => [{ epoch: 2, recipient: to.id, wrapped: old }]))
    expect(await faultOf(two.engine.exchange())).toBe('EPOCH_FORGED')
    const own = await wrapEpochKey(log.account, 2, newEpochKey(), to)
    hostile.lie(wraps(() => [{ epoch: 2, recipient: to.id, wrapped: own }]))
    expect(await faultOf(two.engine.exchange())).toBe('EPOCH_FORGED')
    hostile.lie(wraps((all) => all.map((one) => ({ ...one, wrapped: one.wrapped.map((byte) => byte ^ 1) }))))
    expect(await faultOf(two.engine.exchange())).toBe('KEY_UNREADABLE')
    hostile.lie({})
    expect((await two.engine.exchange()).quarantined).toEqual([])
  })
})

describe('case 69: what the server gives to who has the words', () => {
  const withKit = async () => {
    const site = await startSite(['One'])
    const { recovery } = await site.account.addRecovery()
    await site.publish()
    const log = site.account.log()
    const isForKit = (one: { readonly recipient: Uint8Array }) =>
      toBase64url(one.recipient) === toBase64url(recovery.id)
    const honest = site.server.held.wraps.filter(isForKit)
    const open = (given: readonly WrappedKey[]) => faultOf(unwrapKeys(log, given, recovery))
    return { site, log, recovery, honest, open }
  }

  test('is the key of the account, and nothing of the server’s own making', async () => {
    const { log, recovery, honest, open, site } = await withKit()
    expect((await unwrapKeys(log, honest, recovery)).get(1)).toEqual(site.account.keyOf(1))
    const own = await wrapEpochKey(log.account, 1, newEpochKey(), recovery)
    expect(await open([{ epoch: 1, recipient: recovery.id, wrapped: own }])).toBe('EPOCH_FORGED')
    const broken = honest.map((one) => ({ ...one, wrapped: one.wrapped.map((byte) => byte ^ 1) }))
    expect(await open(broken)).toBe('KEY_UNREADABLE')
    const other = await wrapEpochKey(new Uint8Array(32), 1, site.account.keyOf(1), recovery)
    expect(await open([{ epoch: 1, recipient: recovery.id, wrapped: other }])).toBe('KEY_UNREADABLE')
    expect(await open([])).toBe('EPOCH_UNKNOWN')
  })

  test('and a recovery key of the server’s is no entry of the log', async () => {
    const { site, log } = await withKit()
    const evil = await newDevice('Injected')
    const { signKey, exchangeKey } = evil.device
    const entry = await writeLogEntry(
      log,
      { type: 'recovery', signKey, exchangeKey, proof: new Uint8Array(64) },
      evil,
      1,
    )
    const [device] = site.devices
    if (device === undefined) throw new Error('There is one.')
    const hostile = createHostile(site.server, device.id)
    hostile.lie(addToLog(entry))
    expect(await faultOf(site.start(device, hostile.transport).engine.exchange())).toBe('LOG_SIGNER_UNKNOWN')
  })
})

test('what a device that is in sends in place of a change is kept aside, and stops nothing', async () => {
  const { one, two } = await stage()
  const bodies = [utf8('no change'), utf8('and no other one'), new Uint8Array()]
  for (const body of bodies) {
    one.kept.outbox.push({ id: one.kept.nextEdit, kind: 'changes', name: 'note/1', body })
    one.kept.nextEdit += 1
    await one.engine.exchange()
  }
  one.edit('note/1', (body) => `${body}and on;`)
  await one.engine.exchange()
  const { quarantined, missing } = await two.engine.exchange()
  expect(quarantined.map(({ code }) => code)).toEqual(['MALFORMED', 'MALFORMED', 'MALFORMED'])
  expect(missing).toEqual([])
  expect(two.texts()).toEqual(one.texts())
})

test('a part of a file that was changed', async () => {
  const { site, two, hostile } = await stage()
  const keyring = await site.account.keyring()
  const bytes = utf8('a picture, or so')
  const file = { name: 'file/1', size: bytes.length, about: utf8('{}'), read: async () => bytes }
  const manifest = decodeManifest(await uploadFile(site.server.as(two.device.id), keyring, 1, file))
  hostile.lie(flipChunk)
  const parts = downloadFile(hostile.transport, keyring, 'file/1', manifest)
  expect(await faultOf(parts.next())).toBe('BLOB_CHANGED')
})
