import type { SyncProblem, SyncState } from '../../kit/client.ts'

/** What the chip can say. The words are in the table of words, under the same keys. */
export type Chip = 'saved' | 'saving' | 'offline' | 'needsYou' | 'waiting' | 'syncing' | 'synced'

export type ChipFacts = {
  /** Something was typed that is not stored yet. */
  readonly saving: boolean
  /** Storing failed: the text is on screen only. */
  readonly failed: boolean
  readonly online: boolean
  /** The session ended without being asked to. */
  readonly expired: boolean
  /** `unavailable` where nobody says. */
  readonly sync?: SyncState
}

/** What does not pass by itself. */
export const needing: ReadonlySet<SyncProblem['type']> = new Set([
  'signed-out',
  'removed',
  'full',
  'server-lost',
  'server-false',
  'storage',
])

const needsPerson = (sync: SyncState): boolean =>
  sync.stage === 'locked' || (sync.stage === 'on' && sync.problem !== null && needing.has(sync.problem.type))

/** How much of how much is exchanged, where that is counted. */
export const progressOf = (sync: SyncState): { readonly done: number; readonly total: number } | undefined =>
  sync.stage === 'on' && 'total' in sync.run && sync.run.total > 0 ? sync.run : undefined

/** One state for all facts: what needs the user first, then what is under way, then what is merely so. */
export const chipFor = ({ saving, failed, online, expired, sync = { stage: 'unavailable' } }: ChipFacts): Chip => {
  if (failed) return 'needsYou'
  if (saving) return 'saving'
  if (expired || needsPerson(sync)) return 'needsYou'
  if (!online) return 'offline'
  if (sync.stage !== 'on') return 'saved'
  if (sync.problem?.type === 'offline') return 'offline'
  if (progressOf(sync) !== undefined) return 'syncing'
  if (sync.waiting > 0) return 'waiting'
  return sync.syncedAt === null ? 'saved' : 'synced'
}
