import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { sameBytes, u32 } from '../sync/wire/codec.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import { openSealed, sealFor } from './hpke.ts'
import { deriveAesKey, deriveMacKey, importForHkdf, mac, open, randomBytes, seal, sha256 } from './primitives.ts'

/** The key of an epoch: 32 random bytes. */
export const newEpochKey = (): Bytes => randomBytes(32)

/** What the device log says of a key, so that a key that the server makes up is known for what it is. */
export const commitmentOf = (epochKey: Bytes): Promise<Bytes> => sha256(utf8('holdfast epoch v1'), epochKey)

const wrapContext = (account: Bytes, epoch: number, recipient: Bytes) => ({
  info: utf8('holdfast epoch key v1'),
  aad: concat(account, u32(epoch), recipient),
})

/** To whom a key is wrapped: a device of the log, or the recovery key. */
export type Recipient = { readonly id: Bytes; readonly exchangeKey: Bytes }

/** Wraps the key of an epoch for one recipient (HPKE, base mode): 80 bytes. `ekm` is for tests alone. */
export const wrapEpochKey = (
  account: Bytes,
  epoch: number,
  epochKey: Bytes,
  to: Recipient,
  ekm?: Bytes,
): Promise<Bytes> =>
  sealFor(to.exchangeKey, wrapContext(account, epoch, to.id), epochKey, ekm === undefined ? {} : { ekm })

/** The key, held against what the log says of it. Throws `SyncFault`: KEY_UNREADABLE or EPOCH_FORGED. */
export const unwrapEpochKey = async (
  account: Bytes,
  { epoch, commitment }: { readonly epoch: number; readonly commitment: Bytes },
  recipient: { readonly id: Bytes; readonly exchange: CryptoKeyPair },
  wrapped: Bytes,
): Promise<Bytes> => {
  const key = await openSealed(recipient.exchange, wrapContext(account, epoch, recipient.id), wrapped)
  if (key === undefined) throw new SyncFault('KEY_UNREADABLE')
  if (!sameBytes(await commitmentOf(key), commitment)) throw new SyncFault('EPOCH_FORGED')
  return key
}

const beforeKey = async (epochKey: Bytes): Promise<CryptoKey> =>
  deriveAesKey(await importForHkdf(epochKey), utf8('holdfast epoch before v1'))

/** Seals the key of the epoch before under the new one. `epoch`: the new one's. */
export const sealBefore = async (account: Bytes, epoch: number, newKey: Bytes, oldKey: Bytes): Promise<Bytes> =>
  seal(await beforeKey(newKey), oldKey, concat(account, u32(epoch)))

/** One epoch of the device log. */
export type LogEpoch = {
  readonly epoch: number
  readonly commitment: Bytes
  /** The key of the epoch before under the key of this one; empty for the first. */
  readonly sealedBefore: Bytes
}

/** Every key that the key of one epoch leads to, by epoch. Throws EPOCH_FORGED where one is not what the log says of it. */
export const keysBefore = async (
  account: Bytes,
  epochs: readonly LogEpoch[],
  epoch: number,
  key: Bytes,
): Promise<ReadonlyMap<number, Bytes>> => {
  const keys = new Map([[epoch, key]])
  for (let at = epoch; at > 1; at -= 1) {
    const [own, before, newer] = [epochs[at - 1], epochs[at - 2], keys.get(at)]
    if (own === undefined || before === undefined || newer === undefined) throw new SyncFault('EPOCH_UNKNOWN')
    const older = await open(await beforeKey(newer), own.sealedBefore, concat(account, u32(at)))
    if (older === undefined || !sameBytes(await commitmentOf(older), before.commitment)) {
      throw new SyncFault('EPOCH_FORGED')
    }
    keys.set(at - 1, older)
  }
  return keys
}

/** Gives the keys of items. It holds keys and shows none. */
export type Keyring = {
  readonly account: Bytes
  /** The key for what is in an item. Throws EPOCH_UNKNOWN. */
  itemKey(epoch: number, item: Bytes): Promise<CryptoKey>
  has(epoch: number): boolean
  /** The IV of a chunk of a file: of its place and its bytes, so that an upload that was cut is sealed the same again. */
  chunkIv(epoch: number, item: Bytes, place: Bytes, plain: Bytes): Promise<Bytes>
}

export const createKeyring = async (account: Bytes, keys: ReadonlyMap<number, Bytes>): Promise<Keyring> => {
  const materials = new Map<number, CryptoKey>()
  const materialOf = (epoch: number): CryptoKey => {
    const material = materials.get(epoch)
    if (material === undefined) throw new SyncFault('EPOCH_UNKNOWN')
    return material
  }
  for (const [epoch, key] of keys) materials.set(epoch, await importForHkdf(key))
  return {
    account,
    has: (epoch) => materials.has(epoch),
    async itemKey(epoch, item) {
      return deriveAesKey(materialOf(epoch), concat(utf8('holdfast item v1'), item))
    },
    async chunkIv(epoch, item, place, plain) {
      const key = await deriveMacKey(materialOf(epoch), concat(utf8('holdfast blob iv v1'), item))
      return (await mac(key, concat(place, await sha256(plain)))).slice(0, 12)
    },
  }
}
