import * as v from 'valibot'

/** What is under way. `done` of `total`: records that come or changes that go. */
export type SyncRun =
  | { readonly type: 'idle' }
  | { readonly type: 'starting' }
  | {
      readonly type: 'sending' | 'receiving' | 'sending-files' | 'receiving-files'
      readonly done: number
      readonly total: number
    }

/**
 * Why the last exchange did not come to its end. `offline`: it comes again by itself. `server-lost`: the server has less than it
 * had. `server-false`: what it says cannot be true. `stopped`: a person has stopped it.
 */
export type SyncProblem = {
  readonly type: 'offline' | 'signed-out' | 'removed' | 'full' | 'server-lost' | 'server-false' | 'storage' | 'stopped'
  /** What exactly: a fault of docs/sync.md, or another stable code. */
  readonly code: string
}

/** What becomes of the notes of no account: they go into the notebook of the account, or stay apart. */
export type NotesChoice = 'add' | 'separate'

/** The recovery kit: there is none, there is one that nobody has shown to have, or one whose words were typed. */
export type RecoveryKitState = 'none' | 'unconfirmed' | 'confirmed'

/** How far sync of this device is. Times are milliseconds since 1970. */
export type SyncState =
  /** There is no server for it, or nobody is signed in. */
  | { readonly stage: 'unavailable' }
  /** Nobody has chosen it on this device. */
  | {
      readonly stage: 'off'
      /** Notes of no account in a notebook that is not open. Undefined from a worker that has one notebook for all. */
      readonly apart?: number
    }
  /** Chosen, and the keys of the account are not here: another device or the words of the recovery kit give them. */
  | { readonly stage: 'locked' }
  | {
      readonly stage: 'on'
      readonly run: SyncRun
      /** Changes that are not with the server. */
      readonly waiting: number
      /** When everything was exchanged last. */
      readonly syncedAt: number | null
      readonly kit: RecoveryKitState
      readonly problem: SyncProblem | null
      /** Records that were kept aside, by the fault that was found in them. */
      readonly aside: readonly { readonly code: string; readonly count: number }[]
      /** Records that the server holds back. */
      readonly missing: number
      /** Notes of no account, which were kept separate. */
      readonly apart?: number
    }

/** What is wrong with words that were typed; words count from 1. `other`: they are of another recovery kit. */
export type WordsProblem =
  | { readonly type: 'count'; readonly count: number }
  | {
      readonly type: 'unknown-words'
      readonly words: readonly { readonly at: number; readonly similar: readonly string[] }[]
    }
  | { readonly type: 'checksum' }
  | { readonly type: 'other' }

/** The words of a new recovery kit: shown once, and kept nowhere. */
export type RecoveryWords = { readonly words: string }

/** What came of words. Where there is a problem, nothing was changed. */
export type WordsReply = { readonly state: SyncState; readonly problem: WordsProblem | null }

/** What is in a backup, before it is applied. */
export type BackupPreview = {
  readonly notes: number
  readonly files: number
  /** Notes of it that are not here, or not as they are in it. */
  readonly fresh: number
  readonly time: number
}

export type BackupReply = { readonly preview: BackupPreview | null; readonly problem: WordsProblem | null }

/** A backup that was made: it lies in the cache `BACKUP_CACHE` under `BACKUP_MADE`, for the page to fetch and remove. */
export type BackupMade = { readonly name: string; readonly size: number }

/** A backup of the server that was fetched: it lies in the cache `BACKUP_CACHE` under `BACKUP_CHOSEN`. `time`: when it came there. */
export type BackupFetched = { readonly time: number; readonly size: number }

/** Where files of backups are handed over between page and worker: too large for messages. */
export const BACKUP_CACHE = 'holdfast-backup'
/** Addresses that nobody asks for: a cache takes none of an extension's own. */
export const BACKUP_MADE = 'https://holdfast.invalid/backup/made'
/** Where a page puts the file that is to be opened. */
export const BACKUP_CHOSEN = 'https://holdfast.invalid/backup/chosen'

const progress = { done: v.number(), total: v.number() }
const runSchema = v.variant('type', [
  v.object({ type: v.literal('idle') }),
  v.object({ type: v.literal('starting') }),
  v.object({ type: v.picklist(['sending', 'receiving', 'sending-files', 'receiving-files']), ...progress }),
])

export const syncStateSchema: v.GenericSchema<unknown, SyncState> = v.variant('stage', [
  v.object({ stage: v.literal('unavailable') }),
  v.object({ stage: v.literal('off'), apart: v.exactOptional(v.number()) }),
  v.object({ stage: v.literal('locked') }),
  v.object({
    stage: v.literal('on'),
    run: runSchema,
    waiting: v.number(),
    syncedAt: v.nullable(v.number()),
    kit: v.picklist(['none', 'unconfirmed', 'confirmed']),
    problem: v.nullable(
      v.object({
        type: v.picklist([
          'offline',
          'signed-out',
          'removed',
          'full',
          'server-lost',
          'server-false',
          'storage',
          'stopped',
        ]),
        code: v.string(),
      }),
    ),
    aside: v.array(v.object({ code: v.string(), count: v.number() })),
    missing: v.number(),
    apart: v.exactOptional(v.number()),
  }),
])

const problemSchema: v.GenericSchema<unknown, WordsProblem | null> = v.nullable(
  v.variant('type', [
    v.object({ type: v.literal('count'), count: v.number() }),
    v.object({
      type: v.literal('unknown-words'),
      words: v.array(v.object({ at: v.number(), similar: v.array(v.string()) })),
    }),
    v.object({ type: v.literal('checksum') }),
    v.object({ type: v.literal('other') }),
  ]),
)

export const wordsReplySchema: v.GenericSchema<unknown, WordsReply> = v.object({
  state: syncStateSchema,
  problem: problemSchema,
})

export const backupReplySchema: v.GenericSchema<unknown, BackupReply> = v.object({
  preview: v.nullable(v.object({ notes: v.number(), files: v.number(), fresh: v.number(), time: v.number() })),
  problem: problemSchema,
})

export const recoveryWordsSchema = v.object({ words: v.string() })
export const backupFetchedSchema = v.object({ time: v.number(), size: v.number() })
export const backupMadeSchema = v.object({ name: v.string(), size: v.number() })
