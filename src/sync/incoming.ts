import { type Bytes, toBase64url } from '../base/bytes.ts'
import type { DeviceLog } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import { decodeNamed } from '../crypto/item.ts'
import { openRecord, type VerifiedRecord, verifyRecord } from '../crypto/sync-record.ts'
import type { DeviceProgress, Incoming, Quarantined, RecordName, RecordsPage, SyncMemory, SyncStore } from './ports.ts'
import { contains, union, without } from './ranges.ts'
import { sameBytes } from './wire/codec.ts'
import { type Content, decodeRanges, type Range } from './wire/content.ts'
import { SyncFault, type SyncFaultCode } from './wire/faults.ts'
import type { Head } from './wire/log-entry.ts'
import { recordKinds } from './wire/record.ts'

/** What is needed to judge records. */
export type Judge = {
  readonly log: DeviceLog
  readonly keyring: Keyring
  readonly self: Bytes
  readonly hashesOf: SyncStore['hashesOf']
  /** Whether these bytes are a change of an item. */
  readonly isReadable: (change: Bytes) => boolean
}

/** What one page of records comes to. */
export type Taken = {
  readonly memory: SyncMemory
  readonly incoming: Incoming[]
  readonly hashes: Head[]
  readonly quarantined: Quarantined[]
  readonly read: Range
  /** Records of this device that it had forgotten. */
  readonly own: { readonly seq: number; readonly name: string }[]
}

const nothing: DeviceProgress = {
  seq: 0,
  hash: new Uint8Array(32),
  missing: [],
  superseded: [],
  unread: [],
  logLength: 0,
}

export const progressOf = ({ devices }: SyncMemory, id: string): DeviceProgress => devices[id] ?? nothing

const withProgress = (memory: SyncMemory, id: string, progress: DeviceProgress): SyncMemory => ({
  ...memory,
  devices: { ...memory.devices, [id]: progress },
})

/**
 * Sync was turned off and on again, or what was remembered is gone or is older: nothing was sealed since, so what this device signed
 * is its own. Who has sealed something that is not with the server knows each number that it has given.
 */
const mayRecall = ({ sending }: SyncMemory): boolean => sending === undefined

/** The hash of a record that was seen, in the store or on this page. */
type Seen = { get(name: RecordName): Bytes | undefined; add(head: Head): void }

const createSeen = (heads: readonly Head[]): Seen => {
  const keyOf = ({ device, seq }: RecordName): string => `${toBase64url(device)} ${seq}`
  const hashes = new Map(heads.map((head) => [keyOf(head), head.hash]))
  return {
    get: (name) => hashes.get(keyOf(name)),
    add(head) {
      hashes.set(keyOf(head), head.hash)
    },
  }
}

type Positioned = RecordsPage['records'][number]

type Follows = { readonly progress: DeviceProgress; readonly fault?: SyncFaultCode } | { readonly isKnown: true }

/** Whether a record goes on from what is known of its device. Throws `SyncFault` where it must not be applied. */
const follow = (before: DeviceProgress, { header, hash }: VerifiedRecord, seen: Seen, isReread: boolean): Follows => {
  const { seq, prev } = header
  const found = seen.get(header)
  if (found !== undefined && !sameBytes(found, hash)) throw new SyncFault('RECORD_FORKED')
  if (seq > before.seq) {
    if (seq === before.seq + 1 && !sameBytes(prev, before.hash)) throw new SyncFault('RECORD_CHAIN_BROKEN')
    const gap: Range[] = seq > before.seq + 1 ? [[before.seq + 1, seq - 1]] : []
    return { progress: { ...before, seq, hash, missing: union(before.missing, gap) } }
  }
  const own: readonly Range[] = [[seq, seq]]
  if (isReread && found !== undefined) {
    const isUnread = contains(before.unread, seq)
    return isUnread ? { progress: { ...before, unread: without(before.unread, own) } } : { isKnown: true }
  }
  if (!contains(before.missing, seq)) throw new SyncFault('RECORD_REPLAYED')
  // It is what was missing, so it is taken; an honest server has the records of a device in their order.
  const progress = { ...before, missing: without(before.missing, own) }
  return isReread ? { progress } : { progress, fault: 'ORDER_WRONG' }
}

