import type { Range } from '../../src/sync/wire/content.ts'
import { SyncFault } from '../../src/sync/wire/faults.ts'
import { decodeLogEntry } from '../../src/sync/wire/log-entry.ts'
import { decodeRecord, recordKinds, recordStatement } from '../../src/sync/wire/record.ts'
import type { Session } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import type { DeviceHead, LockedSync, NewRecord, SyncState, Wrap } from '../store/sync.ts'
import { entryHash, followsLog, type IsSigned, sha256, signaturesOf, syncDeviceId } from './log-check.ts'

/** Why something was not taken. */
export type Refusal =
  /** It cannot be read, or is of another account or device. */
  | 'wrong'
  /** Something else is there already: read, and write anew. */
  | 'conflict'
  | 'full'
  /** The session is of no device with a key. */
  | 'no-device'

export type Outcome<T> = { readonly refused: Refusal; readonly head?: DeviceHead } | { readonly done: T }

export type Posted = {
  /** Of each record; null where it was superseded since. */
  readonly positions: readonly (number | null)[]
  readonly position: number
}

type Incoming = NewRecord & { readonly prev: string }

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const zeros = text(new Uint8Array(32))

/** The record as it is to be kept, or undefined where it is none of this device. */
const read = async (
  encoded: string,
  { genesis, own, isSigned }: { readonly genesis: string; readonly own: string; readonly isSigned: IsSigned },
): Promise<Incoming | undefined> => {
  const bytes = Buffer.from(encoded, 'base64url')
  const { header, headerBytes, sealed, signature } = decodeRecord(bytes)
  const statement = recordStatement(headerBytes, new Uint8Array(sha256(sealed)))
  const device = text(header.device)
  if (text(header.account) !== genesis || device !== own) return undefined
  if (!(await isSigned(statement, signature))) return undefined
  const { seq, kind, prev } = header
  return { device, seq, kind, hash: text(sha256(statement)), prev: text(prev), size: bytes.length, record: encoded }
}

/** All of them, or undefined where one cannot be read or is none of this device. */
const readAll = async (
  encoded: readonly string[],
  whose: Parameters<typeof read>[1],
): Promise<readonly Incoming[] | undefined> => {
  try {
    const records = (await Promise.all(encoded.map((one) => read(one, whose)))).filter((one) => one !== undefined)
    return records.length === encoded.length ? records : undefined
  } catch (error) {
    if (error instanceof SyncFault) return undefined
    throw error
  }
}

/** Whether a record follows the last one. A checkpoint may leave numbers out: a device says with it that the server lost some. */
const follows = (head: DeviceHead | undefined, { seq, prev, kind }: Incoming): boolean => {
  if (seq === (head?.seq ?? 0) + 1) return prev === (head?.hash ?? zeros)
  return seq > (head?.seq ?? 0) && kind === recordKinds.checkpoint
}

type Placed = { readonly positions: (number | null)[]; readonly added: (NewRecord & { readonly position: number })[] }

/** Where each record is, or is to be; undefined where one of them is not what is there, or does not follow. */
const place = async (
  state: SyncState,
  locked: LockedSync,
  records: readonly Incoming[],
): Promise<Placed | undefined> => {
  const placed: Placed = { positions: [], added: [] }
  let head = await locked.head(records[0]?.device ?? '')
  for (const incoming of records) {
    if (head !== undefined && incoming.seq <= head.seq) {
      const found = await locked.find(incoming.device, incoming.seq)
      if (found !== undefined && found.hash !== incoming.hash) return undefined
      placed.positions.push(found?.position ?? null)
      continue
    }
    if (!follows(head, incoming)) return undefined
    const { prev: _prev, ...record } = incoming
    const position = state.position + placed.added.length + 1
    placed.added.push({ ...record, position })
    placed.positions.push(position)
    head = record
  }
  return placed
}

export type SyncDeps = { readonly store: Store; readonly quota: number; readonly announce: (accountId: string) => void }

