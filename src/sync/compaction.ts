import type { Bytes } from '../base/bytes.ts'
import type { NamedPayload } from '../crypto/item.ts'
import { largestBatch } from './outgoing.ts'
import { type OwnReader, type OwnRecord, rangesOf, readOwn, supersededBefore } from './own-records.ts'
import type { SyncMemory, SyncStore } from './ports.ts'
import { union } from './ranges.ts'
import type { Range } from './wire/content.ts'
import { recordKinds } from './wire/record.ts'

/** One record for the many of each item, and what they and a checkpoint then supersede. */
export type Compaction = { readonly snapshots: readonly NamedPayload[]; readonly superseded: readonly Range[] }

export type CompactionDeps = {
  readonly store: SyncStore
  readonly reader: OwnReader
  /** All of these changes of an item as one, the first of two that contradict each other; undefined where one cannot be read. */
  readonly whole: (changes: readonly Bytes[]) => Bytes | undefined
  /** Own records beyond one for each item that make it worth it, where they are no fewer than the items. */
  readonly compactAt: number
}

/** Whether enough of the items is in many records; and of which, as far as is known. */
const spread = async ({ store, compactAt }: CompactionDeps): Promise<ReadonlySet<string>> => {
  const own = await store.own()
  const groups = Map.groupBy(own, ({ name }) => name)
  if (own.length - groups.size < Math.max(compactAt, groups.size)) return new Set()
  return new Set([...groups].filter(([name, records]) => name !== '' && records.length > 1).map(([name]) => name))
}

/** One change of the many of each item, made of those that the server has shown; and which they are. */
const join = async ({ store, whole }: CompactionDeps, own: readonly OwnRecord[], names: ReadonlySet<string>) => {
  const changes = own.filter(({ kind, name }) => kind === recordKinds.changes && names.has(name))
  const snapshots: NamedPayload[] = []
  const replaced: number[] = []
  let size = 0
  for (const [name, records] of Map.groupBy(changes, (one) => one.name)) {
    const here = await store.snapshot(name)
    const bodies = [...records.map(({ body }) => body), ...(here === undefined ? [] : [here])]
    const body = records.length > 1 ? whole(bodies) : undefined
    if (body === undefined || size + body.length > largestBatch) continue
    size += body.length
    snapshots.push({ name, body })
    replaced.push(...records.map(({ seq }) => seq))
  }
  return { snapshots, replaced }
}

/** What is worth to be made less of, or undefined. What is noted of own records is made to be what the server has shown. */
export const planCompaction = async (
  deps: CompactionDeps,
  memory: SyncMemory,
  signal?: AbortSignal,
): Promise<Compaction | undefined> => {
  const names = await spread(deps)
  if (names.size === 0) return undefined
  const own = await readOwn(deps.reader, (name) => names.has(name), signal)
  await deps.store.commit({ memory, own: own.map(({ seq, name }) => ({ seq, name })), ownAnew: true })
  const { snapshots, replaced } = await join(deps, own, names)
  if (snapshots.length === 0) return undefined
  // An earlier checkpoint is superseded by the next: that says all that it said.
  const earlier = own.filter(({ kind }) => kind === recordKinds.checkpoint).map(({ seq }) => seq)
  return {
    snapshots,
    superseded: union(supersededBefore(memory, deps.reader.self, own), rangesOf([...replaced, ...earlier])),
  }
}
