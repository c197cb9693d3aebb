export { connect } from '../client/connect.ts'
export { createSecrets } from '../client/secrets.ts'
export type { Secrets, Session } from '../client/session.ts'
export { type ErrorCode, HoldfastError, type Retry } from '../protocol/errors.ts'
export type {
  Account,
  Device,
  ExpiredReason,
  Grade,
  Limit,
  Pending,
  SecretInfo,
  SessionState,
  SessionStatus,
} from '../protocol/messages.ts'
