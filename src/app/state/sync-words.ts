import type { ErrorCode, SyncProblem, SyncRun } from '../../kit/client.ts'
import { language, t } from '../ui/language.ts'
import { type CountedKey, counted, fill, type WordKey } from '../ui/words.ts'

const failures: Partial<Record<ErrorCode, WordKey>> = {
  SYNC_UNAVAILABLE: 'syncNone',
  SYNC_UNREACHABLE: 'syncUnreachable',
  PROVIDER_UNAVAILABLE: 'syncUnreachable',
  SYNC_FALSE: 'syncFalseAnswer',
  SESSION_EXPIRED: 'syncSessionOver',
  RECENT_SIGN_IN_REQUIRED: 'syncRecent',
  BACKUP_ABSENT: 'restoreAbsent',
  BACKUP_DAMAGED: 'restoreDamaged',
  BACKUP_NEWER: 'restoreNewer',
  WORKER_UNAVAILABLE: 'workerUnavailable',
}

/** Why something of sync did not work. */
export const failureWords = (code: ErrorCode, otherwise: WordKey = 'syncFailed'): string =>
  t[failures[code] ?? otherwise]

/** What a sign-in puts right. */
export const needsSignIn = (code: ErrorCode | undefined): boolean =>
  code === 'SESSION_EXPIRED' || code === 'RECENT_SIGN_IN_REQUIRED'

/** What happened, whether the work is safe, and what to do next. */
export const problemText: { readonly [P in SyncProblem['type']]: string } = {
  offline: t.syncProblemOffline,
  'signed-out': t.syncProblemSignedOut,
  removed: t.syncProblemRemoved,
  full: t.syncProblemFull,
  'server-lost': t.syncProblemLost,
  'server-false': t.syncProblemFalse,
  storage: t.syncProblemStorage,
  stopped: t.syncProblemStopped,
}

const progressKeys = {
  sending: 'syncSending',
  receiving: 'syncReceiving',
  'sending-files': 'syncSendingFiles',
  'receiving-files': 'syncReceivingFiles',
} as const satisfies Record<string, CountedKey>

/** How far an exchange is; nothing where none is under way. */
export const runWords = (run: SyncRun): string => {
  if (run.type === 'idle') return ''
  if (run.type === 'starting' || run.total === 0) return t.syncBegins
  const { done, total } = run
  return fill(counted(language, progressKeys[run.type], total), { done, total })
}

const asideKeys: Readonly<Record<string, WordKey>> = {
  VERSION_NEWER: 'asideNewer',
  RECORD_KIND_UNKNOWN: 'asideNewer',
  RECORD_OF_ANOTHER_ACCOUNT: 'asideForeign',
  RECORD_DEVICE_UNKNOWN: 'asideForeign',
  RECORD_SIGNATURE_WRONG: 'asideForeign',
  RECORD_DEVICE_REVOKED: 'asideRemoved',
  RECORD_CHAIN_BROKEN: 'asideOrder',
  RECORD_REPLAYED: 'asideOrder',
  RECORD_FORKED: 'asideOrder',
  ORDER_WRONG: 'asideOrder',
  VIEW_LOWERED: 'asideOrder',
  EPOCH_FORGED: 'asideKey',
  EPOCH_LOWERED: 'asideKey',
  EPOCH_UNKNOWN: 'asideKey',
  KEY_UNREADABLE: 'asideKey',
}

/** What is wrong with records of a fault of docs/sync.md. */
export const asideWords = (code: string): string => t[asideKeys[code] ?? 'asideUnreadable']
