import type { Bytes } from '../base/bytes.ts'
import { chunkSize, decodeManifest, encodeManifest, type FileManifest, openChunk, sealChunk } from '../crypto/blob.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import { itemIdOf } from '../crypto/item.ts'
import type { SyncTransport } from './ports.ts'
import { sameBytes } from './wire/codec.ts'

/** A file as it is read, a part at a time. */
export type FileSource = {
  readonly name: string
  readonly size: number
  /** The notebook's own, for the manifest. */
  readonly about: Bytes
  read(from: number, to: number): Promise<Bytes>
}

type Blobs = Pick<SyncTransport, 'chunks' | 'putChunk' | 'getChunk'>

/**
 * Sends a file. A chunk is sealed the same each time, so an upload that was cut goes on with the chunks that are not there. Answers the
 * manifest, to be put into the outbox: nobody hears of a file that is not whole.
 */
export const uploadFile = async (
  blobs: Blobs,
  keyring: Keyring,
  epoch: number,
  file: FileSource,
  {
    signal,
    progress = () => undefined,
  }: { signal?: AbortSignal; progress?: (done: number, total: number) => void } = {},
): Promise<Bytes> => {
  const item = await itemIdOf(keyring.account, file.name)
  const there = await blobs.chunks(item)
  const count = Math.ceil(file.size / chunkSize)
  const chunks: Bytes[] = []
  for (let index = 0; index < count; index += 1) {
    signal?.throwIfAborted()
    const plain = await file.read(index * chunkSize, Math.min(file.size, (index + 1) * chunkSize))
    const { bytes, hash } = await sealChunk(keyring, { item, epoch, index, count }, plain)
    if (!there.some((one) => sameBytes(one, hash))) await blobs.putChunk(item, hash, bytes)
    chunks.push(hash)
    progress(index + 1, count)
  }
  return encodeManifest({ about: file.about, epoch, chunks })
}

/** Undefined where it cannot be read. */
export const readManifest = (bytes: Bytes): FileManifest | undefined => {
  try {
    return decodeManifest(bytes)
  } catch {
    return undefined
  }
}

/** The parts of a file, one after the other. Throws BLOB_CHANGED where one is not what was sent. */
export async function* downloadFile(
  blobs: Blobs,
  keyring: Keyring,
  name: string,
  { epoch, chunks }: FileManifest,
): AsyncGenerator<Bytes> {
  const item = await itemIdOf(keyring.account, name)
  for (const [index, hash] of chunks.entries()) {
    const sealed = await blobs.getChunk(item, hash)
    yield await openChunk(keyring, { item, epoch, index, count: chunks.length }, sealed, hash)
  }
}