/** Remembers what the author had seen of each device, and holds it against what is known here. */
const claim = (memory: SyncMemory, { view }: Content, judge: Judge, seen: Seen): SyncMemory => {
  let claims = memory.claims
  for (const head of view.heads) {
    const { device, seq, hash } = head
    const found = seen.get(head)
    if (found !== undefined && !sameBytes(found, hash)) throw new SyncFault('RECORD_FORKED')
    const isOwn = sameBytes(device, judge.self)
    if (isOwn && seq > memory.seq && !mayRecall(memory)) throw new SyncFault('RECORD_FORKED')
    const id = toBase64url(device)
    if (seq > (claims[id]?.seq ?? 0)) claims = { ...claims, [id]: { seq, hash } }
  }
  return { ...memory, claims }
}

/** What a record says, beside what its author had seen. */
type Said = { readonly incoming?: Omit<Incoming, 'isRecalled'>; readonly superseded?: readonly Range[] }

const saidIn = async ({ header }: VerifiedRecord, { payload }: Content, judge: Judge): Promise<Said> => {
  const { kind, item, seq } = header
  if (kind === recordKinds.checkpoint) {
    const superseded = decodeRanges(payload)
    if ((superseded.at(-1)?.[1] ?? 0) >= seq) throw new SyncFault('MALFORMED')
    return { superseded }
  }
  if (kind !== recordKinds.changes && kind !== recordKinds.file) throw new SyncFault('RECORD_KIND_UNKNOWN')
  const named = await decodeNamed(judge.log.account, item, payload)
  if (kind === recordKinds.changes && !judge.isReadable(named.body)) throw new SyncFault('MALFORMED')
  return { incoming: { ...named, kind: kind === recordKinds.file ? 'file' : 'changes' } }
}

/** A record as far as it can be judged alone, so that many are at once; each part fails by itself. */
type Prepared = {
  readonly verified: Promise<VerifiedRecord>
  /** Nobody needs to read what it wrote itself, but for what it said of its numbers. */
  readonly content: Promise<Content | undefined>
  readonly said: Promise<Said>
}

const prepare = (judge: Judge, record: Bytes, seq: number): Prepared => {
  const verified = verifyRecord(judge.log, record)
  const content = verified.then((one) => {
    const isOwn = sameBytes(one.header.device, judge.self) && one.header.kind !== recordKinds.checkpoint
    return isOwn && one.header.seq <= seq ? undefined : openRecord(judge.keyring, judge.log, one)
  })
  const said = content.then(async (one) => (one === undefined ? {} : saidIn(await verified, one, judge)))
  // It is asked for in its turn, and what is wrong is told then.
  for (const part of [verified, content, said]) part.catch(() => undefined)
  return { verified, content, said }
}

/** What the store knows of the records of a page, and of those that their authors had seen. */
const seenOf = async (judge: Judge, prepared: readonly Prepared[]): Promise<Seen> => {
  const names = new Map<string, RecordName>()
  const add = (name: RecordName) => names.set(`${toBase64url(name.device)} ${name.seq}`, name)
  for (const { verified, content } of prepared) {
    const [record, told] = await Promise.allSettled([verified, content])
    if (record.status === 'fulfilled') add(record.value.header)
    if (told.status === 'fulfilled') for (const head of told.value?.view.heads ?? []) add(head)
  }
  return createSeen(await judge.hashesOf([...names.values()]))
}

