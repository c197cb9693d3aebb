import { type Bytes, concat, fromBase64url } from '../base/bytes.ts'
import { type DeviceLog, epochOf, memoryOf } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import { encodeNamed, itemIdOf, type NamedPayload } from '../crypto/item.ts'
import type { Sign } from '../crypto/primitives.ts'
import { sealRecord } from '../crypto/sync-record.ts'
import type { Edit, Sending, SyncMemory } from './ports.ts'
import { sameBytes } from './wire/codec.ts'
import { encodeRanges, type Range } from './wire/content.ts'
import { recordKinds } from './wire/record.ts'

/** Who writes. */
export type Author = {
  readonly id: Bytes
  readonly sign: Sign
  readonly log: DeviceLog
  readonly keyring: Keyring
  /** Several changes of one item as one. */
  readonly merge: (changes: readonly Bytes[]) => Bytes
}

type Part = NamedPayload & { readonly kind: number }

/** Bytes of payload that one record carries at most, so that no record is too large for the server. */
const largestPart = 256 * 1024
/** Bytes of payload in a batch. */
export const largestBatch = 400 * 1024

/** The item of a checkpoint: none. */
const noItem = new Uint8Array(16)

const viewOf = ({ log, id }: Author, memory: SyncMemory) => {
  const { length: logLength, head: logHead } = memoryOf(log)
  const heads = Object.entries(memory.devices).flatMap(([device, { seq, hash }]) => {
    const bytes = fromBase64url(device) ?? new Uint8Array(16)
    return sameBytes(bytes, id) || seq === 0 ? [] : [{ device: bytes, seq, hash }]
  })
  return { logLength, logHead, heads }
}

/** Edits of one item go together, as long as the record stays small. */
const partsOf = (edits: readonly Edit[], merge: Author['merge']): readonly Part[] => {
  const groups = new Map<string, Edit[][]>()
  for (const edit of edits) {
    const own = groups.get(`${edit.kind} ${edit.name}`) ?? []
    const last = own.at(-1)
    const size = (last ?? []).reduce((sum, { body }) => sum + body.length, edit.body.length)
    if (last === undefined || edit.kind === 'file' || size > largestPart) own.push([edit])
    else last.push(edit)
    groups.set(`${edit.kind} ${edit.name}`, own)
  }
  return [...groups.values()].flat().map((group) => {
    const [{ name, kind } = { name: '', kind: 'changes' as const }] = group
    const bodies = group.map(({ body }) => body)
    const body = bodies.length === 1 ? (bodies[0] ?? concat()) : merge(bodies)
    return { name, body, kind: recordKinds[kind] }
  })
}

/** Seals records one after the other: each names the one before. Answers them with what is then remembered. */
const sealParts = async (
  author: Author,
  memory: SyncMemory,
  parts: readonly Part[],
  start: Sealed,
): Promise<Sealed> => {
  const { keyring, log, sign, id: device } = author
  const [view, epoch] = [viewOf(author, memory), epochOf(log)]
  const ready = await Promise.all(
    parts.map(async (part) => {
      const isCheckpoint = part.kind === recordKinds.checkpoint
      const item = isCheckpoint ? noItem : await itemIdOf(log.account, part.name)
      const payload = isCheckpoint ? part.body : encodeNamed(part)
      return { ...part, item, payload, key: await keyring.itemKey(epoch, item) }
    }),
  )
  let { seq, prev } = start
  const own = [...start.own]
  const records: Promise<Bytes>[] = []
  for (const { name, kind, item, payload, key } of ready) {
    seq += 1
    const header = { account: keyring.account, epoch, item, device, seq, prev, kind }
    const { hash, bytes } = await sealRecord(key, sign, header, { view, payload })
    records.push(bytes)
    own.push({ seq, name, hash })
    prev = hash
  }
  return { seq, prev, records: [...start.records, ...(await Promise.all(records))], own }
}

type Sealed = { readonly seq: number; readonly prev: Bytes } & Pick<Sending, 'records' | 'own'>

const startOf = ({ seq, hash: prev }: SyncMemory): Sealed => ({ seq, prev, records: [], own: [] })

const sending = (memory: SyncMemory, sealed: Sealed, rest: Pick<Sending, 'edits' | 'checkpoint'>): SyncMemory => {
  const { seq, prev, records, own } = sealed
  return { ...memory, seq, hash: prev, sending: { records, own, ...rest } }
}

/** What is remembered with a batch of edits sealed and about to go. */
export const sealEdits = async (author: Author, memory: SyncMemory, edits: readonly Edit[]): Promise<SyncMemory> => {
  const sealed = await sealParts(author, memory, partsOf(edits, author.merge), startOf(memory))
  return sending(memory, sealed, { edits: edits.map(({ id }) => id), checkpoint: undefined })
}

export type OwnRecord = { readonly seq: number; readonly name: string }

/** Snapshots of items, and a checkpoint that says which records they supersede. `living`: numbers of records that stay. */
export const sealSnapshots = async (
  author: Author,
  memory: SyncMemory,
  snapshots: readonly NamedPayload[],
  superseded: readonly Range[],
): Promise<SyncMemory> => {
  const parts = snapshots.map((one) => ({ ...one, kind: recordKinds.changes }))
  const start = await sealParts(author, memory, parts, startOf(memory))
  const body = encodeRanges(superseded)
  const sealed = await sealParts(author, memory, [{ name: '', body, kind: recordKinds.checkpoint }], start)
  return sending(memory, sealed, { edits: [], checkpoint: { seq: sealed.seq, superseded } })
}

/**
 * A checkpoint alone, first of a new start: the server lost records of this device, and none of those before is to be looked for.
 */
export const sealRestart = async (
  author: Author,
  memory: SyncMemory,
  superseded: readonly Range[],
): Promise<SyncMemory> => {
  const part = { name: '', body: encodeRanges(superseded), kind: recordKinds.checkpoint }
  const sealed = await sealParts(author, memory, [part], startOf(memory))
  return sending(memory, sealed, { edits: [], checkpoint: { seq: sealed.seq, superseded } })
}
