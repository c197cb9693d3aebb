import * as v from 'valibot'
import { fromUtf8, toBase64url, utf8 } from '../../base/bytes.ts'
import type { SyncMemory } from '../../sync/ports.ts'
import { bytes } from '../records.ts'
import type { Vault } from '../vault.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ranges = v.array(v.tuple([count, count]))
const progress = v.object({
  seq: count,
  hash: bytes,
  missing: ranges,
  superseded: ranges,
  unread: ranges,
  logLength: count,
})
const checkpoint = v.optional(v.object({ seq: count, superseded: ranges }))
const memorySchema = v.object({
  position: count,
  rereadTo: count,
  readable: v.optional(v.string(), ''),
  log: v.array(bytes),
  devices: v.record(v.string(), progress),
  claims: v.record(v.string(), v.object({ seq: count, hash: bytes })),
  seq: count,
  hash: bytes,
  acknowledged: count,
  sending: v.optional(
    v.object({
      records: v.array(bytes),
      edits: v.array(v.number()),
      own: v.array(v.object({ seq: count, name: v.string(), hash: bytes })),
      checkpoint,
    }),
  ),
  compacting: checkpoint,
})

const NAME = 'replica'

/**
 * What a replica remembers, sealed under the key of the vault: it lies with the notes, where a page can write, and what a page has
 * written there does not open.
 */
export const sealMemory = (vault: Vault, memory: SyncMemory): Promise<Uint8Array> =>
  vault.seal(
    NAME,
    utf8(JSON.stringify(memory, (_, value: unknown) => (value instanceof Uint8Array ? toBase64url(value) : value))),
  )

/** Undefined where there is none, or none of this vault. */
export const openMemory = async (vault: Vault, sealed: unknown): Promise<SyncMemory | undefined> => {
  if (!(sealed instanceof Uint8Array)) return undefined
  const plain = await vault.open(NAME, new Uint8Array(sealed))
  if (plain === undefined) return undefined
  const parsed = v.safeParse(memorySchema, JSON.parse(fromUtf8(plain)))
  if (!parsed.success) return undefined
  const { sending, compacting, ...rest } = parsed.output
  const cut = sending === undefined ? undefined : { ...sending, checkpoint: sending.checkpoint }
  return { ...rest, sending: cut, compacting }
}
