import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import * as v from 'valibot'
import { type Bytes, toBase64url } from '../../src/base/bytes.ts'
import { epochOf } from '../../src/crypto/device-log.ts'
import type { Attachment } from '../../src/notebook/attachment.ts'
import { typeOfName } from '../../src/notebook/exchange/media-type.ts'
import { aboutOf, readAbout } from '../../src/notebook/file-about.ts'
import { fileName, idIn } from '../../src/notebook/item-name.ts'
import { downloadFile, type FileSource, readManifest, uploadFile } from '../../src/sync/files.ts'
import { Failure } from '../failure.ts'
import { blob, type Database, text } from '../sync/database.ts'
import { markChanged, noteOf } from '../sync/items.ts'
import type { Replica } from '../sync/replica.ts'
import { manifestOf, putManifest } from '../sync/store.ts'

/** A file that another device has told of, or this one. */
export type ToldFile = Pick<Attachment, 'id' | 'noteId' | 'name' | 'type' | 'createdAt'>

const manifestRow = v.object({ name: text, manifest: blob })

const toldOf = (name: string, manifest: Bytes): readonly ToldFile[] => {
  const about = readAbout(readManifest(manifest)?.about ?? new Uint8Array())
  const id = idIn('file', name)
  if (id === undefined || about === undefined || about.type === 'removed') return []
  return [{ id, noteId: about.noteId, name: about.name, type: about.media, createdAt: about.createdAt }]
}

/** The files of a note, oldest first. */
export const filesOf = (database: Database, noteId: string): readonly ToldFile[] => {
  if (noteOf(database, noteId) === undefined) throw new Failure('NOTE_UNKNOWN')
  return database
    .all('select name, manifest from manifests', manifestRow)
    .flatMap(({ name, manifest }) => toldOf(name, manifest))
    .filter((file) => file.noteId === noteId)
    .sort((one, other) => one.createdAt - other.createdAt)
}

const atRest = async (replica: Replica) => {
  const here = await replica.atRest()
  if (here === undefined) throw new Failure('NOT_SYNCED')
  return here
}

/** Fetches a file, a part at a time. Throws BLOB_CHANGED where a part is not what was sent. */
export const fetchFile = async (
  replica: Replica,
  id: string,
  write: (part: Bytes) => Promise<void>,
): Promise<ToldFile> => {
  const name = fileName(id)
  const found = manifestOf(replica.database, name)
  const told = found === undefined ? undefined : readManifest(found.manifest)
  const [about] = found === undefined ? [] : toldOf(name, found.manifest)
  if (told === undefined || about === undefined) throw new Failure('FILE_UNKNOWN')
  const { keyring } = await atRest(replica)
  for await (const part of downloadFile(replica.transport, keyring, name, told)) await write(part)
  return about
}

const sourceOf = async (path: string, id: string, noteId: string): Promise<FileSource> => {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  if (!isFile) throw new Failure('FILE_UNREADABLE')
  const file = await openAsBlob(path)
  const name = basename(path)
  const about = { id, noteId, name, type: typeOfName(name), size: file.size, createdAt: Date.now(), text: '' }
  return {
    name: fileName(id),
    size: file.size,
    about: aboutOf({ ...about, duration: null }),
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
  }
}

/** Sends the bytes of a file; of the file itself others hear by the next exchange. Answers its id. */
export const attachFile = async (replica: Replica, noteId: string, path: string): Promise<string> => {
  if (noteOf(replica.database, noteId) === undefined) throw new Failure('NOTE_UNKNOWN')
  const { log, keyring } = await atRest(replica)
  const id = crypto.randomUUID()
  const source = await sourceOf(path, id, noteId)
  const manifest = await uploadFile(replica.transport, keyring, epochOf(log), source)
  replica.database.together(() => {
    putManifest(replica.database, source.name, manifest, 'ready')
    markChanged(replica.database, source.name)
  })
  return id
}

/** Every file that is told of: its manifest, and its chunks as the server has them. */
export const sealedFiles = async (replica: Replica) => {
  const items: { name: string; kind: 'file'; body: Bytes }[] = []
  const chunks = new Map<string, Bytes>()
  for (const { name, manifest } of replica.database.all('select name, manifest from manifests', manifestRow)) {
    const told = toldOf(name, manifest).length === 0 ? undefined : readManifest(manifest)
    if (told === undefined) continue
    const { keyring } = await atRest(replica)
    const kept = {
      ...replica.transport,
      async getChunk(item: Bytes, hash: Bytes) {
        const chunk = await replica.transport.getChunk(item, hash)
        chunks.set(toBase64url(hash), chunk)
        return chunk
      },
    }
    // Opened once, so that nothing goes into a backup that is not what was sent.
    for await (const _ of downloadFile(kept, keyring, name, told));
    items.push({ name, kind: 'file', body: manifest })
  }
  return { items, chunks: [...chunks.values()] }
}
