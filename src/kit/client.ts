export { connect } from '../client/connect.ts'
export { createDevices, createPairing } from '../client/devices.ts'
export { createSecrets } from '../client/secrets.ts'
export type { Devices, Pairing, Secrets, Session, Sync } from '../client/session.ts'
export { createSync } from '../client/sync.ts'
export { type ErrorCode, HoldfastError, type Retry } from '../protocol/errors.ts'
export type {
  Account,
  Device,
  ExpiredReason,
  Grade,
  JoiningDevice,
  Limit,
  ListedDevice,
  PairingEnd,
  PairingNumbers,
  PairingState,
  Pending,
  SecretInfo,
  SessionState,
  SessionStatus,
} from '../protocol/messages.ts'
export {
  BACKUP_CACHE,
  BACKUP_CHOSEN,
  BACKUP_MADE,
  type BackupFetched,
  type BackupMade,
  type BackupPreview,
  type BackupReply,
  type NotesChoice,
  type RecoveryKitState,
  type SyncProblem,
  type SyncRun,
  type SyncState,
  type WordsProblem,
  type WordsReply,
} from '../protocol/sync-state.ts'
