import type { Bytes } from '../base/bytes.ts'
import type { SyncMemory } from './ports.ts'
import { recordKinds, recordVersion } from './wire/record.ts'

/** What this version can read. A new kind or a new version of records makes it another, or what it did nothing with before. */
const readable = [recordVersion, ...Object.values(recordKinds), 'settings'].join(' ')

export const emptyMemory = (log: readonly Bytes[]): SyncMemory => ({
  position: 0,
  rereadTo: 0,
  readable,
  log,
  devices: {},
  claims: {},
  seq: 0,
  hash: new Uint8Array(32),
  acknowledged: 0,
  sending: undefined,
  compacting: undefined,
})

/** Has everything read once more. */
export const fromStart = (memory: SyncMemory): SyncMemory => ({
  ...memory,
  position: 0,
  rereadTo: Math.max(memory.rereadTo, memory.position),
})

/** The same; or everything once more, where it was read by a version that could read less. */
export const forThisVersion = (memory: SyncMemory): SyncMemory =>
  memory.readable === readable ? memory : { ...fromStart(memory), readable }
