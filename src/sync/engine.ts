import { type Bytes, toBase64url } from '../base/bytes.ts'
import { type DeviceLog, extendLog, verifyLog } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import type { Sign } from '../crypto/primitives.ts'
import { type Missing, missingOf, progressOf, takePage } from './incoming.ts'
import { type Author, largestBatch, sealEdits, sealRestart, sealSnapshots } from './outgoing.ts'
import {
  type Edit,
  type Quarantined,
  type Sending,
  type SyncMemory,
  type SyncStore,
  type SyncTransport,
  TransportError,
  type WrappedKey,
} from './ports.ts'
import { sameBytes } from './wire/codec.ts'
import { SyncFault } from './wire/faults.ts'

export type Progress = { readonly type: 'sending' | 'receiving'; readonly done: number; readonly total: number }

export type EngineDeps = {
  readonly store: SyncStore
  readonly transport: SyncTransport
  readonly device: { readonly id: Bytes; readonly sign: Sign }
  /** The keys of all epochs of a log. Throws `SyncFault` where a wrapped key is not what the log says. */
  readonly keyring: (log: DeviceLog, wraps: readonly WrappedKey[]) => Promise<Keyring>
  readonly merge: (changes: readonly Bytes[]) => Bytes
  readonly progress?: (progress: Progress) => void
  /** Own records beyond one for each item that make a compaction worth it. */
  readonly compactAt?: number
}

/** What a whole exchange came to. */
export type Outcome = {
  readonly received: number
  readonly sent: number
  /** Records that were not applied, in this exchange. */
  readonly quarantined: readonly Quarantined[]
  /** Records that the server holds back. */
  readonly missing: readonly Missing[]
}

const pageSize = 200
const editsAtOnce = 200

export const emptyMemory = (log: readonly Bytes[]): SyncMemory => ({
  position: 0,
  rereadTo: 0,
  log,
  devices: {},
  claims: {},
  seq: 0,
  hash: new Uint8Array(32),
  acknowledged: 0,
  sending: undefined,
  compacting: undefined,
})

type Session = { readonly log: DeviceLog; readonly keyring: Keyring; readonly memory: SyncMemory }

/** As many of the oldest edits as go into one batch; one at least. */
const batchOf = (edits: readonly Edit[]): readonly Edit[] => {
  let size = 0
  return edits.filter(({ body }, at) => {
    size += body.length
    return at === 0 || size <= largestBatch
  })
}

/**
 * One replica. Every step is committed before the next depends on it, so it may be killed anywhere and goes on from there. It throws
 * `SyncFault` where the server's story as a whole is false, and `TransportError` where it cannot be asked.
 */
