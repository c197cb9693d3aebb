import { type Bytes, toBase64url } from '../../base/bytes.ts'
import { decodeManifest, encodeManifest, openChunk } from '../../crypto/blob.ts'
import type { Keyring } from '../../crypto/epoch-key.ts'
import { itemIdOf } from '../../crypto/item.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { bytesOf, CHUNK, chunksOf, readAttachments } from '../../data/stored-attachment.ts'
import type { ManifestRow } from '../../data/sync-rows.ts'
import type { Attachment } from '../../notebook/attachment.ts'
import { aboutOf, aboutRemoved, type FileAbout, readAbout } from '../../notebook/file-about.ts'
import { fileName, idIn } from '../../notebook/item-name.ts'
import { downloadFile, type FileSource, readManifest, uploadFile } from '../../sync/files.ts'
import type { HttpTransport } from '../../sync/http-transport.ts'
import { SyncFault } from '../../sync/wire/faults.ts'

export type FileDeps = {
  readonly database: NotesDatabase
  readonly transport: HttpTransport
  readonly keyring: Keyring
  readonly epoch: number
  readonly progress: (type: 'sending-files' | 'receiving-files', done: number, total: number) => void
  readonly signal: AbortSignal
}

const readPart = async (database: NotesDatabase, id: string, from: number, to: number): Promise<Bytes> => {
  const [first, last] = [Math.floor(from / CHUNK), Math.ceil(to / CHUNK) - 1]
  const pieces = bytesOf(
    await database.chunks.where('[id+index]').between([id, first], [id, last], true, true).toArray(),
  )
  const joined = new Uint8Array(await new Blob([...pieces]).arrayBuffer())
  return joined.slice(from - first * CHUNK, to - first * CHUNK)
}

const sourceOf = (database: NotesDatabase, name: string, file: Attachment): FileSource => ({
  name,
  size: file.size,
  about: aboutOf(file),
  read: (from, to) => readPart(database, file.id, from, to),
})

/** Sends the files that were changed, so that what is said of them can be sent next. */
export const sendFiles = async ({
  database,
  transport,
  keyring,
  epoch,
  progress,
  signal,
}: FileDeps): Promise<number> => {
  const names = await database.changed.where('name').startsWith('file/').primaryKeys()
  const states = await database.manifests.bulkGet(names)
  const waiting = names.filter((_, at) => states[at]?.state !== 'ready')
  for (const [at, name] of waiting.entries()) {
    signal.throwIfAborted()
    progress('sending-files', at, waiting.length)
    const [file] = readAttachments([await database.attachments.get(idIn('file', name) ?? '')])
    const manifest =
      file === undefined
        ? encodeManifest({ about: aboutRemoved, epoch, chunks: [] })
        : await uploadFile(transport, keyring, epoch, sourceOf(database, name, file), { signal })
    if (file === undefined) await transport.removeChunks(await itemIdOf(keyring.account, name))
    // Nobody else has one that is gone before it was sent.
    if (file === undefined && states[names.indexOf(name)] === undefined) await database.changed.delete(name)
    else await database.manifests.put({ name, manifest, state: 'ready' })
  }
  return waiting.length
}

const keep = async (
  database: NotesDatabase,
  name: string,
  manifest: Bytes,
  about: FileAbout,
  bytes: Bytes,
): Promise<void> => {
  const id = idIn('file', name) ?? ''
  const { attachments, chunks, manifests, synced, changed } = database
  await database.transaction('rw', attachments, chunks, manifests, synced, changed, async () => {
    await chunks.where('[id+index]').between([id, 0], [id, Number.MAX_SAFE_INTEGER]).delete()
    if (about.type === 'removed') await attachments.delete(id)
    else {
      const { type: _, media, ...rest } = about
      await chunks.bulkPut([...chunksOf(id, bytes)])
      await attachments.put({ id, ...rest, type: media, size: bytes.length })
    }
    await manifests.put({ name, manifest, state: 'here' })
    await changed.delete(name)
  })
}

const fetchFile = async ({ database, transport, keyring, signal }: FileDeps, { name, manifest }: ManifestRow) => {
  // A page writes to that table, too.
  const told = readManifest(manifest)
  const about = told === undefined ? undefined : readAbout(told.about)
  if (told === undefined || about === undefined) return
  const parts: Bytes[] = []
  for await (const part of downloadFile(transport, keyring, name, told)) {
    signal.throwIfAborted()
    parts.push(part)
  }
  await keep(database, name, manifest, about, new Uint8Array(await new Blob(parts).arrayBuffer()))
}

/**
 * Fetches the files that other devices have told of. A file is there when it is whole. What is wrong with one of them stops no other,
 * and is thrown in the end.
 */
export const fetchFiles = async (deps: FileDeps): Promise<void> => {
  const { database, progress, signal } = deps
  const wanted = await database.manifests.where('state').equals('wanted').toArray()
  const faults: unknown[] = []
  for (const [at, row] of wanted.entries()) {
    signal.throwIfAborted()
    progress('receiving-files', at, wanted.length)
    await fetchFile(deps, row).catch((fault: unknown) => {
      if (!(fault instanceof SyncFault)) throw fault
      faults.push(fault)
    })
  }
  if (faults.length > 0) throw faults[0]
}

/** Every file, and its chunks as they are sent. */
export const fileItems = async (database: NotesDatabase, keyring: Keyring, epoch: number, step: () => void) => {
  const chunks: Bytes[] = []
  const items: { name: string; kind: 'file'; body: Bytes }[] = []
  const blobs = {
    chunks: async () => [],
    putChunk: async (_item: Bytes, _hash: Bytes, bytes: Bytes) => {
      step()
      chunks.push(bytes)
    },
    getChunk: async () => new Uint8Array(),
  }
  for (const file of readAttachments(await database.attachments.toArray())) {
    const name = fileName(file.id)
    items.push({ name, kind: 'file', body: await uploadFile(blobs, keyring, epoch, sourceOf(database, name, file)) })
  }
  return { items, chunks }
}

/** Takes in a file of a backup that is not here, as one that was added here. `chunks`: by their hashes, base64url. */
export const restoreFile = async (
  database: NotesDatabase,
  keyring: Keyring,
  name: string,
  manifest: Bytes,
  chunks: ReadonlyMap<string, Bytes>,
): Promise<void> => {
  const id = idIn('file', name) ?? ''
  const told = decodeManifest(manifest)
  const about = readAbout(told.about)
  if (about === undefined || about.type === 'removed' || (await database.attachments.get(id)) !== undefined) return
  const item = await itemIdOf(keyring.account, name)
  const parts: Bytes[] = []
  for (const [index, hash] of told.chunks.entries()) {
    const sealed = chunks.get(toBase64url(hash)) ?? new Uint8Array()
    parts.push(await openChunk(keyring, { item, epoch: told.epoch, index, count: told.chunks.length }, sealed, hash))
  }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  const { type: _, media, ...rest } = about
  await database.transaction('rw', database.attachments, database.chunks, async () => {
    await database.chunks.bulkPut([...chunksOf(id, bytes)])
    await database.attachments.put({ id, ...rest, type: media, size: bytes.length })
  })
}