/** Carries what devices have sealed for each other. It can read none of it. */
export const createSyncService = ({ store, quota, announce }: SyncDeps) => {
  const signKeyOf = async ({ id }: Session): Promise<Uint8Array | undefined> => {
    const device = await store.devices.findBySession(id)
    return device === undefined ? undefined : Buffer.from(device.publicKey, 'base64url')
  }

  const told = async <T>(accountId: string, work: Promise<Outcome<T>>): Promise<Outcome<T>> => {
    try {
      const outcome = await work
      if ('done' in outcome) announce(accountId)
      return outcome
    } catch (error) {
      if (error instanceof SyncFault) return { refused: 'wrong' }
      throw error
    }
  }

  return {
    quota,

    /** Adds an entry to the device log, and keys that are wrapped for its devices. The same entry again is the same entry. */
    append: (accountId: string, encoded: string, wraps: readonly Wrap[]): Promise<Outcome<{ logLength: number }>> =>
      told(
        accountId,
        store.sync.change<Outcome<{ logLength: number }>>(accountId, async (state, locked) => {
          const signed = decodeLogEntry(Buffer.from(encoded, 'base64url'))
          const log = await locked.log()
          if (log[signed.entry.index] === encoded) return { told: { done: { logLength: log.length } } }
          if (!(await followsLog(log, signed))) return { told: { refused: 'conflict' } }
          await locked.addEntry(log.length, encoded, wraps)
          const genesis = state.genesis ?? entryHash(signed)
          const logLength = log.length + 1
          return { state: { ...state, genesis, logLength }, told: { done: { logLength } } }
        }),
      ),

    /** Takes records of the device of a session, all of them or none. The same ones again have one effect. */
    async post(accountId: string, session: Session, encoded: readonly string[]): Promise<Outcome<Posted>> {
      const signKey = await signKeyOf(session)
      if (signKey === undefined) return { refused: 'no-device' }
      const device = syncDeviceId(signKey)
      // Before the account is locked: signatures take most of the time, and what an account is called never changes.
      const { genesis } = await store.sync.state(accountId)
      const whose = { genesis: genesis ?? '', own: device, isSigned: signaturesOf(signKey) }
      const records = await readAll(encoded, whose)
      if (records === undefined) return { refused: 'wrong' }
      const work = store.sync.change<Outcome<Posted>>(accountId, async (state, locked) => {
        const placed = await place(state, locked, records)
        if (placed === undefined) {
          const head = await locked.head(device)
          return { told: { refused: 'conflict', ...(head === undefined ? {} : { head }) } }
        }
        const { positions, added } = placed
        const bytes = state.bytes + added.reduce((sum, { size }) => sum + size, 0)
        if (added.length === 0) return { told: { done: { positions, position: state.position } } }
        if (bytes > quota) return { told: { refused: 'full' } }
        await locked.addRecords(added)
        const position = state.position + added.length
        return { state: { ...state, position, bytes }, told: { done: { positions, position } } }
      })
      return told(accountId, work)
    },

    /**
     * Removes records of the device of a session that a checkpoint of it says are superseded. What superseded them is there: it
     * came with the checkpoint or before.
     */
    async compact(accountId: string, session: Session, checkpoint: number, ranges: readonly Range[]) {
      const signKey = await signKeyOf(session)
      if (signKey === undefined) return { refused: 'no-device' } as const
      const device = syncDeviceId(signKey)
      const work = store.sync.change<Outcome<{ removed: number }>>(accountId, async (state, locked) => {
        const found = await locked.find(device, checkpoint)
        if (found?.kind !== recordKinds.checkpoint) return { told: { refused: 'wrong' } }
        const { bytes, count } = await locked.removeRecords(device, checkpoint, ranges)
        return { state: { ...state, bytes: state.bytes - bytes }, told: { done: { removed: count } } }
      })
      return told(accountId, work)
    },
  }
}

export type SyncService = ReturnType<typeof createSyncService>