export const createEngine = (deps: EngineDeps) => {
  const { store, transport, device, merge, progress = () => undefined, compactAt = 200 } = deps

  /** Reads what is new of the log. The last entry that is known is read again: it must still be there, and the same. */
  const readLog = async (memory: SyncMemory): Promise<Session> => {
    const known = memory.log.length
    const { entries, wraps } = await transport.log(Math.max(0, known - 1))
    const before = memory.log.at(-1)
    const newer = before === undefined ? entries : entries.slice(1)
    if (before !== undefined) {
      const [last] = entries
      if (last === undefined) throw new SyncFault('LOG_ROLLED_BACK')
      if (!sameBytes(before, last)) throw new SyncFault('LOG_FORKED')
    }
    let log = known === 0 ? undefined : await verifyLog(memory.log)
    for (const entry of newer) log = await extendLog(log, entry)
    if (log === undefined) throw new SyncFault('LOG_ROLLED_BACK')
    const keyring = await deps.keyring(log, wraps)
    const next = { ...memory, log: [...memory.log, ...newer] }
    if (newer.length > 0) await store.commit({ memory: next })
    return { log, keyring, memory: next }
  }

  const authorOf = ({ log, keyring }: Session): Author => ({ ...device, log, keyring, merge })

  const pull = async (session: Session, signal?: AbortSignal) => {
    let { memory } = session
    let current = session
    const quarantined: Quarantined[] = []
    let received = 0
    const start = memory.position
    for (let isLast = false; !isLast; ) {
      signal?.throwIfAborted()
      const page = await transport.records(memory.position, pageSize)
      // After the page: whatever the records on it rely on is in the log by now.
      if (page.records.length > 0) {
        current = await readLog(memory)
        memory = current.memory
      }
      const judge = { ...current, self: device.id, hashOf: store.hashOf }
      const taken = await takePage(judge, memory, page)
      if (!page.isLast && taken.memory.position === memory.position) throw new SyncFault('ORDER_WRONG')
      if (page.records.length > 0 || taken.memory.position !== memory.position) await store.commit(taken)
      memory = taken.memory
      received += taken.incoming.length
      quarantined.push(...taken.quarantined)
      isLast = page.isLast
      if (page.position > start) {
        progress({ type: 'receiving', done: memory.position - start, total: page.position - start })
      }
    }
    return { session: { ...current, memory }, received, quarantined }
  }

  /** Nothing came between what was read last and what was sent: so there is no need to read that. */
  const passed = (memory: SyncMemory, { own, checkpoint }: Sending, position: number): SyncMemory => {
    const id = toBase64url(device.id)
    const [before, last] = [progressOf(memory, id), own.at(-1)]
    if (last === undefined || (own[0]?.seq ?? 0) !== before.seq + 1) return memory
    const superseded = checkpoint?.superseded ?? before.superseded
    const progress = { ...before, seq: last.seq, hash: last.hash, superseded, logLength: memory.log.length }
    return { ...memory, position, devices: { ...memory.devices, [id]: progress } }
  }

  /** Commits what was sealed and then sends it: a batch that was cut goes again as it is, and has one effect. */
  const send = async (memory: SyncMemory, sending: Sending): Promise<SyncMemory> => {
    let position = 0
    try {
      position = (await transport.post(sending.records)).position
    } catch (error) {
      if (!(error instanceof TransportError) || error.problem.type !== 'conflict') throw error
      // It follows from what was acknowledged, and not for the server: that has forgotten it, or something else in its place.
      const first = sending.own[0]?.seq ?? 0
      const code = (error.problem.head?.seq ?? 0) >= first ? 'RECORD_FORKED' : 'ROLLED_BACK'
      throw new SyncFault(code, { cause: error })
    }
    const { edits, own, checkpoint } = sending
    const acknowledged = own.at(-1)?.seq ?? memory.acknowledged
    const next = {
      ...(position === memory.position + sending.records.length ? passed(memory, sending, position) : memory),
      acknowledged,
      sending: undefined,
      compacting: checkpoint ?? memory.compacting,
    }
    const hashes = own.map(({ seq, hash }) => ({ device: device.id, seq, hash }))
    const superseded = checkpoint === undefined ? {} : { superseded: checkpoint.superseded }
    await store.commit({ memory: next, sent: edits, own, hashes, ...superseded })
    return next
  }

  const seal = async (memory: SyncMemory): Promise<SyncMemory> => {
    await store.commit({ memory })
    return memory.sending === undefined ? memory : send(memory, memory.sending)
  }

  const push = async (session: Session, signal?: AbortSignal) => {
    let { memory } = session
    const total = await store.outboxSize()
    let sent = 0
    if (memory.sending !== undefined) memory = await send(memory, memory.sending)
    for (;;) {
      signal?.throwIfAborted()
      const edits = batchOf(await store.outbox(editsAtOnce))
      sent = total - (await store.outboxSize())
      if (total > 0) progress({ type: 'sending', done: Math.max(0, sent), total })
      if (edits.length === 0) return { memory, sent }
      memory = await seal(await sealEdits(authorOf(session), memory, edits))
    }
  }

  /** Tells the server what the last checkpoint supersedes. What it has removed before it removes no more. */
  const finishCompaction = async (memory: SyncMemory): Promise<SyncMemory> => {
    if (memory.compacting === undefined) return memory
    await transport.compact(memory.compacting.seq, memory.compacting.superseded)
    const next = { ...memory, compacting: undefined }
    await store.commit({ memory: next })
    return next
  }

  /** Makes one record of the many of an item, where there are enough of them. */
  const compact = async (session: Session): Promise<SyncMemory> => {
    const memory = await finishCompaction(session.memory)
    const own = await store.own()
    const groups = Map.groupBy(own, ({ name }) => name)
    if (own.length - groups.size < compactAt) return memory
    const many = [...groups].filter(([name, records]) => name !== '' && records.length > 1)
    const snapshots: { name: string; body: Bytes }[] = []
    const replaced = new Set<number>()
    let size = 0
    for (const [name, records] of many) {
      const body = await store.snapshot(name)
      if (body === undefined || size + body.length > largestBatch) continue
      size += body.length
      snapshots.push({ name, body })
      for (const { seq } of records) replaced.add(seq)
    }
    // An earlier checkpoint is superseded by the next: that says all that it said.
    const living = own.filter(({ seq, name }) => !replaced.has(seq) && name !== '').map(({ seq }) => seq)
    return finishCompaction(await seal(await sealSnapshots(authorOf(session), memory, snapshots, living)))
  }

  const begin = async (): Promise<Session> => readLog((await store.read()) ?? emptyMemory([]))

  return {
    /** Reads everything that is new and sends everything that waits. Rejects with what the signal says where it is aborted. */
    async exchange(signal?: AbortSignal): Promise<Outcome> {
      const session = await begin()
      const pulled = await pull(session, signal)
      const pushed = await push(pulled.session, signal)
      const memory = await compact({ ...pulled.session, memory: pushed.memory })
      return {
        received: pulled.received,
        sent: pushed.sent,
        quarantined: pulled.quarantined,
        missing: missingOf(memory),
      }
    },

    /** Has everything read once more at the next exchange: what was held back may have come, or what was of a newer version be known now. */
    async lookAgain(): Promise<void> {
      const memory = await store.read()
      if (memory === undefined) return
      await store.commit({ memory: { ...memory, position: 0, rereadTo: Math.max(memory.rereadTo, memory.position) } })
    },

    /**
     * After the server has lost records: begins anew with a checkpoint, and sends the whole of what is here. Nothing is deleted
     * anywhere. What others sent meanwhile is read as ever.
     */
    async uploadMine(signal?: AbortSignal): Promise<void> {
      const session = await begin()
      const { position } = await transport.records(0, 1)
      const fresh = { ...session.memory, position: 0, rereadTo: position, sending: undefined, compacting: undefined }
      let memory = await seal(await sealRestart(authorOf(session), fresh))
      for (const name of await store.names()) {
        signal?.throwIfAborted()
        const body = await store.snapshot(name)
        if (body === undefined) continue
        const edit: Edit = { id: -1, name, kind: 'changes', body }
        memory = await seal(await sealEdits(authorOf(session), memory, [edit]))
      }
    },
  }
}

export type Engine = ReturnType<typeof createEngine>
