import * as v from 'valibot'
import { toBase64url } from '../base/bytes.ts'
import type { SyncMemory } from './ports.ts'
import { bytes, count } from './shapes.ts'

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

/** What a replica remembers, as a text. */
export const writeMemory = (memory: SyncMemory): string =>
  JSON.stringify(memory, (_, value: unknown) => (value instanceof Uint8Array ? toBase64url(value) : value))

/** The same again; undefined where it is none. */
export const readMemory = (text: string): SyncMemory | undefined => {
  const parsed = v.safeParse(memorySchema, JSON.parse(text))
  if (!parsed.success) return undefined
  const { sending, compacting, ...rest } = parsed.output
  const cut = sending === undefined ? undefined : { ...sending, checkpoint: sending.checkpoint }
  return { ...rest, sending: cut, compacting }
}
