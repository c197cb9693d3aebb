import { fromUtf8, utf8 } from '../../base/bytes.ts'
import { readMemory, writeMemory } from '../../sync/memory-text.ts'
import type { SyncMemory } from '../../sync/ports.ts'
import type { Vault } from '../vault.ts'

const NAME = 'replica'

/**
 * What a replica remembers, sealed under the key of the vault: it lies with the notes, where a page can write, and what a page has
 * written there does not open.
 */
export const sealMemory = (vault: Vault, memory: SyncMemory): Promise<Uint8Array> =>
  vault.seal(NAME, utf8(writeMemory(memory)))

/** Undefined where there is none, or none of this vault. */
export const openMemory = async (vault: Vault, sealed: unknown): Promise<SyncMemory | undefined> => {
  if (!(sealed instanceof Uint8Array)) return undefined
  const plain = await vault.open(NAME, new Uint8Array(sealed))
  return plain === undefined ? undefined : readMemory(fromUtf8(plain))
}