/** Takes one record in. What is wrong with it is noted beside it, and stops nothing. */
const take = async (judge: Judge, seen: Seen, taken: Taken, { position, record }: Positioned, prepared: Prepared) => {
  let { memory } = taken
  /** Of the record that is its device's, until it is read. */
  let unread: (() => SyncMemory) | undefined
  const quarantine = (code: SyncFaultCode): Taken => ({
    ...taken,
    memory,
    quarantined: [...taken.quarantined, { position, code, record }],
  })
  try {
    const verified = await prepared.verified
    const { header, hash } = verified
    const id = toBase64url(header.device)
    const own = sameBytes(header.device, judge.self)
    const isRecalled = own && header.seq > memory.seq
    if (isRecalled && !mayRecall(memory)) throw new SyncFault('RECORD_FORKED')
    const before = progressOf(memory, id)
    const followed = follow(before, verified, seen, position <= memory.rereadTo)
    if ('isKnown' in followed) return taken
    memory = withProgress(memory, id, followed.progress)
    if (isRecalled) memory = { ...memory, seq: header.seq, hash, acknowledged: header.seq }
    const head = { device: header.device, seq: header.seq, hash }
    taken.hashes.push(head)
    seen.add(head)
    const { progress } = followed
    const marked = { ...progress, unread: union(progress.unread, [[header.seq, header.seq]]) }
    unread = () => withProgress(memory, id, marked)
    const content = await prepared.content
    if (content === undefined) return { ...taken, memory: withProgress(memory, id, progress) }
    if (content.view.logLength < before.logLength) throw new SyncFault('VIEW_LOWERED')
    memory = withProgress(memory, id, { ...followed.progress, logLength: content.view.logLength })
    memory = claim(memory, content, judge, seen)
    const { incoming, superseded } = await prepared.said
    if (superseded !== undefined) memory = withProgress(memory, id, { ...progressOf(memory, id), superseded })
    if (isRecalled) taken.own.push({ seq: header.seq, name: incoming?.name ?? '' })
    if (incoming !== undefined && (!own || isRecalled)) taken.incoming.push({ ...incoming, isRecalled })
    return followed.fault === undefined ? { ...taken, memory } : quarantine(followed.fault)
  } catch (error) {
    if (error instanceof SyncFault) {
      memory = unread?.() ?? memory
      return quarantine(error.code)
    }
    throw error
  }
}

/** Judges a page of records. Throws `SyncFault` where the page as a whole is a lie: ROLLED_BACK, ORDER_WRONG. */
export const takePage = async (judge: Judge, memory: SyncMemory, page: RecordsPage): Promise<Taken> => {
  const head = page.heads.find(({ device }) => sameBytes(device, judge.self))
  if (page.position < memory.position || (head?.seq ?? 0) < memory.acknowledged) throw new SyncFault('ROLLED_BACK')
  const { position: start, seq } = memory
  let taken: Taken = { memory, incoming: [], hashes: [], quarantined: [], own: [], read: [start, start] }
  let at = memory.position
  const prepared = page.records.map((one) => ({ one, prepared: prepare(judge, one.record, seq) }))
  const seen = await seenOf(
    judge,
    prepared.map((one) => one.prepared),
  )
  for (const { one, prepared: ready } of prepared) {
    if (one.position <= at || one.position > page.position) throw new SyncFault('ORDER_WRONG')
    taken = await take(judge, seen, taken, one, ready)
    at = one.position
  }
  const position = page.isLast ? page.position : at
  return { ...taken, read: [start, position], memory: { ...taken.memory, position } }
}

export type Missing = { readonly device: string; readonly ranges: readonly Range[] }

/** What the server holds back, once everything that it has was read: holes, and what others have seen. */
export const missingOf = (memory: SyncMemory): readonly Missing[] => {
  const ids = new Set([...Object.keys(memory.devices), ...Object.keys(memory.claims)])
  return [...ids].flatMap((device) => {
    const { seq, missing, superseded } = progressOf(memory, device)
    const claimed = memory.claims[device]?.seq ?? 0
    const beyond: Range[] = claimed > seq ? [[seq + 1, claimed]] : []
    const ranges = without(union(missing, beyond), superseded)
    return ranges.length === 0 ? [] : [{ device, ranges }]
  })
}
