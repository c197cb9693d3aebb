import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { createReader, sameBytes, sized, u32 } from '../sync/wire/codec.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import type { Keyring } from './epoch-key.ts'
import { open, seal, sha256 } from './primitives.ts'

/** Bytes of a file in one chunk; the last has what is left. */
export const chunkSize = 1024 * 1024

/** Where a chunk belongs. */
export type ChunkPlace = {
  readonly item: Bytes
  readonly epoch: number
  readonly index: number
  readonly count: number
}

/** What the record of a file says: what the notebook knows of it, and its chunks by their hashes. */
export type FileManifest = {
  /** The notebook's own. */
  readonly about: Bytes
  /** Of the key that the chunks are sealed with. */
  readonly epoch: number
  readonly chunks: readonly Bytes[]
}

const associated = (account: Bytes, { item, index, count }: ChunkPlace): Bytes =>
  concat(utf8('holdfast blob v1'), account, item, u32(index), u32(count))

/** Seals a chunk, and the same one alike each time. `hash`, SHA-256 of what is sent, is its name. */
export const sealChunk = async (
  keyring: Keyring,
  place: ChunkPlace,
  plain: Bytes,
  iv?: Bytes,
): Promise<{ readonly bytes: Bytes; readonly hash: Bytes }> => {
  const key = await keyring.itemKey(place.epoch, place.item)
  const own = iv ?? (await keyring.chunkIv(place.epoch, place.item, concat(u32(place.index), u32(place.count)), plain))
  const bytes = await seal(key, plain, associated(keyring.account, place), own)
  return { bytes, hash: await sha256(bytes) }
}

/** Throws BLOB_CHANGED where it is not the chunk of this name and place. */
export const openChunk = async (keyring: Keyring, place: ChunkPlace, sealed: Bytes, hash: Bytes): Promise<Bytes> => {
  const key = await keyring.itemKey(place.epoch, place.item)
  const isNamed = sameBytes(await sha256(sealed), hash)
  const plain = isNamed ? await open(key, sealed, associated(keyring.account, place)) : undefined
  if (plain === undefined) throw new SyncFault('BLOB_CHANGED')
  return plain
}

export const encodeManifest = ({ about, epoch, chunks }: FileManifest): Bytes =>
  concat(sized(about), u32(epoch), u32(chunks.length), ...chunks)

/** Throws MALFORMED. */
export const decodeManifest = (bytes: Uint8Array): FileManifest => {
  const reader = createReader(bytes)
  const [about, epoch, count] = [reader.sized(bytes.length), reader.u32(), reader.u32()]
  if (reader.left !== count * 32) throw new SyncFault('MALFORMED')
  return { about, epoch, chunks: Array.from({ length: count }, () => reader.bytes(32)) }
}
