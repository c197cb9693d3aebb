import type { Bytes } from '../base/bytes.ts'
import type { NamedPayload } from '../crypto/item.ts'
import type { Range } from './wire/content.ts'
import type { SyncFaultCode } from './wire/faults.ts'
import type { Head } from './wire/log-entry.ts'

// What the engine needs of others. The worker supplies a store over IndexedDB and a transport over fetch.

export type WrappedKey = { readonly epoch: number; readonly recipient: Bytes; readonly wrapped: Bytes }

export type RecordsPage = {
  readonly records: readonly { readonly position: number; readonly record: Bytes }[]
  /** Of the last record that the server has. */
  readonly position: number
  /** There is nothing more. */
  readonly isLast: boolean
  /** Of each device, as the server says; nothing is believed of it but that it has less than it had. */
  readonly heads: readonly Head[]
}

/** Why the server did not do it. */
export type TransportProblem =
  /** Not reached, or it failed; later. `retryAfter`: milliseconds that it asked for. */
  | { readonly type: 'unavailable'; readonly retryAfter?: number }
  /** The session is over, or the device was removed. */
  | { readonly type: 'signed-out' | 'removed' }
  /** Something else is there already. */
  | { readonly type: 'conflict'; readonly head?: Head }
  /** The account has no room. */
  | { readonly type: 'full' }
  /** It answered what cannot be read, or refused what it never should. */
  | { readonly type: 'refused' }

export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly problem: TransportProblem

  constructor(problem: TransportProblem, options?: ErrorOptions) {
    super(`The server did not do it: ${problem.type}.`, options)
    this.problem = problem
  }
}

/** Asks the server. Everything rejects with `TransportError`, and stops at the signal. */
export type SyncTransport = {
  log(after: number): Promise<{ readonly entries: readonly Bytes[]; readonly wraps: readonly WrappedKey[] }>
  records(after: number, limit: number): Promise<RecordsPage>
  post(records: readonly Bytes[]): Promise<{ readonly position: number }>
  compact(checkpoint: number, superseded: readonly Range[]): Promise<void>
  chunks(item: Bytes): Promise<readonly Bytes[]>
  putChunk(item: Bytes, hash: Bytes, bytes: Bytes): Promise<void>
  getChunk(item: Bytes, hash: Bytes): Promise<Bytes>
}

/** What is known of the records of one device. */
export type DeviceProgress = {
  readonly seq: number
  readonly hash: Bytes
  /** Numbers that should have come and did not. */
  readonly missing: readonly Range[]
  /** Numbers that the device says are superseded. */
  readonly superseded: readonly Range[]
  /** Numbers of records that are its own and could not be opened: by a newer version they may. */
  readonly unread: readonly Range[]
  /** How much of the device log it had seen at its last record. */
  readonly logLength: number
}

/** A record that was not applied, and why. It is kept, and shown. */
export type Quarantined = { readonly position: number; readonly code: SyncFaultCode; readonly record: Bytes }

/** A batch that was sealed and whose receipt is not certain. It goes again exactly so. */
export type Sending = {
  readonly records: readonly Bytes[]
  /** Of the outbox. */
  readonly edits: readonly number[]
  readonly own: readonly { readonly seq: number; readonly name: string; readonly hash: Bytes }[]
  readonly checkpoint: { readonly seq: number; readonly superseded: readonly Range[] } | undefined
}

/** What the engine remembers; small. It is stored as one value, with everything else of a commit. */
export type SyncMemory = {
  /** Of the last record that was taken in. */
  readonly position: number
  /** Records up to here were read before, and are read again after the server lost some. */
  readonly rereadTo: number
  readonly log: readonly Bytes[]
  /** What the version that read them could read: another one reads everything once more. */
  readonly readable: string
  /** By device id, base64url. */
  readonly devices: Readonly<Record<string, DeviceProgress>>
  /** What others have seen of each device: the highest that was ever said. */
  readonly claims: Readonly<Record<string, { readonly seq: number; readonly hash: Bytes }>>
  /** Of this device, acknowledged or about to be. */
  readonly seq: number
  readonly hash: Bytes
  /** Of this device, acknowledged. */
  readonly acknowledged: number
  readonly sending: Sending | undefined
  /** A checkpoint was sent, and the server has still to be told what it may remove. */
  readonly compacting: Sending['checkpoint']
}

/** An edit that was made here and is not sent yet. */
export type Edit = NamedPayload & { readonly id: number; readonly kind: 'changes' | 'file' }

/** What came from elsewhere, to be taken into the notebook. */
export type Incoming = NamedPayload & {
  readonly kind: 'changes' | 'file'
  /** It was sent by this device itself, which has forgotten that: what was removed here since does not come back. */
  readonly isRecalled: boolean
}

/** Everything that is changed at once. Either all of it is on the disk, or nothing. */
export type Commit = {
  readonly memory: SyncMemory
  readonly incoming?: readonly Incoming[]
  readonly hashes?: readonly Head[]
  readonly quarantined?: readonly Quarantined[]
  /** Positions that were read, from beyond the first to the last: what was quarantined of them before is no more. */
  readonly read?: Range
  /** Edits that are with the server. */
  readonly sent?: readonly number[]
  readonly own?: readonly { readonly seq: number; readonly name: string }[]
  /** `own` is all that there is, and takes the place of what was noted before. */
  readonly ownAnew?: boolean
  /** Numbers of own records that were superseded. */
  readonly superseded?: readonly Range[]
}

/** The last record that a device has sealed; number 0 where there is none. */
export type ChainEnd = { readonly seq: number; readonly hash: Bytes }

/**
 * Lies where the key of the device lies, so that who loses the one has lost the other too, and no number is sealed twice. A batch
 * is noted here before it is sent.
 */
export type Chain = {
  end(account: Bytes): Promise<ChainEnd>
  /** On the disk when it resolves. */
  advance(account: Bytes, end: ChainEnd): Promise<void>
}

/** Names a record: the number that a device has given it. */
export type RecordName = Pick<Head, 'device' | 'seq'>

/** What is kept on this device. A commit is one transaction, durable when it resolves. */
export type SyncStore = {
  read(): Promise<SyncMemory | undefined>
  commit(commit: Commit): Promise<void>
  /** The hashes of those of these records that were seen. */
  hashesOf(records: readonly RecordName[]): Promise<readonly Head[]>
  /** The oldest edits that are not sent; those beyond so many bytes may be left out, and those that are under way. */
  outbox(most: number, bytes: number, underWay: readonly number[]): Promise<readonly Edit[]>
  outboxSize(): Promise<number>
  /** Records of this device that were not superseded, as far as is known: it says when to look, and no more. */
  own(): Promise<readonly { readonly seq: number; readonly name: string }[]>
  /** The whole of an item as one change, or undefined where it is gone. */
  snapshot(name: string): Promise<Bytes | undefined>
  /** Puts the whole of everything that is in the notebook into the outbox. */
  sendAll(): Promise<void>
  quarantined(): Promise<readonly Quarantined[]>
}
