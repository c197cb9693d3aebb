import { type Bytes, toBase64url, utf8 } from '../../src/base/bytes.ts'
import { epochOf, verifyLog } from '../../src/crypto/device-log.ts'
import { createKeyring } from '../../src/crypto/epoch-key.ts'
import { readRecoveryWords, recoveryKeyOf } from '../../src/crypto/recovery-key.ts'
import { writeRecord } from '../../src/crypto/sync-record.ts'
import type { NoteContent } from '../../src/notebook/note.ts'
import { openDocument } from '../../src/notebook/note-document.ts'
import { registrationStatement } from '../../src/protocol/device-statement.ts'
import { uploadFile } from '../../src/sync/files.ts'
import { createHttpTransport } from '../../src/sync/http-transport.ts'
import { admit, unwrapKeys } from '../../src/sync/keys.ts'
import type { RecordHeader } from '../../src/sync/wire/record.ts'
import { createClient } from '../unit/server/support/client.ts'
import { newDevice, type TestDevice } from '../unit/sync/support/account.ts'
import { createMemoryStore, startEngine } from '../unit/sync/support/replica.ts'
import type { Holdfast } from './holdfast.ts'
import type { Credentials } from './people.ts'

/** A session of its own at the real server, for this device. */
export const signInAs = async (
  holdfast: Pick<Holdfast, 'appUrl' | 'idUrl'>,
  person: Credentials,
  { device, sign }: TestDevice,
) => {
  const client = await createClient(holdfast)
  const { access } = await client.exchange(client.answerOf(await client.signIn(person)))
  const publicKey = toBase64url(device.signKey)
  const statement = registrationStatement(publicKey, await client.handle.calculateThumbprint())
  const registered = await client.call(access, '/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ publicKey, signature: toBase64url(await sign(utf8(statement))) }),
  })
  if (!registered.ok) throw new Error(`The device was not taken: ${registered.status}`)
  return createHttpTransport((path, { method, body }) => {
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
    const content = body === undefined ? {} : { body, headers: { 'content-type': type } }
    return client.call(access, path, { method, ...content })
  })
}

type Transport = Awaited<ReturnType<typeof signInAs>>

/** The keys of all epochs, as who has the words gets them. */
export const keysByWords = async (transport: Transport, words: string) => {
  const entropy = readRecoveryWords(words)
  if (!entropy.ok) throw new Error('These are no words.')
  const kit = await recoveryKeyOf(entropy.value)
  const { entries, wraps } = await transport.log(0)
  const log = await verifyLog(entries)
  return { kit, log, keys: await unwrapKeys(log, wraps, kit) }
}

const letIn = async (transport: Transport, words: string, { device, id }: TestDevice): Promise<void> => {
  const { kit, log, keys } = await keysByWords(transport, words)
  const key = keys.get(epochOf(log)) ?? new Uint8Array()
  const added = await admit(log, key, { ...device, id }, kit, Date.now())
  await transport.addToLog(added.entry, added.wraps)
}

export type SentFile = {
  readonly name: string
  readonly bytes: Bytes
  readonly media?: string
  readonly createdAt?: number
}

/**
 * Another device of an account that syncs already, without a browser: let in by the words of the recovery kit, with the engine of the
 * product over a notebook in memory.
 */
export const joinByWords = async (
  holdfast: Pick<Holdfast, 'appUrl' | 'idUrl'>,
  person: Credentials,
  words: string,
  name = 'Second',
) => {
  const device = await newDevice(name)
  const transport = await signInAs(holdfast, person, device)
  await letIn(transport, words, device)
  const { kept, store, texts } = createMemoryStore()
  const engine = startEngine(device, store, transport)
  await engine.exchange()

  /** The log and the keys as the server gives them now. */
  const logNow = async () => {
    const { entries, wraps } = await transport.log(0)
    const log = await verifyLog(entries)
    const keys = await unwrapKeys(log, wraps, device)
    return { log, keys, keyring: await createKeyring(log.account, keys) }
  }
  const send = async (kind: 'changes' | 'file', name: string, body: Bytes): Promise<void> => {
    kept.outbox.push({ id: kept.nextEdit, kind, name, body })
    kept.nextEdit += 1
    await engine.exchange()
  }
  return {
    device,
    engine,
    transport,
    texts,
    /** Of every note that it has. */
    titles: () => [...kept.documents.values()].map((updates) => openDocument(updates).content().title),
    logNow,
    /** Of the last record that this device knows of. */
    position: () => kept.memory?.position ?? 0,
    /** Its own last record. */
    head: () => ({ seq: kept.memory?.seq ?? 0, hash: kept.memory?.hash ?? new Uint8Array(32) }),
    /** Sends anything as what is in an item: one record. */
    send,
    /** Writes into a note, and sends it: one record. */
    async write(id: string, content: Partial<NoteContent>): Promise<void> {
      const item = `note/${id}`
      const before = kept.documents.get(item) ?? []
      const update = openDocument(before).edit(content)
      if (update === undefined) throw new Error('Nothing was changed.')
      kept.documents.set(item, [...before, update])
      await send('changes', item, update)
    },
    /** Writes many new notes, and sends them in as few batches as go. */
    async writeAll(notes: readonly Partial<NoteContent>[]): Promise<void> {
      for (const content of notes) {
        const name = `note/${crypto.randomUUID()}`
        const body = openDocument([]).edit(content)
        if (body === undefined) continue
        kept.documents.set(name, [body])
        kept.outbox.push({ id: kept.nextEdit, kind: 'changes', name, body })
        kept.nextEdit += 1
      }
      await engine.exchange()
    },
    /** Attaches a file to a note, and sends it: one record. */
    async attach(id: string, noteId: string, file: SentFile): Promise<void> {
      const { log, keyring } = await logNow()
      const { name, media = 'text/plain', createdAt = Date.now() } = file
      const told = { noteId, name, media, createdAt, text: name, duration: null }
      const item = `file/${id}`
      const source = {
        name: item,
        size: file.bytes.length,
        about: utf8(JSON.stringify({ type: 'file', ...told })),
        read: async (from: number, to: number) => file.bytes.slice(from, to),
      }
      await send('file', item, await uploadFile(transport, keyring, epochOf(log), source))
    },
    /** A record of this device as nobody's engine makes it. It is sent nowhere. */
    async forge(header: Omit<RecordHeader, 'account' | 'device'>, payload: Bytes): Promise<Bytes> {
      const { log, keyring } = await logNow()
      const logHead = log.hashes.at(-1) ?? new Uint8Array(32)
      const content = { view: { logLength: log.hashes.length, logHead, heads: [] }, payload }
      return (await writeRecord(keyring, device.sign, { ...header, device: device.id }, content)).bytes
    },
  }
}

export type SecondDevice = Awaited<ReturnType<typeof joinByWords>>
