import { type Bytes, toBase64url } from '../base/bytes.ts'
import { type DeviceLog, extendLog, verifyLog } from '../crypto/device-log.ts'
import type { Keyring } from '../crypto/epoch-key.ts'
import type { Sign } from '../crypto/primitives.ts'
import { planCompaction } from './compaction.ts'
import { type Missing, missingOf, progressOf } from './incoming.ts'
import { type Author, largestBatch, sealEdits, sealRestart, sealSnapshots } from './outgoing.ts'
import { furthest, isBehind, lostOf, type OwnReader, readOwn, supersededBefore } from './own-records.ts'
import { createTakePages, type Known, type LogAnswer, type Progress } from './pages.ts'
import {
  type Chain,
  type ChainEnd,
  type Commit,
  type Edit,
  type Quarantined,
  type Sending,
  type SyncMemory,
  type SyncStore,
  type SyncTransport,
  TransportError,
  type WrappedKey,
} from './ports.ts'
import { union } from './ranges.ts'
import { emptyMemory, forThisVersion, fromStart } from './replica-memory.ts'
import { sameBytes } from './wire/codec.ts'
import { SyncFault } from './wire/faults.ts'

export type EngineDeps = {
  readonly store: SyncStore
  readonly transport: SyncTransport
  readonly device: { readonly id: Bytes; readonly sign: Sign }
  /** The keys of all epochs of a log. Throws `SyncFault` where a wrapped key is not what the log says. */
  readonly keyring: (log: DeviceLog, wraps: readonly WrappedKey[]) => Promise<Keyring>
  readonly chain: Chain
  readonly merge: (changes: readonly Bytes[]) => Bytes
  /** All of these changes of an item as one, the first of two that contradict each other; undefined where one cannot be read. */
  readonly whole: (changes: readonly Bytes[]) => Bytes | undefined
  /** Whether these bytes are a change of an item: what is none is kept aside. */
  readonly isReadable: (change: Bytes) => boolean
  readonly progress?: (progress: Progress) => void
  /** Own records beyond one for each item that make a compaction worth it, where they are no fewer than the items. */
  readonly compactAt?: number
  /** Edits in a batch. */
  readonly editsAtOnce?: number
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

/** `end`: the last record that this device has sealed. */
type Session = Known & { readonly end: ChainEnd }

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
  const { store, transport, device, chain, merge, whole, isReadable, progress = () => undefined } = deps
  const { compactAt = 200, editsAtOnce = 200 } = deps

  const askLog = ({ log }: SyncMemory): Promise<LogAnswer> => transport.log(Math.max(0, log.length - 1))

  /** Reads what is new of the log. The last entry that is known is read again: it must still be there, and the same. */
  const readLog = async (
    memory: SyncMemory,
    asked: Promise<LogAnswer> = askLog(memory),
    commit = store.commit,
  ): Promise<Known> => {
    const known = memory.log.length
    const { entries, wraps } = await asked
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
    if (newer.length > 0) await commit({ memory: next })
    return { log, keyring, memory: next }
  }

  const authorOf = ({ log, keyring }: Known): Author => ({ ...device, log, keyring, merge })

  const takePages = createTakePages({ store, transport, self: device.id, isReadable, readLog, askLog, progress })

  /** A page is judged while the one before is being stored; nothing is under way any more when it is over, however that is. */
  const pull = async (session: Session, signal?: AbortSignal) => {
    let writing = Promise.resolve()
    const written = () => writing
    const write = async (commit: Commit): Promise<void> => {
      await writing
      writing = store.commit(commit)
      writing.catch(() => undefined)
    }
    const pulled = await takePages(session, { write, written }, signal).finally(() => writing.catch(() => undefined))
    await writing
    const { memory } = pulled.session
    // It hides what this device has sealed: whatever is sealed next would be another one of a number that is given.
    if (isBehind(memory, furthest(memory, device.id, session.end))) throw new SyncFault('ROLLED_BACK')
    return pulled
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

  /** Sends what was sealed and committed: a batch that was cut goes again as it is, and has one effect. Answers what is to be committed then. */
  const post = async ({ log }: Known, memory: SyncMemory, sending: Sending): Promise<Commit> => {
    await chain.advance(log.account, memory)
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
    return { memory: next, sent: edits, own, hashes, ...superseded }
  }

  /** Commits what was sealed, and then sends it. */
  const send = async (session: Known, sealed: SyncMemory): Promise<SyncMemory> => {
    if (sealed.sending === undefined) return sealed
    const commit = await post(session, sealed, sealed.sending)
    await store.commit(commit)
    return commit.memory
  }
  const seal = async (session: Known, memory: SyncMemory): Promise<SyncMemory> => {
    await store.commit({ memory })
    return send(session, memory)
  }

  /** What is remembered with the next batch sealed; the same where nothing waits but what is on its way. */
  const sealNext = async (session: Known, memory: SyncMemory): Promise<SyncMemory> => {
    const underWay = memory.sending?.edits ?? []
    const found = await store.outbox(editsAtOnce, largestBatch, underWay)
    const edits = batchOf(found.filter(({ id }) => !underWay.includes(id)))
    return edits.length === 0 ? memory : sealEdits(authorOf(session), memory, edits)
  }

  /** Sends a batch while the next one of what waits is being sealed. Answers what is remembered with that one in its place, which is committed. */
  const sendAndSeal = async (session: Known, memory: SyncMemory, sending: Sending, waiting: number) => {
    const sealing = waiting > sending.edits.length ? sealNext(session, memory) : Promise.resolve(memory)
    sealing.catch(() => undefined)
    const commit = await post(session, memory, sending).finally(() => sealing.catch(() => undefined))
    const { seq, hash, sending: next } = await sealing
    const then = next === sending ? commit.memory : { ...commit.memory, seq, hash, sending: next }
    await store.commit({ ...commit, memory: then })
    return then
  }

  const push = async (session: Session, signal?: AbortSignal) => {
    let { memory } = session
    const total = await store.outboxSize()
    let sent = 0
    for (;;) {
      signal?.throwIfAborted()
      if (memory.sending === undefined) {
        memory = await sealNext(session, memory)
        if (memory.sending !== undefined) await store.commit({ memory })
      }
      const waiting = await store.outboxSize()
      sent = total - waiting
      if (total > 0) progress({ type: 'sending', done: Math.max(0, sent), total })
      if (memory.sending === undefined) return { memory, sent }
      memory = await sendAndSeal(session, memory, memory.sending, waiting)
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

  const readerOf = ({ log, keyring }: Known): OwnReader => ({ log, keyring, self: device.id, transport })

  /** Makes one record of the many of an item, where there are enough of them. */
  const compact = async (session: Known, signal?: AbortSignal): Promise<SyncMemory> => {
    const memory = await finishCompaction(session.memory)
    const plan = await planCompaction({ store, reader: readerOf(session), whole, compactAt }, memory, signal)
    if (plan === undefined) return memory
    const sealed = await sealSnapshots(authorOf(session), memory, plan.snapshots, plan.superseded)
    return finishCompaction(await seal(session, sealed))
  }

  const begin = async (): Promise<Session> => {
    const known = await readLog((await store.read()) ?? emptyMemory([]))
    const end = await chain.end(known.log.account)
    if (isBehind(known.memory, end)) return { ...known, end, memory: emptyMemory(known.memory.log) }
    return { ...known, end, memory: forThisVersion(known.memory) }
  }

  /** Where the server has not got everything that it had: the session, going on from the last record that anybody knows of. */
  const lost = async (signal?: AbortSignal): Promise<Session | undefined> => {
    const session = await begin()
    try {
      await pull(session, signal)
      return undefined
    } catch (error) {
      if (!(error instanceof SyncFault) || error.code !== 'ROLLED_BACK') throw error
      const memory = (await store.read()) ?? session.memory
      const end = furthest(memory, device.id, session.end)
      const { seq, hash } = memory.seq < end.seq ? end : memory
      return { ...session, memory: { ...memory, seq, hash, sending: undefined, compacting: undefined } }
    }
  }

  return {
    /** Reads everything that is new and sends everything that waits. Rejects with what the signal says where it is aborted. */
    async exchange(signal?: AbortSignal): Promise<Outcome> {
      const session = await begin()
      const pulled = await pull(session, signal)
      const pushed = await push(pulled.session, signal)
      const memory = await compact({ ...pulled.session, memory: pushed.memory }, signal)
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
      if (memory !== undefined) await store.commit({ memory: fromStart(memory) })
    },

    /**
     * After the server has lost records: begins anew with a checkpoint, and has the whole of what is here wait. Nothing is deleted
     * anywhere: what the server still has stays, and what others sent meanwhile is read as ever. Where it has lost nothing, nothing is
     * done.
     */
    async uploadMine(signal?: AbortSignal): Promise<void> {
      const session = await lost(signal)
      if (session === undefined) return
      const { position } = await transport.records(0, 1)
      const own = await readOwn(readerOf(session), () => false, signal)
      const superseded = union(supersededBefore(session.memory, device.id, own), lostOf(own, session.memory))
      const fresh = { ...session.memory, position: 0, rereadTo: position }
      // Before the new start: who is killed in between sends some things twice, and leaves nothing behind.
      await store.sendAll()
      await seal(session, await sealRestart(authorOf(session), fresh, superseded))
    },
  }
}

export type Engine = ReturnType<typeof createEngine>
