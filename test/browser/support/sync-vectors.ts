import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { openBackup } from '../../../src/crypto/backup.ts'
import { openChunk, sealChunk } from '../../../src/crypto/blob.ts'
import {
  type DeviceLog,
  extendLog,
  memoryOf,
  recoveryAction,
  verifyLog,
  writeLogEntry,
} from '../../../src/crypto/device-log.ts'
import { commitmentOf, createKeyring, unwrapEpochKey, wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import { decodeNamed, encodeNamed, itemIdOf } from '../../../src/crypto/item.ts'
import { readRecoveryWords, recoveryKeyOf } from '../../../src/crypto/recovery-key.ts'
import { openRecord, verifyRecord, writeRecord } from '../../../src/crypto/sync-record.ts'
import { settingsIn } from '../../../src/notebook/settings.ts'
import { pad } from '../../../src/sync/wire/padding.ts'
import { recordKinds } from '../../../src/sync/wire/record.ts'
import settings from '../../vectors/settings.json' with { type: 'json' }
import vector from '../../vectors/sync.json' with { type: 'json' }

const decode = (text: string): Bytes => fromBase64url(text) ?? new Uint8Array()
const counted = (length: number, from: number): Bytes => new Uint8Array(length).map((_, at) => from + at)

/** The two keys that the vectors are made with are those of words: so a device here is what recovery words give. */
const keysOf = async (words: string) => {
  const entropy = readRecoveryWords(words)
  if (!entropy.ok) throw new Error('These are no words of recovery.')
  return recoveryKeyOf(entropy.value)
}

/** Everything that is the same each time it is made: with the keys, times and IVs of the vectors. */
export const makeSyncVectors = async () => {
  const device = await keysOf(vector.deviceWords)
  const recovery = await keysOf(vector.recoveryWords)
  const epochKey = decode(vector.epochKey)
  const { signKey, exchangeKey } = device
  const about = { signKey, exchangeKey, name: 'Kitchen', platform: 'Linux' }
  const entries: Bytes[] = []
  let log: DeviceLog | undefined
  const act = async (action: Parameters<typeof writeLogEntry>[1]): Promise<DeviceLog> => {
    const entry = await writeLogEntry(log, action, device, 1_800_000_000_000 + entries.length)
    log = await extendLog(log, entry)
    entries.push(entry)
    return log
  }
  const open = await act({ type: 'open', device: about, commitment: await commitmentOf(epochKey) })
  const now = await act(await recoveryAction(open, recovery))
  const { account } = now
  const keyring = await createKeyring(account, new Map([[1, epochKey]]))
  const item = await itemIdOf(account, 'note/1')
  const { length: logLength, head: logHead } = memoryOf(now)
  const heads = [{ device: counted(16, 1), seq: 7, hash: counted(32, 100) }]
  const payload = encodeNamed({ name: 'note/1', body: utf8('ä€😀') })
  const header = { epoch: 1, item, device: device.id, seq: 1, prev: new Uint8Array(32), kind: recordKinds.changes }
  const content = { view: { logLength, logHead, heads }, payload }
  const record = await writeRecord(keyring, device.sign, header, content, counted(12, 0))
  const settingsItem = await itemIdOf(account, 'settings')
  const chosen = await writeRecord(
    keyring,
    device.sign,
    { ...header, item: settingsItem, seq: 2, prev: record.hash },
    { ...content, payload: encodeNamed({ name: 'settings', body: decode(settings.update) }) },
    counted(12, 20),
  )
  const place = { item, epoch: 1, index: 0, count: 1 }
  const chunk = await sealChunk(keyring, place, utf8('a picture'), counted(12, 50))
  const made = {
    log: entries.map(toBase64url),
    account: toBase64url(account),
    deviceId: toBase64url(device.id),
    commitment: toBase64url(await commitmentOf(epochKey)),
    item: toBase64url(item),
    record: toBase64url(record.bytes),
    recordHash: toBase64url(record.hash),
    chunk: toBase64url(chunk.bytes),
    chunkHash: toBase64url(chunk.hash),
    wrapped: toBase64url(await wrapEpochKey(account, 1, epochKey, recovery, counted(32, 9))),
    padded: toBase64url(pad(utf8('a'.repeat(101)))),
  }
  const madeSettings = { item: toBase64url(settingsItem), record: toBase64url(chosen.bytes) }
  return { made, madeSettings, source: { device, recovery, keyring, log: now, entries, place } }
}

const texts = { ...vector, deviceWords: undefined, recoveryWords: undefined, epochKey: undefined, backup: undefined }

/** What this runtime makes of the vectors of sync, and what it reads of those that are frozen; true where all is right. */
export const runSyncVectors = async () => {
  const { made, madeSettings, source } = await makeSyncVectors()
  const { recovery, keyring } = source
  const log = await verifyLog(vector.log.map(decode))
  const content = await openRecord(keyring, log, await verifyRecord(log, decode(vector.record)))
  const chunk = await openChunk(keyring, source.place, decode(vector.chunk), decode(vector.chunkHash))
  const epoch = { epoch: 1, commitment: decode(vector.commitment) }
  const key = await unwrapEpochKey(log.account, epoch, recovery, decode(vector.wrapped))
  const backup = await openBackup(decode(vector.backup), recovery)
  const chosen = await openRecord(keyring, log, await verifyRecord(log, decode(settings.record)))
  const { name, body } = await decodeNamed(log.account, decode(settings.item), chosen.payload)
  const told = concat(content.payload, chunk, key, ...backup.items.map(({ body }) => body), ...backup.chunks)
  return {
    same: JSON.stringify(made) === JSON.stringify(texts),
    told: toBase64url(told),
    settings: {
      same: madeSettings.item === settings.item && madeSettings.record === settings.record,
      name,
      values: Object.fromEntries(settingsIn(body)),
    },
  }
}
